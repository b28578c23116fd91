import { expect, it } from 'vitest';
import { baselineOf } from '../../../../src/sources/results/saved-baseline.ts';
import { anOutcome } from '../../cli/support.ts';

it('the baseline of several clusters knows which cluster each context led to', () => {
  const server = 'https://prod.test';
  const outcome = anOutcome({
    clusters: [{ name: 'prod', server, uid: '1', sameAs: [], started: true, outcome: anOutcome() }],
  });
  const { clusters } = baselineOf(outcome, { source: 'old.json', target: undefined, entries: [] });
  expect(clusters?.get('prod')?.target).toEqual({ context: 'prod', server, uid: '1' });
});
