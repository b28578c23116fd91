import {
  type AuditOutcome,
  type CoverageGap,
  compareText,
  formatPolicy,
  type Policy,
  type PolicyStatus,
  type Summary,
} from '../domain/index.ts';
import { plural } from '../text/index.ts';

/** One row as both report APIs spell it. */
export type RunRow = {
  readonly source: string;
  readonly policy: string;
  readonly category: string;
  readonly result: 'pass' | 'error' | 'skip';
  readonly message: string;
  readonly properties: Readonly<Record<string, string>>;
};

type Facts = {
  /** When a policy last answered everything. */
  readonly answeredAt: (policy: Policy) => Date | undefined;
  /** Policies whose time did not fit. */
  readonly leftOut: number;
};

/** The row about the run itself. */
export const runRowPolicy = 'audit-scanner/run';
const source = 'audit-scanner';
const category = 'Audit coverage';
const maxReasons = 3;
/** The row about the run says how many there are. */
const maxPolicyRows = 1000;
const maxMessageLength = 500;

/**
 * The results of the run record: one about the run, and one for each policy that was not audited in full. The summary counts these rows. Their
 * messages hold no counts and times, because readers tell results apart by them.
 */
export function toRunRows(
  outcome: AuditOutcome,
  facts: Facts,
): { readonly summary: Summary; readonly results: readonly object[] } {
  const ofPolicies = toPolicyRows(outcome, facts);
  const shown = ofPolicies.slice(0, maxPolicyRows);
  const rows = [toRunRow(outcome, { ...facts, policies: ofPolicies.length, shown: shown.length }), ...shown];
  const count = (result: RunRow['result']): number => rows.filter((row) => row.result === result).length;
  const timestamp = { seconds: Math.floor(outcome.run.startedAt.getTime() / 1000), nanos: 0 };
  return {
    summary: { pass: count('pass'), fail: 0, warn: 0, error: count('error'), skip: count('skip') },
    results: rows.map((row) => ({ ...row, scored: true, timestamp })),
  };
}

function toRunRow(
  { run, finishedAt, complete, interrupted, coverage, totals }: AuditOutcome,
  { leftOut, policies, shown }: Facts & { readonly policies: number; readonly shown: number },
): RunRow {
  const gaps = coverage.gaps.map(({ reason, code }) => `${reason} [${code}]`);
  const missing = interrupted ? ['it was interrupted', ...gaps] : gaps;
  return {
    source,
    category,
    policy: runRowPolicy,
    result: complete ? 'pass' : 'error',
    message: complete
      ? 'The last audit of the whole cluster saw everything.'
      : shorten(`The last audit of the whole cluster was incomplete: ${joinReasons(missing)}`),
    properties: {
      'started-at': run.startedAt.toISOString(),
      'finished-at': finishedAt.toISOString(),
      resources: String(totals.resources),
      evaluations: String(totals.evaluations),
      'policies-not-audited-in-full': String(policies),
      ...(policies > shown && { 'policies-without-a-row': String(policies - shown) }),
      ...(leftOut > 0 && { 'policies-without-a-time': String(leftOut) }),
    },
  };
}

function toPolicyRows({ policies, coverage }: AuditOutcome, { answeredAt }: Facts): readonly RunRow[] {
  const reasons = gatherReasons(coverage.gaps);
  const known = policies.flatMap(({ policy, state, reason }: PolicyStatus): RunRow[] => {
    const missed = reasons.get(formatPolicy(policy)) ?? [];
    reasons.delete(formatPolicy(policy));
    const why = missed.length === 0 && state !== 'audited' ? [reason ?? 'it is not audited'] : missed;
    if (why.length === 0) return [];
    const at = answeredAt(policy);
    return [
      {
        source,
        category,
        policy: policy.uniqueName,
        result: state === 'skipped' && missed.length === 0 ? 'skip' : 'error',
        message: shorten(joinReasons(why)),
        properties: {
          'policy-uid': policy.uid,
          'policy-name': policy.name,
          ...(policy.namespace !== undefined && { 'policy-namespace': policy.namespace }),
          ...(at && { 'last-answered-at': at.toISOString() }),
        },
      },
    ];
  });
  // What has not even the shape of a policy.
  const broken = [...reasons].map(
    ([policy, why]): RunRow => ({
      source,
      category,
      policy,
      result: 'error',
      message: shorten(joinReasons(why)),
      properties: {},
    }),
  );
  return [...known, ...broken].sort((a, b) => compareText(a.policy, b.policy));
}

function gatherReasons(gaps: readonly CoverageGap[]): Map<string, string[]> {
  const reasons = new Map<string, string[]>();
  for (const { policies, reason, code } of gaps) {
    for (const policy of policies) {
      const known = reasons.get(policy) ?? [];
      known.push(`${reason} [${code}]`);
      reasons.set(policy, known);
    }
  }
  return reasons;
}

function joinReasons(reasons: readonly string[]): string {
  const distinct = [...new Set(reasons)];
  const rest = distinct.length - maxReasons;
  return [...distinct.slice(0, maxReasons), ...(rest > 0 ? [`and ${plural(rest, 'more reason')}`] : [])].join(
    '; ',
  );
}

function shorten(text: string): string {
  const whole = text.toWellFormed();
  return whole.length > maxMessageLength ? `${whole.slice(0, maxMessageLength - 1).toWellFormed()}…` : whole;
}
