import { OwnerBook } from '../audit/index.ts';
import {
  createKindFilter,
  createPluralFreeFilter,
  createPolicyFilter,
  type ScanConfig,
} from '../config/index.ts';
import {
  type ApiResource,
  AuditError,
  type AuditOutcome,
  type AuditScope,
  errorCodes,
  orError,
  type Policy,
  type ResourceReport,
  type RunFilters,
  type RunTarget,
} from '../domain/index.ts';
import { formatServer, type KubernetesClient } from '../kubernetes/index.ts';
import { otherReportKind, reportMapperFor } from '../reports/index.ts';
import { explainRecord, findRunRecord, readWhatCanBe, resourceNameOf } from '../sinks/kubernetes/index.ts';
import {
  createKubernetesDiscovery,
  createKubernetesOwnerSource,
  createKubernetesPolicySource,
} from '../sources/kubernetes/index.ts';
import { StoredReading, type StoredRun } from '../sources/results/index.ts';
import { type ClientParts, openClient } from './connect.ts';

export type StoredReportsParts = Omit<ClientParts, 'instruments'> & {
  /** What an operator should know though it is no failure. */
  readonly onNotice: (text: string) => void;
};

/** The reports that scans have stored in a cluster. */
export type StoredReports = {
  readonly target: RunTarget;
  readonly toolVersion: string;
  /** As the end of `Reading …`. */
  readonly subject: string;
  /**
   * Reads them page by page, with the owners of what has findings. `outcome` says what all of it comes to, and is to be called at the end: only
   * then is it known which of them could not be listed. To be done once. Rejects with an AuditError where there is nothing to read.
   */
  readonly read: () => {
    readonly reports: AsyncGenerator<ResourceReport>;
    readonly outcome: () => AuditOutcome;
  };
  readonly close: () => Promise<void>;
};

/** Connects to the cluster that the user means, and finds out what is to be known before its reports are read. Rejects with an AuditError. */
export async function openStoredReports(
  config: ScanConfig,
  parts: StoredReportsParts,
): Promise<StoredReports> {
  const client = await openClient(config, parts);
  try {
    const run = await findRun(config, client, parts);
    const owners = createOwners(config, { client, run, onNotice: parts.onNotice });
    const { context, server, user } = client.connection;
    const address = formatServer(server);
    return {
      target: { context, server: address },
      toolVersion: run.record?.toolVersion ?? '',
      subject: `the reports stored in context ${context} (${address}) as ${user}`,
      read: () => readAll({ config, client, run, owners }, parts),
      close: () => client.close(),
    };
  } catch (thrown) {
    await client.close();
    throw thrown;
  }
}

async function findRun(
  config: ScanConfig,
  client: KubernetesClient,
  { io, signal }: StoredReportsParts,
): Promise<StoredRun> {
  const readAt = new Date(io.now());
  const [{ resources, failures }, listed, found] = await Promise.all([
    createKubernetesDiscovery(client).discover(signal),
    orError(createKubernetesPolicySource(client).list(signal)),
    findRecord(config, client, { readAt, signal }),
  ]);
  const accepts = createPolicyFilter(config.policies);
  const isAsked = (policy: Policy): boolean => accepts(policy) && isIn(config.scope, policy.namespace);
  return {
    ...found,
    policies: listed instanceof AuditError ? listed : listed.policies.filter(isAsked),
    types: resources,
    unavailable: failures,
    filters: toFilters(config),
    readAt,
  };
}

/** A policy without a namespace is about all of them. */
function isIn({ namespaces }: AuditScope, namespace: string | undefined): boolean {
  if (namespace === undefined || namespaces === 'all') return true;
  return namespaces !== 'none' && namespaces.includes(namespace);
}

function toFilters({ scope, ignoreNamespaces, policies, kinds }: ScanConfig): RunFilters {
  return { scope, ignoreNamespaces, labelSelector: undefined, policies, kinds };
}

/** Whoever may not read the record knows as little as where there is none. */
async function findRecord(
  { reportKind }: ScanConfig,
  client: KubernetesClient,
  { readAt: now, signal }: { readonly readAt: Date; readonly signal: AbortSignal },
): Promise<Pick<StoredRun, 'record' | 'recordMissing' | 'rows'>> {
  const { cluster: api } = reportMapperFor(reportKind);
  const nothing = { record: undefined, rows: [] };
  const found = await orError(findRunRecord(client, { api, now, signal }));
  if (found === undefined) return { ...nothing, recordMissing: 'there is no run record' };
  if (found instanceof AuditError)
    return { ...nothing, recordMissing: `the run record cannot be read (${found.message})` };
  const { record, rows } = found;
  return 'unusable' in record
    ? { ...nothing, recordMissing: `the run record ${explainRecord(record)}` }
    : { record, recordMissing: '', rows };
}

type Reading = {
  readonly config: ScanConfig;
  readonly client: KubernetesClient;
  readonly run: StoredRun;
  readonly owners: OwnerBook;
};

function createOwners(
  { scope }: ScanConfig,
  { client, run, onNotice }: Omit<Reading, 'config' | 'owners'> & Pick<StoredReportsParts, 'onNotice'>,
): OwnerBook {
  const source = createKubernetesOwnerSource(client, { everywhere: scope.namespaces === 'all', onNotice });
  return new OwnerBook({ source, types: run.types });
}

function readAll(
  { config, client, run, owners }: Reading,
  { signal }: StoredReportsParts,
): ReturnType<StoredReports['read']> {
  const { scope, kinds, policies, ignoreNamespaces, reportKind } = config;
  const mapper = reportMapperFor(reportKind);
  const alternative = reportMapperFor(otherReportKind(reportKind));
  const acceptsKnown = createKindFilter(kinds);
  const acceptsUnknown = createPluralFreeFilter(kinds);
  const acceptsType = (type: ApiResource): boolean | undefined =>
    type.isGuess === true ? acceptsUnknown(type) : acceptsKnown(type);
  const reading = new StoredReading(run, {
    acceptsObject: ({ namespace = '' }, type) => !ignoreNamespaces.includes(namespace) && acceptsType(type),
    acceptsPolicy: createPolicyFilter(policies),
  });
  const stored = readWhatCanBe(client, { mapper, alternative, scope, signal });
  return {
    reports: readOwned(),
    outcome: () => reading.outcome(),
  };

  async function* readOwned(): AsyncGenerator<ResourceReport> {
    for await (const report of reading.read(stored)) yield await owners.nameStoredOwner(report, signal);
    const nothing = reading.findNothing();
    if (nothing !== undefined) throw nothing === 'none' ? missing(config) : nothing;
  }
}

function missing({ reportKind }: ScanConfig): AuditError {
  const { namespaced } = reportMapperFor(reportKind);
  return new AuditError(
    errorCodes.storedReportsMissing,
    `there are no reports of audit-scanner in ${resourceNameOf(namespaced)}`,
    {
      tries: [
        `audit-scanner scan --store${reportKind === 'openreports' ? '' : ` --report-kind ${reportKind}`}`,
        `audit-scanner report --report-kind ${otherReportKind(reportKind)}`,
      ],
    },
  );
}
