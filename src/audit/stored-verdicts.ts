import {
  AuditError,
  errorCodes,
  formatPolicy,
  type ObjectReference,
  type Policy,
  type ReuseFate,
} from '../domain/index.ts';
import type { CoverageRecord } from './coverage.ts';
import type { NewIncident, Tally } from './tally.ts';

type Record = {
  readonly coverage: Pick<CoverageRecord, 'refute'>;
  readonly tally: Pick<Tally, 'addReuse'>;
  readonly report: (incident: NewIncident) => void;
};

/** Counts how stored verdicts fared. If a policy contradicts an earlier verdict, everything reused from it may be wrong. */
export function tellReuse(
  fate: ReuseFate | undefined,
  { object, policy }: { readonly object: ObjectReference; readonly policy: Policy },
  { coverage, tally, report }: Record,
): void {
  if (fate === undefined) return;
  tally.addReuse(fate);
  if (fate !== 'refuted') return;
  const error = toRefutedError(policy, object);
  coverage.refute(policy, error);
  report({ error, scope: { policy: formatPolicy(policy) } });
}

function toRefutedError(policy: Policy, { kind, namespace, name }: ObjectReference): AuditError {
  const object = `${kind} ${namespace === undefined ? name : `${namespace}/${name}`}`;
  const place = policy.namespace === undefined ? '' : ` -n ${policy.namespace}`;
  return new AuditError(
    errorCodes.policyNotPure,
    `${formatPolicy(policy)} answered the same request about ${object} differently than before; none of its stored results are reused in this run and the next`,
    {
      facts: ['It depends on more than the request, or its module was replaced under the same tag.'],
      tries: [
        `kubectl annotate ${policy.kind.toLowerCase()} ${policy.name}${place} audit-scanner.io/pure=false`,
      ],
    },
  );
}
