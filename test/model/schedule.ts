import fc from 'fast-check';
import { ignoredNamespace, type ModelCluster, namespaceNames, pathOf, typeOf, types } from './world.ts';

/** What goes wrong during one audit. Everything is named by its index in the model, so that it shrinks with it. */
export type Schedule = {
  readonly lists: readonly {
    readonly type: number;
    readonly reason: 'forbidden' | 'failed';
    /** Objects that a LIST still yields before it breaks. */
    readonly after: number;
    /** Undefined breaks the LIST of the whole cluster only. */
    readonly namespace: string | undefined;
  }[];
  /** The group `apps` is registered, but does not answer discovery. */
  readonly discovery: boolean;
  readonly brokenPolicy: boolean;
  readonly unprepared: readonly number[];
  /** `answered`: the policy says itself that it failed; else nobody was heard. */
  readonly evaluations: readonly {
    readonly policy: number;
    readonly object: number;
    readonly answered: boolean;
  }[];
  /** Since the reports were stored, and what has become of the run record since. */
  readonly hours: number;
  readonly record: 'good' | 'missing' | 'foreign';
  readonly writes: readonly { readonly object: number; readonly status: 403 | 409 | 422 | 500 }[];
  readonly deletions: readonly { readonly object: number; readonly status: 403 | 409 | 500 }[];
  /** A namespace that is being deleted: nothing can be created in it. */
  readonly terminating: string | undefined;
  /** Evaluations after which the run is told to stop, and to give up what is in flight at once. */
  readonly stop: { readonly after: number; readonly abort: boolean } | undefined;
  /** The list of the stored reports cannot be read: the audit cannot start. */
  readonly reports: boolean;
  readonly workers: number;
};

const typeIndex = fc.nat({ max: types.length - 1 });
const namespace = fc.constantFrom(...namespaceNames);

const rarely = fc.oneof(
  { arbitrary: fc.constant(false), weight: 9 },
  { arbitrary: fc.constant(true), weight: 1 },
);

const cluster: fc.Arbitrary<ModelCluster> = fc.record({
  namespaces: fc.uniqueArray(
    fc.record({ name: fc.constantFrom(...namespaceNames, ignoredNamespace), production: fc.boolean() }),
    {
      selector: ({ name }) => name,
      minLength: 1,
    },
  ),
  objects: fc.uniqueArray(
    fc.record({
      type: typeIndex,
      namespace: fc.constantFrom(...namespaceNames, ignoredNamespace),
      name: fc.nat({ max: 4 }),
      labelled: fc.boolean(),
      old: fc.boolean(),
      current: fc.boolean(),
    }),
    {
      maxLength: 14,
      selector: (object) => `${object.type}/${pathOf(object)}`,
    },
  ),
  policies: fc.array(
    fc.record({
      namespace: fc.option(namespace, { nil: undefined, freq: 2 }),
      types: fc.uniqueArray(typeIndex, { minLength: 1, maxLength: 3 }),
      selectsLabel: fc.boolean(),
      selectsProduction: fc.boolean(),
      inside: fc.boolean(),
      backgroundAudit: fc.oneof(
        { arbitrary: fc.constant(true), weight: 5 },
        { arbitrary: fc.constant(false), weight: 1 },
      ),
      active: fc.oneof(
        { arbitrary: fc.constant(true), weight: 5 },
        { arbitrary: fc.constant(false), weight: 1 },
      ),
      changed: rarely,
      denies: fc.nat({ max: 2 }),
    }),
    { maxLength: 4 },
  ),
});

/** Objects of namespaces that do not exist are left out: no API server would list them. */
export const modelCluster: fc.Arbitrary<ModelCluster> = cluster.map((made) => ({
  ...made,
  objects: made.objects.filter(
    ({ type, namespace: where }) =>
      !typeOf(type).namespaced || made.namespaces.some(({ name }) => name === where),
  ),
}));

const object = fc.nat({ max: 13 });

export const schedule: fc.Arbitrary<Schedule> = fc.record({
  lists: fc.array(
    fc.record({
      type: typeIndex,
      reason: fc.constantFrom('forbidden' as const, 'failed' as const),
      after: fc.nat({ max: 3 }),
      namespace: fc.option(namespace, { nil: undefined }),
    }),
    { maxLength: 3 },
  ),
  discovery: rarely,
  brokenPolicy: rarely,
  unprepared: fc.uniqueArray(fc.nat({ max: 3 }), { maxLength: 1 }),
  evaluations: fc.array(fc.record({ policy: fc.nat({ max: 3 }), object, answered: fc.boolean() }), {
    maxLength: 3,
  }),
  hours: fc.constantFrom(1, 23, 24, 100),
  record: fc.oneof(
    { arbitrary: fc.constant('good' as const), weight: 3 },
    { arbitrary: fc.constantFrom('missing' as const, 'foreign' as const), weight: 1 },
  ),
  writes: fc.array(
    fc.record({ object, status: fc.constantFrom(403 as const, 409 as const, 422 as const, 500 as const) }),
    {
      maxLength: 2,
    },
  ),
  deletions: fc.array(
    fc.record({ object, status: fc.constantFrom(403 as const, 409 as const, 500 as const) }),
    {
      maxLength: 2,
    },
  ),
  terminating: fc.option(namespace, { nil: undefined, freq: 6 }),
  stop: fc.option(fc.record({ after: fc.nat({ max: 12 }), abort: fc.boolean() }), {
    nil: undefined,
    freq: 4,
  }),
  reports: rarely,
  workers: fc.integer({ min: 1, max: 4 }),
});

/** Nothing goes wrong. */
export const calm: Schedule = {
  lists: [],
  discovery: false,
  brokenPolicy: false,
  unprepared: [],
  evaluations: [],
  hours: 0,
  record: 'good',
  writes: [],
  deletions: [],
  terminating: undefined,
  stop: undefined,
  reports: false,
  workers: 2,
};
