import { dirname } from 'node:path';
import { errorCodes, type InputCoverage, type InputLeftOut, type InputWarning } from '../../domain/index.ts';
import type { RepeatedKey } from './documents.ts';
import type { LeftOut } from './walk.ts';

/** Remembers what of the input is left out, and what is taken with a warning. */
export class InputLog {
  readonly #leftOut = new Map<string, { readonly first: string; readonly reason: string; count: number }>();
  readonly #warnings: InputWarning[] = [];

  leaveOut({ path, reason, together }: LeftOut): void {
    const key = JSON.stringify([together ? dirname(path) : path, reason]);
    const told = this.#leftOut.get(key) ?? { first: path, reason, count: 0 };
    told.count += 1;
    this.#leftOut.set(key, told);
  }

  warn({ key, origin }: RepeatedKey): void {
    const message = `the key "${key}" is repeated in its mapping; the last one counts`;
    this.#warnings.push({ code: errorCodes.keyRepeated, message, origin });
  }

  /** With the number of objects that were found. */
  describe(objects: number): InputCoverage {
    const leftOut = [...this.#leftOut.values()].map(({ first, reason, count }): InputLeftOut => {
      return { path: count === 1 ? first : dirname(first), reason, count };
    });
    return { objects, leftOut, warnings: this.#warnings };
  }
}
