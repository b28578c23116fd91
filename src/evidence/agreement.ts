import { type Difference, findDifferences } from './differences.ts';
import { repeatResult } from './repeated.ts';
import { type Predicate, repeatedSchema, type Statement } from './schema.ts';

/** In what the parts of a statement contradict each other, as sentences: whoever signed it has signed something that cannot be. */
export function findContradictions({ subject, predicate }: Statement): readonly string[] {
  const { result, gate, summary, policies, run, exitCode } = predicate;
  const sum = (counts: readonly number[]): number => counts.reduce((all, one) => all + one, 0);
  const { critical, high, medium, low, info, unset } = summary.failBySeverity;
  const inState = (state: string): number => policies.filter((policy) => policy.state === state).length;
  const failing = sum([critical, high, medium, low, info, unset]);
  const counted = sum(policies.map(({ results }) => results.count));
  const checks: readonly (readonly [boolean, string])[] = [
    [
      subject.some(({ digest }) => digest.sha256 === result.digest.sha256),
      'the result it is about is not among its subjects',
    ],
    [failing === summary.fail, `it counts ${summary.fail} violations and, by severity, ${failing}`],
    [counted === result.count, `it counts ${result.count} results and, by policy, ${counted}`],
    ...(['audited', 'skipped', 'errored'] as const).map(
      (state) =>
        [
          inState(state) === summary.policies[state],
          `it counts ${summary.policies[state]} ${state} policies and names ${inState(state)}`,
        ] as const,
    ),
    [gate.passed === (gate.result === 'passed'), `its gate is ${gate.result}, and passed is ${gate.passed}`],
    [run.complete || gate.result !== 'passed', 'its gate passed though its run is incomplete'],
    [
      gate.result !== 'failed' || exitCode !== 0 || gate.exitCode === 0,
      `its gate failed, and its exit code is ${exitCode}`,
    ],
  ];
  return checks.filter(([holds]) => !holds).map(([, sentence]) => sentence);
}

/**
 * In what a result is another one than the evidence describes. None where the two agree in everything that evidence repeats. Throws an
 * Error that says in one line why the document is no result.
 */
export function compareWithResult(predicate: Predicate, document: unknown): readonly Difference[] {
  const { policies, result, ...rest } = predicate;
  const found = repeatResult(document);
  const { count, canonicalDigest } = result;
  const stated = {
    ...pickRepeated(rest),
    result: { count, canonicalDigest },
    policies: policies.map(withoutModules),
  };
  return findDifferences(stated, found).filter(({ path }) => path !== 'result.canonicalDigest.sha256');
}

function withoutModules(policy: Predicate['policies'][number]): object {
  return Object.fromEntries(Object.entries(policy).filter(([name]) => name !== 'modules'));
}

/** Without what no result says. */
function pickRepeated(predicate: object): object {
  const names = Object.keys(repeatedSchema.shape);
  return Object.fromEntries(Object.entries(predicate).filter(([name]) => names.includes(name)));
}
