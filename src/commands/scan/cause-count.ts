import type { LogLine } from '../../host/index.ts';

/** Of one code; of what else a policy has to say about each object there is only the number. */
const mostPerCode = 20;

type Cause = { readonly line: LogLine; count: number };

/** Counts failures by their cause: what one broken server does to a thousand evaluations is one thing to be told. */
export class CauseCount {
  readonly #causes = new Map<string, Cause>();
  readonly #perCode = new Map<unknown, number>();

  add(line: LogLine): void {
    const { code, error } = line.fields;
    const known = this.#causes.get(keyOf(code, error));
    if (known !== undefined) {
      known.count += 1;
      return;
    }
    const causes = (this.#perCode.get(code) ?? 0) + 1;
    this.#perCode.set(code, causes);
    if (causes <= mostPerCode) this.#causes.set(keyOf(code, error), { line, count: 1 });
    else this.#addToRest(line);
  }

  #addToRest({ level, fields: { component, code } }: LogLine): void {
    const key = keyOf(code, undefined);
    const rest = this.#causes.get(key);
    if (rest !== undefined) rest.count += 1;
    else {
      const message = 'more failures of this kind, each for a different reason';
      this.#causes.set(key, { line: { level, message, fields: { component, code } }, count: 1 });
    }
  }

  /** A line for each cause, with how often it came; with its place if it happened once. Starts over. */
  take(): readonly LogLine[] {
    const lines = [...this.#causes.values()].map(({ line, count }) =>
      count === 1 ? line : { ...line, fields: { ...withoutPlace(line.fields), count } },
    );
    this.#causes.clear();
    this.#perCode.clear();
    return lines;
  }
}

function keyOf(code: unknown, error: unknown): string {
  return JSON.stringify([code, error]);
}

function withoutPlace(fields: LogLine['fields']): LogLine['fields'] {
  const { component, error, code, facts, try: tries } = fields;
  return {
    component,
    error,
    code,
    ...(facts !== undefined && { facts }),
    ...(tries !== undefined && { try: tries }),
  };
}
