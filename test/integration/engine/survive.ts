import { expect } from 'vitest';
import { accept, wapc } from '../../fixtures/wasm/modules.ts';
import { single, startEngine } from './engine.ts';

export const good = wapc({ validate: accept('{"accepted":true}') });

/** The answer for a policy that could not be evaluated. */
export function failure(text: unknown) {
  return { allowed: false, status: { message: text, code: 500 } };
}

/** Asks the bad policy in the middle of good ones: whatever it does, they get their answers. */
export async function survive(wasm: Uint8Array, timeoutEvalSeconds?: number): Promise<unknown> {
  const engine = await startEngine({ bad: single(wasm, { timeoutEvalSeconds }), good: single(good) });
  expect(engine.refused).toEqual({});
  const [before, bad, after] = await Promise.all([engine.ask('good'), engine.ask('bad'), engine.ask('good')]);
  expect([before, after, await engine.ask('good')]).toEqual([1, 2, 3].map(() => ({ allowed: true })));
  return bad;
}
