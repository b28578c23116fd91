import fc from 'fast-check';
import { type ObjectType, type TypeName, types } from './cluster.ts';

/** How a request to the API server fails: a status, or as the fault proxy says. */
export type Failure = 403 | 404 | 409 | 410 | 422 | 429 | 500 | 503 | 'reset' | 'cut' | 'truncate';

/**
 * Which requests fail. `scope` is what asks for the namespaces that are audited, `stored` the list of the stored reports, `legacy` that of
 * the reports of an earlier kind.
 */
export type Requests =
  | { readonly to: 'list'; readonly type: TypeName }
  | {
      readonly to: 'discover' | 'scope' | 'policies' | 'stored' | 'legacy' | 'create' | 'change' | 'delete';
    };

/** The request number `after` (from 0) of these fails, and with `forGood` all that come after it. */
export type ApiFault = {
  readonly requests: Requests;
  readonly failure: Failure;
  readonly after: number;
  readonly forGood: boolean;
};

/** `drop` and `cut` end the connection before the answer and in the middle of it. `times` answers in a row are like this. */
export type AnswerFault = {
  readonly failure: 'drop' | 'cut' | 'garbage' | 'wrong-uid' | 500 | 503;
  readonly after: number;
  readonly times: number;
};

/** What goes wrong during one audit. */
export type Schedule = {
  readonly api: readonly ApiFault[];
  readonly answers: readonly AnswerFault[];
  /** The policy server refuses connections from its answer number `after` on; where it does not come back, SIGTERM ends the wait. */
  readonly refuses: { readonly after: number; readonly comesBack: boolean } | undefined;
  /**
   * The end, at a request to the API server or at a question to the policy server, which is never answered where it is `silent`. `asked`
   * is what SIGTERM does, in the process of the tests; signals go to a real process, built before.
   */
  readonly stop:
    | {
        readonly at: 'request' | 'question';
        readonly after: number;
        readonly silent: boolean;
        readonly by: 'asked' | 'SIGTERM' | 'SIGKILL';
      }
    | undefined;
  readonly pageSize: number;
  readonly concurrency: number;
};

/** One time in so many. */
function seldom<T>(arbitrary: fc.Arbitrary<T>, oneIn: number): fc.Arbitrary<T | undefined> {
  return fc.oneof({ arbitrary: fc.constant(undefined), weight: oneIn - 1 }, { arbitrary, weight: 1 });
}

const failsOnce: readonly Failure[] = [429, 500, 503, 'reset', 'cut'];
const reads: readonly Failure[] = [403, 404, 410, 'truncate', ...failsOnce];

/** Where trying again helps, waiting for all tries takes seconds, so that few schedules may do it. */
function fault<T extends Requests>(
  requests: fc.Arbitrary<T>,
  failures: readonly Failure[],
): fc.Arbitrary<ApiFault> {
  return fc.record({
    requests,
    failure: fc.constantFrom(...failures),
    after: fc.constantFrom(0, 0, 0, 0, 1, 1, 2, 3),
    forGood: fc.oneof(
      { arbitrary: fc.constant(false), weight: 4 },
      { arbitrary: fc.constant(true), weight: 1 },
    ),
  });
}

const to = <T extends Exclude<Requests, { to: 'list' }>['to']>(...names: readonly T[]) =>
  fc.record({ to: fc.constantFrom(...names) });
const listed = fc.constantFrom<ObjectType>('pods', 'secrets', 'deployments');
const lists = fc.record({
  to: fc.constant('list' as const),
  type: fc.oneof(
    { arbitrary: listed, weight: 5 },
    { arbitrary: fc.constantFrom<TypeName>(...types), weight: 1 },
  ),
});

const apiFault: fc.Arbitrary<ApiFault> = fc.oneof(
  { arbitrary: fault(lists, reads), weight: 8 },
  { arbitrary: fault(to('discover', 'scope', 'stored', 'legacy'), reads), weight: 2 },
  // Without 404: a kind of policy that the API server does not know has no policies.
  { arbitrary: fault(to('policies'), [403, 410, 'truncate', ...failsOnce]), weight: 1 },
  { arbitrary: fault(to('create'), [403, 404, 409, 422, ...failsOnce]), weight: 3 },
  { arbitrary: fault(to('change'), [403, 404, 409, 422, ...failsOnce]), weight: 4 },
  // Without 404, which is true or a lie of the server: then the report is gone.
  { arbitrary: fault(to('delete'), [403, 409, 422, ...failsOnce]), weight: 3 },
);

const answerFault: fc.Arbitrary<AnswerFault> = fc.record({
  failure: fc.constantFrom<AnswerFault['failure']>('drop', 'cut', 'garbage', 'wrong-uid', 500, 503),
  after: fc.nat({ max: 8 }),
  times: fc.integer({ min: 1, max: 4 }),
});

export const randomSchedule: fc.Arbitrary<Schedule> = fc.record({
  // One fault for each kind of request, so that none hides what another one took.
  api: fc.uniqueArray(apiFault, {
    maxLength: 6,
    size: 'max',
    selector: ({ requests }) => (requests.to === 'list' ? requests.type : requests.to),
  }),
  answers: fc.oneof(
    { arbitrary: fc.constant([]), weight: 2 },
    { arbitrary: fc.array(answerFault, { minLength: 1, maxLength: 2 }), weight: 1 },
  ),
  refuses: seldom(fc.record({ after: fc.nat({ max: 6 }), comesBack: fc.boolean() }), 8),
  stop: seldom(
    fc.record({
      at: fc.constantFrom('request' as const, 'question' as const),
      after: fc.nat({ max: 20 }),
      silent: fc.boolean(),
      by: fc.constantFrom('asked' as const, 'SIGTERM' as const, 'SIGKILL' as const),
    }),
    5,
  ),
  pageSize: fc.integer({ min: 1, max: 3 }),
  concurrency: fc.integer({ min: 1, max: 4 }),
});

/** Nothing goes wrong. */
export const calm: Schedule = {
  api: [],
  answers: [],
  refuses: undefined,
  stop: undefined,
  pageSize: 2,
  concurrency: 4,
};
