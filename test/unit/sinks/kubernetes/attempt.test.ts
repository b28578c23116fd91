import { expect, it } from 'vitest';
import { formatAttempt, readAttempt } from '../../../../src/sinks/kubernetes/attempt.ts';

const run = { runUid: '3f0e2a54', startedAt: new Date('2026-11-28T20:00:00.123Z') };
const terms = { ageMs: 86_400_000, ignored: 'none' };
const text = formatAttempt(run, terms);

it.each([
  ['the run itself wrote', text, run.startedAt],
  ['another run wrote', text.replace('3f0e2a54', 'other'), undefined],
  ['was written on other terms', formatAttempt(run, { ...terms, ageMs: 3_600_000 }), undefined],
  ['was written with other namespaces left out', formatAttempt(run, { ...terms, ignored: 'x' }), undefined],
  ['has a time that is none', text.replace('2026', 'then'), undefined],
  ['is of a later time', text.replace('20:00', '20:01'), undefined],
  ['was written a day ago', text.replace('28T20', '27T20'), undefined],
  [
    'was written almost a day ago',
    text.replace('28T20:00', '27T20:01'),
    new Date('2026-11-27T20:01:00.123Z'),
  ],
  ['has half of it', '3f0e2a54', undefined],
  ['has nothing of it', '', undefined],
])('a report that %s', (_what, annotation, began) => {
  const report = { metadata: { annotations: { 'audit-scanner.io/attempt': annotation } } };
  expect(readAttempt(report, run, terms)).toEqual(began);
});
