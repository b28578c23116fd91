import { formatPolicy } from '../domain/index.ts';
import { plural, toPlainText } from '../text/index.ts';
import { listMissing } from './missing.ts';
import type { RunFacts } from './run-facts.ts';

/** Something about a run that somebody should hear of without asking. */
export type News = {
  /** In the form of Kubernetes' own. */
  readonly reason: 'ScanNotStarted' | 'ScanIncomplete' | 'NewCriticalViolations' | 'VerdictsDrifted';
  /** At most 1024 characters, which is what an Event holds. */
  readonly note: string;
};

const mostCharacters = 1024;
const mostNamed = 10;

/** What there is to tell of a run; nothing of one that saw everything and found nothing new. */
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
  const outlook = retryable ? 'Another try may see more.' : 'Another try would see no more.';
  const missed = missing.length === 0 ? 'the run ended before the rest' : nameSome(missing);
  return [{ reason: 'ScanIncomplete', note: `Not everything was looked at. ${outlook} Missed: ${missed}` }];
}

function findCritical({ tally }: RunFacts): readonly News[] {
  const count = tally.newViolations?.get('critical') ?? 0;
  if (count === 0) return [];
  const policies = [...tally.results]
    .filter(([{ severity }, { fail }]) => severity === 'critical' && fail > 0)
    .map(([policy]) => formatPolicy(policy));
  const note = `${plural(count, 'critical violation')} that the stored reports did not have before. Critical policies with violations: ${nameSome(policies)}`;
  return [{ reason: 'NewCriticalViolations', note }];
}

function findDrift({ outcome }: RunFacts): readonly News[] {
  const refuted = (outcome?.refuted ?? []).map(formatPolicy);
  if (refuted.length === 0) return [];
  const note = `Policies that answer otherwise than before though they are asked the same, so that their stored results are not reused: ${nameSome(refuted)}`;
  return [{ reason: 'VerdictsDrifted', note }];
}

function nameSome(names: readonly string[]): string {
  const more = names.length - mostNamed;
  return names.slice(0, mostNamed).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

function cut(text: string): string {
  return text.length <= mostCharacters ? text : `${text.slice(0, mostCharacters - 1)}…`;
}
