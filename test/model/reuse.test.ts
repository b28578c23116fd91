import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { errorCodes } from '../../src/domain/errors.ts';
import { ReportMemory, type StoredObject } from '../support/report-memory.ts';
import {
  basisOf,
  expectedLines,
  hourMs,
  namespaceNames,
  objectAt,
  policyAt,
  type Ran,
  type ReuseFaults,
  type ReuseRun,
  type ReuseWorld,
  runReuse,
} from './reuse-world.ts';

/*
 * Random clusters, changes, faults and clocks over several runs that reuse what they stored. `MODEL_SEED` and `MODEL_PATH` run one case again.
 */
const committedSeed = 20_261_128;
const seed = Number(process.env['MODEL_SEED'] ?? committedSeed);
const path = process.env['MODEL_PATH'];
const numRuns = Number(process.env['MODEL_RUNS'] ?? 2_000);
const recordName = 'audit-scanner-run';

type Change = {
  readonly what: 'edit' | 'remove' | 'relabel' | 'policy' | 'server' | 'hidden' | 'namespace';
  readonly at: number;
};
type Tampering =
  | 'none'
  | 'no record'
  | 'foreign record'
  | 'newer record'
  | 'malformed terms'
  | 'verdict'
  | 'message'
  | 'seal'
  | 'swapped seals'
  | 'report';
type Step = {
  readonly hours: number;
  readonly changes: readonly Change[];
  readonly tampering: Tampering;
  readonly faults: ReuseFaults;
  readonly run: ReuseRun;
};

const calm: ReuseFaults = {
  silent: [],
  trapping: [],
  list: undefined,
  write: undefined,
  blind: false,
  deletions: false,
  killAfter: undefined,
};
const policyIndex = fc.nat({ max: 2 });
const objectIndex = fc.nat({ max: 7 });
const seldom = <T>(arbitrary: fc.Arbitrary<T>) =>
  fc.oneof({ arbitrary: fc.constant(undefined), weight: 7 }, { arbitrary, weight: 1 });
const usually = <T, U>(mostly: fc.Arbitrary<T>, else_: fc.Arbitrary<U>) =>
  fc.oneof({ arbitrary: mostly, weight: 7 }, { arbitrary: else_, weight: 1 });
const rarely = fc.nat({ max: 9 }).map((number) => number === 0);

const faults: fc.Arbitrary<ReuseFaults> = fc.oneof(
  { arbitrary: fc.constant(calm), weight: 6 },
  { arbitrary: fc.nat({ max: 12 }).map((killAfter) => ({ ...calm, killAfter })), weight: 1 },
  {
    arbitrary: fc.record({
      silent: fc.uniqueArray(policyIndex, { maxLength: 1 }),
      trapping: fc.uniqueArray(policyIndex, { maxLength: 1 }),
      list: seldom(fc.nat({ max: 1 })),
      write: seldom(objectIndex),
      blind: rarely,
      deletions: rarely,
      killAfter: seldom(fc.nat({ max: 12 })),
    }),
    weight: 1,
  },
);

const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.record({
    hours: usually(fc.constantFrom(0.02, 1, 3, 5, 11), fc.constantFrom(23, 25, 100, -0.05, -1, -30)),
    changes: fc.array(
      fc.record({
        what: usually(
          fc.constantFrom('edit', 'hidden'),
          fc.constantFrom('remove', 'relabel', 'policy', 'server', 'namespace'),
        ),
        at: objectIndex,
      }),
      { maxLength: 2 },
    ),
    tampering: fc.oneof(
      { arbitrary: fc.constant<Tampering>('none'), weight: 6 },
      {
        arbitrary: fc.constantFrom<Tampering>(
          'no record',
          'foreign record',
          'newer record',
          'malformed terms',
          'verdict',
          'message',
          'seal',
          'swapped seals',
          'report',
        ),
        weight: 1,
      },
    ),
    faults,
    run: fc.record({
      ageHours: usually(fc.constant(24), fc.constantFrom(6, undefined)),
      ignored: usually(fc.constant<readonly string[]>([]), fc.constant(['red'])),
      namespace: seldom(fc.constantFrom(...namespaceNames)),
      share: usually(fc.constantFrom(0, 0.1), fc.constant(1)),
      seed: fc.nat(),
      isShard: fc.boolean(),
    }),
  }),
  { minLength: 2, maxLength: 8 },
);

const world: fc.Arbitrary<ReuseWorld> = fc.record({
  objects: fc.array(
    fc.record({ version: rarely.map((isGone) => (isGone ? undefined : 1)), labelled: fc.boolean() }),
    {
      minLength: 3,
      maxLength: 8,
    },
  ),
  policies: fc.array(
    fc.record({
      generation: fc.constant(1),
      pure: fc.nat({ max: 3 }).map((number) => number > 0),
      selectsLabel: rarely,
      selectsNamespaces: rarely,
    }),
    { minLength: 1, maxLength: 3 },
  ),
  serverGeneration: fc.constant(1),
  hidden: fc.constant(0),
  production: fc.constant(0).map(() => new Set<string>(['blue', 'red'])),
});

let reusedInAll = 0;
let refutedInAll = 0;
afterAll(() => {
  if (path !== undefined) return;
  // Of runs in which nothing is reused nothing can be wrong.
  expect(reusedInAll).toBeGreaterThan(numRuns * 3);
  expect(refutedInAll).toBeGreaterThan(numRuns / 50);
});

test('what is reused is young and about the same, and reports end as those of a run that asks everything', {
  timeout: 600_000,
}, async () => {
  await fc.assert(fc.asyncProperty(world, steps, check), {
    seed,
    numRuns,
    ...(path !== undefined && { path }),
  });
});

/** What each stored result was computed from, by `uid policy`, and when: more than once where it came out the same. */
type Computed = Map<string, { readonly basis: string; readonly times: readonly Time[] }>;

/** A run that is not over the whole cluster, or was killed, leaves no record: nobody can tell later that its clock was ahead. */
type Time = { readonly at: number; readonly step: number; readonly isRecorded: boolean };

async function check(given: ReuseWorld, schedule: readonly Step[]): Promise<void> {
  const now = structuredClone(given);
  const reports = new ReportMemory();
  for (const name of namespaceNames) reports.namespaces.set(name, 'Active');
  const computed: Computed = new Map();
  let hours = 0;
  let refuted: Refuted = new Map();
  let runUid = '';
  let isOver = true;
  for (const [index, { hours: later, changes, tampering, faults: broken, run }] of schedule.entries()) {
    hours += later;
    for (const change of changes) apply(now, change);
    tamper(reports, tampering);
    // A Job starts again what was killed.
    if (isOver || !run.isShard) runUid = `run-${index}`;
    const ran = await runReuse({ world: now, reports, hours, run, faults: broken }, runUid);
    isOver = ran.outcome !== undefined;
    const at = hours * hourMs;
    reusedInAll += ran.taken.length;
    checkTaken(ran, { computed, at, ageMs: (run.ageHours ?? 0) * hourMs, refuted });
    remember(ran, {
      computed,
      at,
      step: index,
      world: now,
      run,
      isStored: (uid) => isWrittenBy(ran, reports, uid),
    });
    if (ran.outcome !== undefined) {
      expect(ran.outcome.totals.reuse?.reused ?? 0).toBe(ran.taken.length);
      checkReports(ran, { reports, world: now, run, broken });
      if (run.namespace === undefined)
        refuted = new Map((ran.outcome.refuted ?? []).map(({ uniqueName }) => [uniqueName, index]));
      refutedInAll += ran.outcome.refuted?.length ?? 0;
    }
  }
}

/** The policies that took something back in the last run over the whole cluster, and in which step that was. */
type Refuted = ReadonlyMap<string, number>;

type Known = {
  readonly computed: Computed;
  readonly at: number;
  readonly ageMs: number;
  readonly refuted: Refuted;
};

function checkTaken({ taken }: Ran, { computed, at, ageMs, refuted }: Known): void {
  for (const { pair, basis } of taken) {
    const known = computed.get(pair);
    expect(known?.basis, `${pair} was computed from something else`).toBe(basis);
    const last = known?.times.findLast((time) => time.isRecorded || time.at <= at);
    if (last !== undefined) {
      expect(at - last.at, `${pair} is from the future`).toBeGreaterThanOrEqual(0);
      expect(at - last.at, `${pair} is too old`).toBeLessThan(ageMs);
    }
    // What an attempt that was killed has asked since then is an answer of this run.
    const takenBackIn = refuted.get(pair.split(' ')[1] ?? '');
    if (takenBackIn !== undefined)
      expect(last?.step, `${pair} was taken back, and is reused`).toBeGreaterThan(takenBackIn);
  }
}

/** Of a run that has not stored what it computed, or may not have, the earlier times stay where nothing else has changed. */
function remember(
  { asked, outcome, refused }: Ran,
  { computed, at, step, world: now, run, isStored }: Remembering,
): void {
  const time = { at, step, isRecorded: outcome !== undefined && run.namespace === undefined };
  for (const pair of asked) {
    const [uid = '', name = ''] = pair.split(' ');
    const index = now.objects.findIndex((_, candidate) => objectAt(now, candidate)?.reference.uid === uid);
    const basis = basisOf(now, index, Number(/p(\d)$/.exec(name)?.[1]));
    const known = computed.get(pair);
    const times = known?.basis === basis ? known.times : [];
    const isKept = outcome === undefined ? !isStored(uid) : refused.has(uid);
    if (times.length > 0 && isKept) continue;
    computed.set(pair, { basis, times: [...times, time] });
  }
}

type Remembering = Pick<Known, 'computed' | 'at'> & {
  readonly step: number;
  readonly world: ReuseWorld;
  readonly run: ReuseRun;
  /** Of a run that was killed: whether it wrote the report of this name. */
  readonly isStored: (uid: string) => boolean;
};

/** As the reports of shards say themselves. */
function isWrittenBy({ attempt }: Ran, reports: ReportMemory, uid: string): boolean {
  const report = reports.objects().find(({ metadata: { name } }) => name === uid);
  const annotations = report?.metadata['annotations'] as Record<string, string> | undefined;
  return annotations?.['audit-scanner.io/attempt']?.startsWith(attempt) === true;
}

type Afterwards = {
  readonly reports: ReportMemory;
  readonly world: ReuseWorld;
  readonly run: ReuseRun;
  readonly broken: ReuseFaults;
};

function checkReports({ outcome, taken }: Ran, { reports, world: now, run, broken }: Afterwards): void {
  const codes = outcome?.incidents.map(({ error }) => error.code) ?? [];
  expect(codes.includes(errorCodes.policyNotPure)).toBe((outcome?.refuted?.length ?? 0) > 0);
  if (codes.length > 0) expect(outcome?.complete).toBe(false);
  if (run.namespace !== undefined || broken !== calm) return;
  if (outcome?.complete === true || codes.every((code) => code === errorCodes.policyNotPure)) {
    const impure = new Set(
      now.policies.flatMap(({ pure }, index) => (pure ? [] : [policyAt(now, index).uniqueName])),
    );
    const expected = withoutPolicies(expectedLines(now, run.ignored), impure);
    expect(withoutPolicies(storedLines(reports), impure)).toEqual(expected);
  }
  if (run.share === 1) expect(taken, 'all were to be asked again').toEqual([]);
}

function apply(now: ReuseWorld, { what, at }: Change): void {
  const object = now.objects[at % now.objects.length];
  const policy = now.policies[at % now.policies.length];
  if (object === undefined || policy === undefined) return;
  const next = (object.version ?? 100 + at) + 1;
  if (what === 'edit') object.version = next;
  if (what === 'remove') object.version = object.version === undefined ? next : undefined;
  if (what === 'relabel' && object.version !== undefined) {
    object.labelled = !object.labelled;
    object.version = next;
  }
  if (what === 'policy') policy.generation += 1;
  if (what === 'server') now.serverGeneration += 1;
  if (what === 'hidden') now.hidden += 1;
  if (what === 'namespace') {
    if (now.production.has('blue')) now.production.delete('blue');
    else now.production.add('blue');
  }
}

type Row = { result: string; message?: string; properties: Record<string, string> };

/** What somebody else does to the record and to reports. */
function tamper(reports: ReportMemory, what: Tampering): void {
  const annotate = (change: (annotations: Record<string, string>) => void): void => {
    reports.touch(recordName, ({ metadata }) => {
      change(metadata['annotations'] as Record<string, string>);
    });
  };
  const [report] = reports.objects().filter(({ metadata: { name } }) => name !== recordName);
  const edit = (change: (rows: Row[]) => void): void => {
    if (report !== undefined) {
      reports.touch(report.metadata.name, (object) => {
        change(rowsOf(object));
      });
    }
  };
  switch (what) {
    case 'none':
      return;
    case 'no record':
      reports.remove(recordName);
      return;
    case 'foreign record':
      reports.remove(recordName);
      return;
    case 'newer record':
      annotate((annotations) => {
        annotations['audit-scanner.io/record-version'] = '1x';
      });
      return;
    case 'malformed terms':
      annotate((annotations) => {
        if ('audit-scanner.io/reuse' in annotations)
          annotations['audit-scanner.io/reuse'] = '{"ageMs":86400000}';
      });
      return;
    case 'verdict':
      edit(([row]) => {
        if (row !== undefined) row.result = row.result === 'pass' ? 'fail' : 'pass';
      });
      return;
    case 'message':
      edit(([row]) => {
        if (row !== undefined) row.message = 'edited';
      });
      return;
    case 'seal':
      edit((rows) => {
        for (const { properties } of rows) properties['audit-scanner.io/holds-for'] = 'AAAAAAAAAAAAAAAA';
      });
      return;
    case 'swapped seals':
      edit(([first, second]) => {
        const name = 'audit-scanner.io/holds-for';
        if (first === undefined || second === undefined) return;
        [first.properties[name], second.properties[name]] = [
          second.properties[name] ?? '',
          first.properties[name] ?? '',
        ];
      });
      return;
    case 'report':
      if (report !== undefined) reports.remove(report.metadata.name);
  }
}

function rowsOf(report: StoredObject): Row[] {
  return (report['results'] ?? []) as Row[];
}

function storedLines(reports: ReportMemory): Map<string, string[]> {
  const lines = reports
    .objects()
    .filter(({ metadata }) => metadata.name !== recordName)
    .map((report): [string, string[]] => [
      report.metadata.name,
      (rowsOf(report) as (Row & { policy: string })[])
        .map(({ policy, result, message = '' }) => `${policy} ${result} ${message}`)
        .sort(),
    ]);
  return new Map(lines.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function withoutPolicies(lines: Map<string, string[]>, names: ReadonlySet<string>): Map<string, string[]> {
  const kept = [...lines].map(([uid, rows]): [string, string[]] => [
    uid,
    rows.filter((row) => !names.has(row.split(' ')[0] ?? '')),
  ]);
  return new Map(kept.filter(([, rows]) => rows.length > 0));
}
