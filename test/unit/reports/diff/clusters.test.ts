import { expect, it } from 'vitest';
import type { BaselineEntry } from '../../../../src/domain/baseline.ts';
import type { DiffEntry, DiffSide } from '../../../../src/domain/result-diff.ts';
import { renderDiffJson } from '../../../../src/reports/diff/json.ts';
import { countBy, countings, describeSide, formatOwnerOf } from '../../../../src/reports/diff/words.ts';
import { anOutcome } from '../../cli/support.ts';
import { aDocument } from '../documents.ts';

const side: DiffSide = {
  source: 'old.json',
  runUid: 'a',
  takenAt: new Date('2026-11-01T14:00:00Z'),
  complete: true,
  target: { context: undefined, server: undefined, contexts: ['prod', 'test'] },
  toolVersion: '1.0.0',
};

function anEntry(cluster: string | undefined): BaselineEntry {
  return {
    ...(cluster !== undefined && { cluster }),
    ...{ policy: 'p', group: 'apps', kind: 'Deployment', namespace: 'shop', name: 'web' },
    ...{ resources: ['deployments.apps'], severity: 'high', messages: ['no'] },
  };
}

const entries = ['prod', 'test'].map((one): DiffEntry => ({ state: 'new', entry: anEntry(one), before: [] }));

it('names the cluster of an owner and of a namespace where there are several', () => {
  expect(formatOwnerOf(anEntry('prod'))).toBe('prod: shop  Deployment.apps/web');
  expect(formatOwnerOf(anEntry(undefined))).toBe('shop  Deployment.apps/web');
  const [, keyOf] = countings.find(([title]) => title === 'Namespace')!;
  expect(countBy(entries, keyOf).map(({ key }) => key)).toEqual(['prod: shop', 'test: shop']);
});

it('names the clusters of a side', () => {
  expect(describeSide(side)).toBe('old.json: clusters prod, test, 2026-11-01 14:00 UTC');
  const { gate } = aDocument([]);
  const diff = { old: side, current: side, entries, notes: [] };
  const json: unknown = JSON.parse([...renderDiffJson({ diff, outcome: anOutcome(), gate })].join(''));
  const contexts = ['prod', 'test'];
  expect(json).toMatchObject({ old: { contexts }, new: { contexts }, entries: [{ cluster: 'prod' }, {}] });
});
