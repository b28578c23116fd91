/** Turns of all loops of one evaluation. The API server counts the cost more finely; here it only has to end. */
export const maxSteps = 100_000;

/** Evaluation is synchronous, so one evaluation at a time writes here. */
const current: { steps: number; unknown: Unknown | undefined; missing: Missing } = {
  steps: 0,
  unknown: undefined,
  missing: {},
};

/** What an expression asks for and is not known. With a `part`, somebody could tell. */
export type Unknown = { readonly why: string; readonly part?: string | undefined };

/** What is not known of the variables of an evaluation though it could be, by names that UnknownPath gives. */
export type Missing = Readonly<Record<string, unknown>>;

/** Forgets the evaluation before. */
export function begin(missing: Missing): void {
  current.steps = 0;
  current.unknown = undefined;
  current.missing = missing;
}

/** Ends in an unknown answer where that part of what could be known is missing. */
export function need(part: string, why: string): void {
  if (current.missing[part] === undefined) return;
  // It takes precedence over what nobody can supply: supplying it gives a better answer.
  if (current.unknown?.part === undefined) current.unknown = { why, part };
  throw new Error(why);
}

/** Counts turns of a loop. False once there were too many. */
export function spend(turns: number): boolean {
  current.steps += turns;
  return current.steps <= maxSteps;
}

/** Counts the turns of a loop that no expression sees. Throws if there are too many. */
export function spendAll(turns: number): void {
  if (!spend(turns)) throw new Error(`more than ${maxSteps} steps`);
}

/** Fails in a way that makes the answer unknown, unless the rest of the expression decides. `what` ends a sentence. */
export function undecidable(what: string): never {
  current.unknown ??= { why: what };
  throw new Error(what);
}

/** What the evaluation came upon. */
export function outcome(): { readonly isTooMuch: boolean; readonly unknown: Unknown | undefined } {
  return { isTooMuch: current.steps > maxSteps, unknown: current.unknown };
}
