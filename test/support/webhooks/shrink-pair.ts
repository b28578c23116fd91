import { performance } from 'node:perf_hooks';
import fc from 'fast-check';

/**
 * A generated value with what fast-check needs to make it smaller, where a seed would only find it again among all others: an arbitrary
 * that generates this value, and shrinks as the one that it comes from.
 */
export class Kept<T> extends fc.Arbitrary<T> {
  readonly #arbitrary: fc.Arbitrary<T>;
  readonly #generated: fc.Value<T>;

  constructor(arbitrary: fc.Arbitrary<T>, generated: fc.Value<T>) {
    super();
    this.#arbitrary = arbitrary;
    this.#generated = generated;
  }

  get value(): T {
    return this.#generated.value;
  }

  generate(): fc.Value<T> {
    return this.#generated;
  }

  canShrinkWithoutContext(value: unknown): value is T {
    return this.#arbitrary.canShrinkWithoutContext(value);
  }

  shrink(value: T, context: unknown): fc.Stream<fc.Value<T>> {
    return this.#arbitrary.shrink(value, context);
  }
}

/** Generates the same values as `arbitrary`, to be shrunk later, each on its own. */
export function keep<T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<Kept<T>> {
  return new Keep(arbitrary);
}

class Keep<T> extends fc.Arbitrary<Kept<T>> {
  readonly #arbitrary: fc.Arbitrary<T>;

  constructor(arbitrary: fc.Arbitrary<T>) {
    super();
    this.#arbitrary = arbitrary;
  }

  generate(random: fc.Random, biasFactor: number | undefined): fc.Value<Kept<T>> {
    const generated = this.#arbitrary.generate(random, biasFactor);
    return new fc.Value(new Kept(this.#arbitrary, generated), undefined);
  }

  canShrinkWithoutContext(value: unknown): value is Kept<T> {
    return value instanceof Kept;
  }

  shrink(): fc.Stream<fc.Value<Kept<T>>> {
    return fc.Stream.nil();
  }
}

export type ShrinkOptions<A, B> = {
  /** Whether a pair still shows what the first one showed. Where it throws, shrinking ends. */
  readonly fails: (a: A, b: B) => Promise<boolean>;
  /** From when on nothing new is tried; the first pair is tried always. */
  readonly limits: { readonly ms: number; readonly tries: number };
};

export type ShrunkPair<A, B> = {
  /** The smallest that failed; the first one as long as none did. */
  readonly pair: readonly [A, B];
  /** Whether even the first pair failed when it was tried again. */
  readonly failsAgain: boolean;
  readonly tries: number;
  /** `smallest`: nothing that fast-check could make of the pair fails. */
  readonly end: 'smallest' | 'time' | 'tries' | Error;
};

/** Makes a pair smaller as long as it fails. What looks the same is tried once. */
export async function shrinkPair<A, B>(
  a: Kept<A>,
  b: Kept<B>,
  { fails, limits }: ShrinkOptions<A, B>,
): Promise<ShrunkPair<A, B>> {
  const deadline = performance.now() + limits.ms;
  const known = new Map<string, boolean>();
  let end: ShrunkPair<A, B>['end'] = 'smallest';
  const property = fc.asyncProperty(a, b, async (smallerA, smallerB) => {
    if (end !== 'smallest') return true;
    const text = JSON.stringify([smallerA, smallerB]);
    const before = known.get(text);
    if (before !== undefined) return !before;
    if (known.size > 0 && known.size >= limits.tries) end = 'tries';
    if (known.size > 0 && performance.now() > deadline) end = 'time';
    if (end !== 'smallest') return true;
    try {
      const failed = await fails(smallerA, smallerB);
      known.set(text, failed);
      return !failed;
    } catch (error) {
      end = error instanceof Error ? error : new Error(String(error));
      return true;
    }
  });
  const { counterexample } = await fc.check(property, { numRuns: 1 });
  return {
    pair: counterexample ?? [a.value, b.value],
    failsAgain: counterexample !== null,
    tries: known.size,
    end,
  };
}
