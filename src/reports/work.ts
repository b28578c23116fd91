import type { AuditOutcome } from '../domain/index.ts';
import { plural } from '../text/index.ts';

/** `9 resources, 6 audited policies, 31 evaluations in 1.4s`. */
export function describeWork({ run, finishedAt, policies, totals, coverage }: AuditOutcome): string {
  const audited = policies.filter(({ state }) => state === 'audited').length;
  const seconds = (finishedAt.getTime() - run.startedAt.getTime()) / 1000;
  const work = [plural(totals.resources, 'resource'), plural(audited, 'audited policy', 'audited policies')];
  if (coverage.reportAge !== undefined)
    return `${work.join(', ')}, ${plural(totals.evaluations, 'stored result')}`;
  work.push(describeEvaluations(totals));
  return `${work.join(', ')} in ${seconds.toFixed(1)}s`;
}

function describeEvaluations({ evaluations, reuse }: AuditOutcome['totals']): string {
  const all = plural(evaluations, 'evaluation');
  return reuse === undefined
    ? all
    : `${all} (${reuse.reused} reused, ${reuse.confirmed} asked again and confirmed; sample seed ${reuse.sampleSeed})`;
}
