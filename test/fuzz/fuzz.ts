import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { AuditError } from '../../src/domain/errors.ts';

/*
 * Every target runs on the inputs of its corpus, then on generated ones. Without settings these come from the seed below, so that
 * a failure of CI can be seen again anywhere. `FUZZ_SECONDS=60` looks for new ones that long per target, from a seed that is
 * printed and that `FUZZ_SEED` gives again.
 */
const committedSeed = 20_261_125;
const committedRuns = 1_000;

const seconds = Number(process.env['FUZZ_SECONDS'] ?? 0);
const seed = Number(process.env['FUZZ_SEED'] ?? (seconds > 0 ? Date.now() & 0x7fff_ffff : committedSeed));

/** A target of the suite. `check` throws where a property does not hold; whatever else it throws is a defect too. */
export type FuzzTarget<T> = {
  readonly name: string;
  /** A folder of `corpus`, whose files are inputs; `read` makes an input of a file's bytes. */
  readonly corpus?: string;
  readonly read?: (bytes: Buffer) => T;
  readonly inputs: fc.Arbitrary<T>;
  readonly check: (input: T) => void | Promise<void>;
  readonly runs?: number;
};

/** Declares the tests of one target. */
export function fuzz<T>({ name, corpus, read, inputs, check, runs = committedRuns }: FuzzTarget<T>): void {
  const guarded = async (input: T): Promise<void> => {
    await check(input);
    expect(Object.keys(Object.prototype), 'Object.prototype was changed').toEqual([]);
  };
  if (corpus !== undefined && read !== undefined) {
    test.each(readCorpus(corpus))(`${name}: %s`, async (_file, bytes) => guarded(read(bytes)));
  }
  test(`${name}: generated`, { timeout: (seconds + 120) * 1000 }, async () => {
    await fc.assert(fc.asyncProperty(inputs, guarded), {
      seed,
      ...(seconds > 0
        ? { numRuns: Number.MAX_SAFE_INTEGER, interruptAfterTimeLimit: seconds * 1000 }
        : { numRuns: runs }),
    });
  });
}

afterAll(() => {
  if (seconds > 0) console.log(`fuzzed ${seconds} s per target with FUZZ_SEED=${seed}`);
});

function readCorpus(folder: string): readonly (readonly [file: string, bytes: Buffer])[] {
  const path = join(import.meta.dirname, 'corpus', folder);
  return readdirSync(path)
    .sort()
    .map((file) => [file, readFileSync(join(path, file))] as const);
}

/** Runs what may refuse its input: undefined stands for a refusal, which has to be an AuditError fit for a message. */
export function refusing<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch (thrown) {
    expectRefusal(thrown);
    return undefined;
  }
}

/** A refusal is one line for a person: an AuditError without anything that a terminal would obey. */
export function expectRefusal(thrown: unknown): void {
  if (!(thrown instanceof AuditError)) throw thrown;
  expect(thrown.message).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
  expect(thrown.message.length).toBeLessThan(2_000);
}
