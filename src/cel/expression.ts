import { type CelFunc, CelScalar, celEnv, celFunc, isCelError, parse, plan } from '@bufbuild/cel';
import { internal } from './ast.ts';
import { comparisons } from './library/comparison.ts';
import { equalities } from './library/equality.ts';
import { namedFormats } from './library/format.ts';
import { addresses, addressTypes } from './library/ip.ts';
import { lists } from './library/lists.ts';
import { loops } from './library/loops.ts';
import { opaque, opaqueOf } from './library/opaque.ts';
import { optionals } from './library/optionals.ts';
import { quantities } from './library/quantity.ts';
import { versions } from './library/semver.ts';
import { sequences } from './library/sequences.ts';
import { strings } from './library/strings.ts';
import { text } from './library/text.ts';
import { urls } from './library/url.ts';
import { desugarOptionals } from './optional-syntax.ts';
import { type Rewritten, rewrite, type UnknownPath } from './syntax.ts';
import { begin, type Missing, maxSteps, need, outcome, spend, type Unknown, undecidable } from './trace.ts';

/**
 * What came of an expression. `unknown`: it asks for what is not known, so that it may be true or false; with a `part`, for one that was
 * said to be missing.
 */
export type Answer =
  | { readonly kind: 'true' | 'false' }
  | { readonly kind: 'error'; readonly why: string }
  | ({ readonly kind: 'unknown' } & Unknown);

/** The variables by name, each as CEL takes it: whole numbers as BigInt, objects as Map. */
export type Bindings = {
  readonly values: Readonly<Record<string, unknown>>;
  /** What of them is not known this time: a part that has a value here. */
  readonly missing: Missing;
};

export type Expression = {
  /** What of it is never known, whatever the variables; each like `reads request.userInfo`. */
  readonly unknowns: readonly string[];
  /** Never throws, and ends soon. */
  readonly evaluate: (bindings: Bindings) => Answer;
};

/** More than the API server reads. */
const maxLength = 100_000;
const { BOOL, DYN, STRING } = CelScalar;

const bookkeeping: readonly CelFunc[] = [
  celFunc(internal.unknown, [STRING], DYN, (what) => undecidable(what)),
  celFunc(internal.key, [DYN], DYN, (key) =>
    opaqueOf(key) === undefined ? key : undecidable('uses a map with keys that audits do not have'),
  ),
  celFunc(internal.step, [], BOOL, () => spend(1)),
  celFunc(internal.need, [STRING, STRING, DYN], DYN, (part, why, value) => {
    need(part, why);
    return value;
  }),
];

const environment = celEnv({
  funcs: [
    ...strings,
    ...text,
    ...lists,
    ...optionals,
    ...opaque,
    ...equalities,
    ...comparisons,
    ...quantities,
    ...addresses,
    ...versions,
    ...urls,
    ...namedFormats,
    ...loops,
    ...sequences,
    ...bookkeeping,
  ],
});

/** Reads an expression. One that cannot be read is an expression of which nothing is known: the API server may well know it. */
export function compile(
  expression: string,
  { unknown }: { readonly unknown: readonly UnknownPath[] },
): Expression {
  try {
    const { expr, unknowns } = read(expression, unknown);
    const run = plan(environment, expr);
    return { unknowns, evaluate: (bindings) => evaluate(run, bindings) };
  } catch (thrown) {
    const why = `cannot be read: ${messageOf(thrown)}`;
    return { unknowns: [why], evaluate: () => ({ kind: 'unknown', why }) };
  }
}

function read(expression: string, unknown: readonly UnknownPath[]): Rewritten {
  if (expression.length > maxLength) throw new Error(`it is longer than ${maxLength} characters`);
  const { expr } = parse(desugarOptionals(expression));
  return rewrite(expr, { unknown, hasFunction: (name) => environment.funcs.find(name) !== undefined });
}

function evaluate(run: ReturnType<typeof plan>, { missing, values }: Bindings): Answer {
  begin(missing);
  const result = run({ ...values, ...addressTypes });
  const { isTooMuch, unknown } = outcome();
  if (isTooMuch) return { kind: 'unknown', why: `takes more than ${maxSteps} steps` };
  if (typeof result === 'boolean') return { kind: result ? 'true' : 'false' };
  if (!isCelError(result)) return { kind: 'error', why: 'is neither true nor false' };
  if (unknown !== undefined) return { kind: 'unknown', ...unknown };
  if (isStackOverflow(result.cause)) return { kind: 'unknown', why: 'is nested too deeply' };
  return { kind: 'error', why: result.message };
}

/** Time zones that do not exist are a RangeError, too. */
function isStackOverflow(thrown: unknown): boolean {
  return thrown instanceof RangeError && thrown.message.includes('call stack');
}

function messageOf(thrown: unknown): string {
  if (isStackOverflow(thrown)) return 'it is nested too deeply';
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return message.length > 200 ? `${message.slice(0, 200)}…` : message;
}
