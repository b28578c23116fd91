import { formatPolicy } from '../domain/index.ts';
import { plural, toPlainText } from '../text/index.ts';
import { listMissing } from './missing.ts';
import type { RunFacts } from './run-facts.ts';

/** Something about a run that is worth an Event. */
export type News = {
  /** In the form of Kubernetes' own. */
  readonly reason: 'ScanNotStarted' | 'ScanIncomplete' | 'NewCriticalViolations' | 'VerdictsDrifted';
  /** At most 1024 characters, which is what an Event holds. */
  readonly note: string;
};

const mostCharacters = 1024;
const mostNamed = 10;

/** The news of a run; empty if it saw everything and found nothing new. */
export function findNews(run: RunFacts): readonly News[] {
  return [...findMissed(run), ...findCritical(run), ...findDrift(run)].map(({ reason, note }) => ({
    reason,
    note: cut(toPlainText(note)),
  }));
}

function findMissed(run: RunFacts): readonly News[] {
  const { outcome, failure, retryable } = run;
  if (failure !== undefined)
    return [{ reason: 'ScanNotStarted', note: `Nothing was scanned: ${failure.message} [${failure.code}]` }];
  if (outcome === undefined || outcome.complete) return [];
  const missing = listMissing(run).map(({ what, code }) => `${what} [${code}]`);
  const outlook = retryable ? 'A retry may help.' : 'A retry will not help.';
  const missed = missing.length === 0 ? 'everything after the run was cut short' : nameSome(missing);
  return [{ reason: 'ScanIncomplete', note: `Not everything was looked at. ${outlook} Missed: ${missed}` }];
}

function findCritical({ tally }: RunFacts): readonly News[] {
  const count = tally.newViolations?.get('critical') ?? 0;
  if (count === 0) return [];
  const policies = [...tally.results]
    .filter(([{ severity }, { fail }]) => severity === 'critical' && fail > 0)
    .map(([policy]) => formatPolicy(policy));
  const note = `${plural(count, 'new critical violation')}, not in the stored reports before. Critical policies with violations: ${nameSome(policies)}`;
  return [{ reason: 'NewCriticalViolations', note }];
}

function findDrift({ outcome }: RunFacts): readonly News[] {
  const refuted = (outcome?.refuted ?? []).map(formatPolicy);
  if (refuted.length === 0) return [];
  const note = `Policies that answered the same request differently than before, so their stored results are not reused: ${nameSome(refuted)}`;
  return [{ reason: 'VerdictsDrifted', note }];
}

function nameSome(names: readonly string[]): string {
  const more = names.length - mostNamed;
  return names.slice(0, mostNamed).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

function cut(text: string): string {
  return text.length <= mostCharacters ? text : `${text.slice(0, mostCharacters - 1)}…`;
}
