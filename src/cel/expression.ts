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
import { type Rewritten, rewrite } from './syntax.ts';
import { begin, maxSteps, need, outcome, spend, type Unknown, undecidable } from './trace.ts';
import type { Variables } from './variables.ts';

/** What came of an expression. `unknown`: it asks for what an audit cannot know, so that it may be true or false. */
export type Answer =
  | { readonly kind: 'true' | 'false' }
  | { readonly kind: 'error'; readonly why: string }
  | ({ readonly kind: 'unknown' } & Unknown);

export type Expression = {
  /** What of it an audit cannot know, whatever the object; each like `reads request.userInfo`. */
  readonly unknowns: readonly string[];
  /** Never throws, and ends soon. */
  readonly evaluate: (variables: Variables) => Answer;
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
  celFunc(internal.namespaceObject, [], DYN, () => {
    need('namespace', 'reads namespaceObject');
    // That is what API servers up to 1.37 give to the conditions of webhooks, whatever the namespace.
    return null;
  }),
  celFunc(internal.plural, [DYN], DYN, (value) => {
    need('plural', 'reads the plural of the type');
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
export function compileExpression(expression: string): Expression {
  try {
    const { expr, unknowns } = read(expression);
    const run = plan(environment, expr);
    return { unknowns, evaluate: (variables) => evaluate(run, variables) };
  } catch (thrown) {
    const why = `cannot be read: ${messageOf(thrown)}`;
    return { unknowns: [why], evaluate: () => ({ kind: 'unknown', why }) };
  }
}

function read(expression: string): Rewritten {
  if (expression.length > maxLength) throw new Error(`it is longer than ${maxLength} characters`);
  const { expr } = parse(desugarOptionals(expression));
  return rewrite(expr, (name) => environment.funcs.find(name) !== undefined);
}

function evaluate(run: ReturnType<typeof plan>, { missing, ...variables }: Variables): Answer {
  begin(missing);
  // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- parsed JSON in the form that CEL takes
  const result = run({ ...variables, ...addressTypes } as Parameters<typeof run>[0]);
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
