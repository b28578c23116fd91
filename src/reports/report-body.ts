import type { Policy } from '../domain/policy.ts';
import { type PolicyResult, type ResourceReport, summarize } from '../domain/report.ts';
import { formatApiVersion, type ObjectReference } from '../domain/resource.ts';
import type { ReportApi, ReportBody, ReportStamp } from './mapper.ts';
import { reportNameOf } from './report-name.ts';

export const managedByLabel = 'app.kubernetes.io/managed-by';
export const managedByValue = 'kubewarden';
export const reportVersionLabel = 'kubewarden.io/policyreport-version';
export const runUidLabel = 'kubewarden.io/audit-scanner-run-uid';

const reportVersion = 'v2';
const source = 'kubewarden';

const maxMessageBytes = 16 * 1024;
/** What all messages of one report may take together: etcd refuses objects above 1.5 MiB, and JSON escapes make text longer. */
const maxMessagesBytes = 768 * 1024;

/** The report object as both report APIs spell it. */
export function toReportBody(api: ReportApi, report: ResourceReport, stamp: ReportStamp): ReportBody {
  const { subject, results } = report;
  const messageBytes = Math.min(maxMessageBytes, Math.floor(maxMessagesBytes / results.length));
  return {
    apiVersion: formatApiVersion(api),
    kind: api.kind,
    metadata: {
      name: reportNameOf(subject),
      ...(subject.namespace !== undefined && { namespace: subject.namespace }),
      labels: {
        [managedByLabel]: managedByValue,
        [reportVersionLabel]: reportVersion,
        [runUidLabel]: stamp.runUid,
      },
      ownerReferences: toOwnerReferences(subject),
    },
    scope: toScope(subject),
    summary: summarize(results),
    results: results.map((result, index) => toResult(result, stamp.timestamps[index] ?? 0, messageBytes)),
  };
}

/** The garbage collector removes what has an owner that does not exist, so an object without a UID cannot be one. */
function toOwnerReferences({ apiVersion, kind, name, uid }: ObjectReference): object[] {
  return uid === '' ? [] : [{ apiVersion, kind, name, uid }];
}

function toScope({ apiVersion, kind, namespace, name, uid, resourceVersion }: ObjectReference): object {
  return {
    apiVersion,
    kind,
    ...(namespace !== undefined && { namespace }),
    name,
    ...(uid !== '' && { uid }),
    ...(resourceVersion !== '' && { resourceVersion }),
  };
}

function toResult({ policy, result, message }: PolicyResult, seconds: number, maxBytes: number): object {
  return {
    source,
    policy: policy.uniqueName,
    ...(isPresent(policy.category) && { category: policy.category }),
    ...(policy.severity !== undefined && { severity: policy.severity }),
    timestamp: { seconds, nanos: 0 },
    result,
    scored: true,
    resourceSelector: {},
    ...(isPresent(message) && { message: shorten(message.toWellFormed(), maxBytes) }),
    properties: toProperties(policy),
  };
}

function toProperties(policy: Policy): Readonly<Record<string, string>> {
  return {
    [policy.mutating ? 'mutating' : 'validating']: 'true',
    ...(policy.contextAware && { 'context-aware': 'true' }),
    'policy-resource-version': policy.resourceVersion,
    'policy-uid': policy.uid,
    'policy-name': policy.name,
    ...(policy.namespace !== undefined && { 'policy-namespace': policy.namespace }),
  };
}

function isPresent(text: string | undefined): text is string {
  return text !== undefined && text !== '';
}

const scratch = new Uint8Array(maxMessageBytes);

/** Cuts at a character border. The marker holds nothing that changes from run to run, as messages identify results. */
function shorten(message: string, maxBytes: number): string {
  const { read } = new TextEncoder().encodeInto(message, scratch.subarray(0, maxBytes));
  return read === message.length
    ? message
    : `${message.slice(0, read)}… (cut by audit-scanner: the message is too long)`;
}
