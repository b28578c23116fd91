import {
  type ApiResource,
  AuditError,
  type CoverageGap,
  type ErrorCode,
  errorCodes,
  formatApiVersion,
  formatGroupResource,
  formatPolicy,
  type Incident,
  type IncidentScope,
  type Policy,
  type PolicyStatus,
} from '../../domain/index.ts';
import type { RunRow } from '../../reports/index.ts';
import { plural } from '../../text/index.ts';
import { toCode } from './saved-values.ts';
import type { StoredRun } from './stored-run.ts';
import type { PolicyTally, StoredTally } from './stored-tally.ts';

/** Reasons why stored reports may be out of date. Each makes them incomplete. */
export function findDoubts(
  tally: StoredTally,
  run: StoredRun,
  statuses: readonly PolicyStatus[],
): readonly Incident[] {
  return [
    ...describeRun(run),
    ...tally.unlisted.map(({ resource, error }) => ({ error, scope: { resource }, count: 1 })),
    ...(run.policies instanceof AuditError ? [{ error: run.policies, scope: {}, count: 1 }] : []),
    ...(tally.unreadable === 0
      ? []
      : [doubt('a stored report is not as audit-scanner writes it', {}, tally.unreadable)]),
    ...[...tally.undecided.values()].map((undecided) => describeUndecided(undecided, run)),
    ...[...tally.policies.values()].flatMap(describePolicy),
    ...findUnasked(run, statuses),
  ];
}

function describeRun({ record, recordMissing }: StoredRun): readonly Incident[] {
  if (record === undefined)
    return [doubt(`${recordMissing}, so it is unknown when the stored reports were last confirmed`)];
  if (record.complete) return [];
  const at = record.startedAt.toISOString();
  return [doubt(`the last run over the whole cluster, of ${at}, was incomplete`)];
}

/** Only the plural of a type could say whether a filter of kinds means it. */
function describeUndecided(
  { type, reports }: { readonly type: ApiResource; readonly reports: number },
  { unavailable }: StoredRun,
): Incident {
  const groupVersion = formatApiVersion(type);
  const failure = unavailable.find((one) => one.groupVersion === groupVersion);
  const why = failure?.error.message ?? `the cluster does not serve ${groupVersion} with this kind`;
  const name = formatGroupResource({ group: type.group, resource: type.kind });
  return doubt(
    `stored reports of ${name} may not be among the kinds that were asked for: ${why}`,
    {},
    reports,
  );
}

function describePolicy({ policy, gone, changed }: PolicyTally): readonly Incident[] {
  const name = formatPolicy(policy);
  const scope = { policy: name };
  return [
    ...(gone === 0 ? [] : [doubt(`stored results are of ${name}, which is gone`, scope, gone)]),
    ...(changed === 0
      ? []
      : [doubt(`stored results are of ${name} as it was before its last change`, scope, changed)]),
  ];
}

/** Policies that came after the last run: whatever the reports have of them is of a part of the cluster. */
function findUnasked(run: StoredRun, statuses: readonly PolicyStatus[]): readonly Incident[] {
  if (run.policies instanceof AuditError || run.record === undefined) return [];
  const skipped = new Set(statuses.flatMap(({ policy, state }) => (state === 'skipped' ? [policy] : [])));
  return run.policies
    .filter((policy) => !skipped.has(policy) && !isKnown(policy, run))
    .map((policy) =>
      doubt(`no run over the whole cluster has asked ${formatPolicy(policy)} yet`, {
        policy: formatPolicy(policy),
      }),
    );
}

function doubt(message: string, scope: IncidentScope = {}, count = 1): Incident {
  const tries = ['audit-scanner scan --store', 'audit-scanner status'];
  return { error: new AuditError(errorCodes.storedReportsDoubtful, message, { tries }), scope, count };
}

/** Whether the record of the last run has it. */
function isKnown(policy: Policy, { record, rows }: StoredRun): boolean {
  const hasAnswered = record?.answeredAt(policy) !== undefined;
  return hasAnswered || rows.some((row) => row.policy === policy.uniqueName);
}

const notAskedYet = 'no run over the whole cluster has asked it yet';

/** What became of each policy, by what the reports and the record of the last run have of it. */
export function toStatuses(
  tally: StoredTally,
  { policies, record, rows }: StoredRun,
): readonly PolicyStatus[] {
  const listed = policies instanceof AuditError ? [] : policies;
  const known = new Set(listed.map(({ uniqueName }) => uniqueName));
  const byName = new Map(rows.map((row) => [row.policy, row]));
  const others = [...tally.policies.values()].filter(({ policy }) => !known.has(policy.uniqueName));
  return [
    ...listed.map((policy) => {
      const row = byName.get(policy.uniqueName);
      const hasResults = (tally.policies.get(policy.uniqueName)?.results ?? 0) > 0;
      const isAsked = hasResults || record === undefined || record.answeredAt(policy) !== undefined;
      return toStatus(policy, { row, isAsked });
    }),
    ...others.map(({ policy, gone, results }) =>
      gone === 0
        ? toAudited(policy)
        : toErrored(policy, `it is gone; ${plural(results, 'stored result')} of it are left`),
    ),
  ];
}

function toStatus(
  policy: Policy,
  { row, isAsked }: { readonly row: RunRow | undefined; readonly isAsked: boolean },
): PolicyStatus {
  if (row?.result === 'skip') return { policy, state: 'skipped', reason: row.message, notes: [] };
  if (isAsked) return toAudited(policy, row);
  if (row !== undefined) return toErrored(policy, row.message);
  if (!policy.backgroundAudit)
    return { policy, state: 'skipped', reason: 'backgroundAudit: false', notes: [] };
  return toErrored(policy, notAskedYet);
}

function toAudited(policy: Policy, row?: RunRow): PolicyStatus {
  return { policy, state: 'audited', reason: undefined, notes: row === undefined ? [] : [row.message] };
}

function toErrored(policy: Policy, reason: string): PolicyStatus {
  return { policy, state: 'errored', reason, notes: [] };
}

/** What the last run did not see, as its record has it: by policies, as where and how much is in words only. */
export function toGaps(
  incidents: readonly Incident[],
  { rows }: StoredRun,
  statuses: readonly PolicyStatus[],
) {
  const byName = new Map(statuses.map(({ policy }) => [policy.uniqueName, formatPolicy(policy)]));
  const ofRun = rows
    .filter(({ result }) => result === 'error')
    .map(({ policy, message }) => toGap([byName.get(policy) ?? policy], codeIn(message), message));
  const ofReports = incidents.map(({ scope, error: { code, message } }) =>
    toGap(scope.policy === undefined ? [] : [scope.policy], code, message),
  );
  return [...ofRun, ...ofReports];
}

function toGap(policies: readonly string[], code: ErrorCode, reason: string): CoverageGap {
  return {
    state: 'partial',
    policies,
    resource: undefined,
    namespace: undefined,
    code,
    reason,
    missing: undefined,
  };
}

/** Messages of the record end with the code of what was missed. */
function codeIn(message: string): ErrorCode {
  const [, code] = /\[(AS-\d{4})\]/.exec(message) ?? [];
  return code === undefined ? errorCodes.storedReportsDoubtful : toCode(code);
}
