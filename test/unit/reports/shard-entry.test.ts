import { describe, expect, it } from 'vitest';
import { AuditError, type AuditOutcome, errorCodes, type Policy } from '../../../src/domain/index.ts';
import { annotationOf } from '../../../src/reports/run-record.ts';
import {
  mergeShards,
  type ShardEntry,
  shardFact,
  writeShardEntry,
} from '../../../src/reports/shard-entry.ts';
import { readShardEntries } from '../../../src/sinks/kubernetes/shard-entry-reader.ts';
import { aCoverage, aPolicy } from '../../support/builders.ts';
import { anOutcome } from '../cli/support.ts';

const now = new Date('2100-01-01T00:00:00Z');
const policies = ['one', 'two', 'three'].map((name) => aPolicy(name, { uid: `uid-${name}` }));

function anOutcomeOf(answered: readonly Policy[], overrides: Partial<AuditOutcome> = {}): AuditOutcome {
  const statuses = policies.map((policy) => ({
    policy,
    state: 'audited' as const,
    reason: undefined,
    notes: [],
  }));
  return anOutcome({ policies: statuses, answered, ...overrides });
}

/** The entries of shards with these outcomes, as they are read out of the record. */
function throughRecord(outcomes: readonly AuditOutcome[], count = outcomes.length): readonly ShardEntry[] {
  const annotations = Object.fromEntries(
    outcomes.map((outcome, index) => [
      annotationOf(shardFact(index)),
      writeShardEntry(outcome, { index, count }, undefined),
    ]),
  );
  return readShardEntries({ metadata: { annotations } }, now);
}

describe('the shards of a run', () => {
  it('come to what one process would have found', () => {
    const outcomes = [anOutcomeOf(policies), anOutcomeOf(policies)];
    const entries = throughRecord(outcomes);
    const { totals, answered, complete, coverage } = mergeShards(outcomes[1]!, entries);
    expect(totals.evaluations).toBe(outcomes[0]!.totals.evaluations * 2);
    expect(totals.results.fail).toBe(outcomes[0]!.totals.results.fail * 2);
    expect(coverage.cells.scanned).toBe(outcomes[0]!.coverage.cells.scanned * 2);
    expect({ complete, answered }).toEqual({ complete: outcomes[0]!.complete, answered: policies });
  });

  it('are complete when all are, and a policy has answered when it has answered all', () => {
    const outcomes = [
      anOutcomeOf(policies, { complete: true }),
      anOutcomeOf(policies.slice(1), { complete: false }),
    ];
    const merged = mergeShards(outcomes[0]!, throughRecord(outcomes));
    expect(merged).toMatchObject({ complete: false, answered: policies.slice(1) });
  });

  it('say of no policy that it has answered when they knew different ones', () => {
    const outcomes = [anOutcomeOf(policies), anOutcomeOf(policies)];
    const fewer = { ...outcomes[1]!, policies: outcomes[1]!.policies.slice(1) };
    expect(mergeShards(outcomes[0]!, throughRecord([outcomes[0]!, fewer])).answered).toEqual([]);
  });

  it('remember that a stale report is still there', () => {
    const error = new AuditError(errorCodes.reportDeleteFailed, 'no');
    const outcomes = [
      anOutcomeOf(policies),
      anOutcomeOf(policies, { incidents: [{ error, scope: {}, count: 1 }] }),
    ];
    const { incidents } = mergeShards(outcomes[0]!, throughRecord(outcomes));
    expect(incidents.map(({ error: { code } }) => code)).toContain(errorCodes.reportDeleteFailed);
  });

  it('began with the first attempt of which anything counts', () => {
    const first = new Date('2026-11-28T11:00:00Z');
    const outcome = anOutcomeOf(policies);
    const reuse = { ageMs: 1, ignored: '', isLeft: () => false, resumedFrom: () => first };
    const annotations = {
      [annotationOf(shardFact(0))]: writeShardEntry(outcome, { index: 0, count: 1 }, reuse),
    };
    const merged = mergeShards(outcome, readShardEntries({ metadata: { annotations } }, now));
    expect(merged.run.startedAt).toEqual(first);
  });

  it('have room for all of them, and claim less where it does not suffice', () => {
    const many = Array.from({ length: 200 }, (_, index) => aPolicy(`p-${index}`, { uid: `uid-${index}` }));
    const gaps = many.map(({ name }) => ({
      state: 'partial' as const,
      policies: [name],
      resource: undefined,
      namespace: undefined,
      code: errorCodes.evaluationFailed,
      reason: 'x'.repeat(1000),
      missing: 1,
    }));
    const outcome = anOutcome({
      policies: many.map((policy) => ({ policy, state: 'audited' as const, reason: undefined, notes: [] })),
      answered: [],
      coverage: aCoverage({ gaps }),
    });
    const texts = Array.from({ length: 64 }, (_, index) =>
      writeShardEntry(outcome, { index, count: 64 }, undefined),
    );
    expect(texts.join('').length).toBeLessThanOrEqual(56 * 1024);
    const entries = throughRecord(Array.from({ length: 64 }, () => outcome));
    expect(entries).toHaveLength(64);
    expect(mergeShards(outcome, entries).answered).toEqual([]);
  });

  it.each(['', '{}', 'null', '[1]', '{"job":"x","count":2}', '{"job":1}'])('%j is no entry', (text) => {
    const annotations = { [annotationOf(shardFact(0))]: text };
    expect(readShardEntries({ metadata: { annotations } }, now)).toEqual([]);
  });

  it('of the future are left out', () => {
    const text = writeShardEntry(anOutcomeOf(policies), { index: 0, count: 2 }, undefined);
    const annotations = { [annotationOf(shardFact(0))]: text };
    expect(readShardEntries({ metadata: { annotations } }, new Date(0))).toEqual([]);
  });
});
