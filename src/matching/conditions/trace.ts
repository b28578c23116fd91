/** Turns of all loops of one evaluation. The API server counts the cost more finely; here it only has to end. */
export const maxSteps = 100_000;

/** Evaluation is synchronous, so one evaluation at a time writes here. */
const current: { steps: number; unknown: string | undefined } = { steps: 0, unknown: undefined };

/** Forgets the evaluation before. */
export function begin(): void {
  current.steps = 0;
  current.unknown = undefined;
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
  current.unknown ??= what;
  throw new Error(what);
}

/** What the evaluation came upon. */
export function outcome(): { readonly isTooMuch: boolean; readonly unknown: string | undefined } {
  return { isTooMuch: current.steps > maxSteps, unknown: current.unknown };
}
