import {
  deriveUid,
  formatApiVersion,
  type ObjectReference,
  type Policy,
  type PolicyResult,
  type ResourceReport,
  sealOf,
  summarize,
} from '../domain/index.ts';
import { type EarlierVerdict, toEarlierProperty } from './earlier-verdict.ts';

export const managedByLabel = 'app.kubernetes.io/managed-by';
export const managedByValue = 'kubewarden';
export const reportVersionLabel = 'kubewarden.io/policyreport-version';
export const runUidLabel = 'kubewarden.io/audit-scanner-run-uid';

/** Moves whenever the policy's controller writes its status. */
export const policyVersionProperty = 'policy-resource-version';
export const policyGenerationProperty = 'policy-generation';
export const policyUidProperty = 'policy-uid';
/** The seal of a result that a later run may reuse. The Go scanner has none like it. */
export const sealProperty = 'audit-scanner.io/holds-for';
/** Which attempt of a shard wrote the report. The Go scanner has none like it. */
export const attemptAnnotation = 'audit-scanner.io/attempt';

const reportVersion = 'v2';
/** Who has made a result. */
export const resultSource = 'kubewarden';

const maxMessageBytes = 16 * 1024;
/** What all messages of one report may take together: etcd refuses objects above 1.5 MiB. */
const maxMessagesBytes = 768 * 1024;

/** The API type under which a report is stored. `plural` is its resource name. */
export type ReportApi = {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
};

/**
 * `timestamps` has one entry per result, in seconds since the epoch; so has `earlier`, for results that follow a verdict without an answer,
 * and `seals`, for stored results that stay. `attempt` is for a run that may be taken up again.
 */
export type ReportStamp = {
  readonly runUid: string;
  readonly timestamps: readonly number[];
  readonly earlier?: readonly (EarlierVerdict | undefined)[] | undefined;
  readonly seals?: readonly (string | undefined)[] | undefined;
  readonly attempt?: string | undefined;
};

/** The fields of a report object that the scanner owns. */
export type ReportBody = {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly ownerReferences: readonly object[];
  };
  readonly [field: string]: unknown;
};

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
      ...(stamp.attempt !== undefined && { annotations: { [attemptAnnotation]: stamp.attempt } }),
      ownerReferences: toOwnerReferences(subject),
    },
    scope: toScope(subject),
    summary: summarize(results),
    results: results.map((result, index) => toResult(result, entryOf(stamp, index), messageBytes)),
  };
}

const dnsSubdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const maxNameLength = 253;

/**
 * The name of an object's report: its UID. Some aggregated APIs serve objects without a UID, or with one that is not a
 * valid name; those get a derived one, so that every run finds the same report again.
 */
export function reportNameOf(subject: ObjectReference): string {
  const { uid } = subject;
  return uid.length <= maxNameLength && dnsSubdomain.test(uid) ? uid : deriveUid(subject);
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

type StampEntry = {
  readonly seconds: number;
  readonly earlier: EarlierVerdict | undefined;
  readonly seal: string | undefined;
};

function entryOf({ timestamps, earlier, seals }: ReportStamp, index: number): StampEntry {
  return { seconds: timestamps[index] ?? 0, earlier: earlier?.[index], seal: seals?.[index] };
}

function toResult(
  { policy, result, message = '', basis }: PolicyResult,
  { seconds, earlier, seal: keptSeal }: StampEntry,
  maxBytes: number,
): object {
  const whole = message.toWellFormed();
  const text = shorten(whole, maxBytes);
  const isSealed = basis !== undefined && result !== 'error' && text === whole;
  const seal = isSealed ? sealOf(basis, { result, message: text }) : keptSeal;
  return {
    source: resultSource,
    policy: policy.uniqueName,
    ...(isPresent(policy.category) && { category: policy.category }),
    ...(policy.severity !== undefined && { severity: policy.severity }),
    timestamp: { seconds, nanos: 0 },
    result,
    scored: true,
    resourceSelector: {},
    ...(isPresent(text) && { message: text }),
    properties: {
      ...toProperties(policy),
      ...(earlier && toEarlierProperty(earlier)),
      ...(seal !== undefined && { [sealProperty]: seal }),
    },
  };
}

function toProperties(policy: Policy): Readonly<Record<string, string>> {
  return {
    [policy.mutating ? 'mutating' : 'validating']: 'true',
    ...(policy.contextAware && { 'context-aware': 'true' }),
    [policyVersionProperty]: policy.resourceVersion,
    // The Go scanner has no such property, and where it is absent nothing but the first generation can be meant.
    ...(policy.generation > 1 && { [policyGenerationProperty]: String(policy.generation) }),
    [policyUidProperty]: policy.uid,
    'policy-name': policy.name,
    ...(policy.namespace !== undefined && { 'policy-namespace': policy.namespace }),
  };
}

function isPresent(text: string | undefined): text is string {
  return text !== undefined && text !== '';
}

/** Cuts at a character border. The marker is the same in every run, as readers tell results apart by their messages. */
function shorten(message: string, maxBytes: number): string {
  // A message that was stored before is cut already.
  const whole = message.endsWith(cutMark) ? message.slice(0, -cutMark.length) : message;
  const end = fittingLength(whole, maxBytes);
  return end === message.length ? message : whole.slice(0, end) + cutMark;
}

const cutMark = '… (cut by audit-scanner: the message is too long)';

const longestEscapeBytes = 6;

/** How many code units of the text take no more than this many bytes in the API server's storage. */
function fittingLength(text: string, maxBytes: number): number {
  if (text.length * longestEscapeBytes <= maxBytes) return text.length;
  let bytes = 0;
  let length = 0;
  for (const character of text) {
    bytes += storedBytes(character);
    if (bytes > maxBytes) break;
    length += character.length;
  }
  return length;
}

/** The API server stores JSON as Go writes it, with escapes also for what HTML would take for markup. */
function storedBytes(character: string): number {
  if (character < ' ' || '<>&\u2028\u2029'.includes(character)) return longestEscapeBytes;
  if (character === '"' || character === '\\') return 2;
  return character < '\u0080' ? 1 : character < '\u0800' ? 2 : character.length === 1 ? 3 : 4;
}
