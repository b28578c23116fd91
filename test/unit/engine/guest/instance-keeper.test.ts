import { describe, expect, it } from 'vitest';
import { createGuestMemory } from '../../../../src/engine/guest/guest-memory.ts';
import type { HostFunctions } from '../../../../src/engine/guest/imports.ts';
import { createInstanceKeeper, createRoom } from '../../../../src/engine/guest/instance-keeper.ts';
import { getPages } from '../../../../src/engine/guest/rewinder.ts';
import { createStartWitness } from '../../../../src/engine/guest/start-witness.ts';
import { makeRewindable } from '../../../../src/engine/module/rewindable.ts';
import { assemble } from '../../../fixtures/wasm/modules.ts';

type Guest = { readonly run: (value: number) => number; readonly memory: WebAssembly.Memory };

/** A keeper of a module whose function `run` has this body, and that calls the function of WASI when it starts. */
async function keep(body: string, { asks = '', roomBytes = 2 ** 30 } = {}) {
  const wasm = assemble(
    `(module
      (import "wasi" "${asks === '' ? 'proc_exit' : asks}" (func $ask))
      (memory (export "memory") 1)
      (func $start ${asks === '' ? '' : '(call $ask)'})
      (start $start)
      (func (export "run") (param i32) (result i32) ${body}))`,
    undefined,
  );
  const module = await WebAssembly.compile(makeRewindable(wasm)!);
  const witness = createStartWitness(() => undefined);
  const answer = (): number => 0;
  const wasi: HostFunctions = { proc_exit: answer, [asks]: answer };
  const imports = witness.watch({ wasi });
  const memory = createGuestMemory();
  const state = { made: 0, nowMs: 0 };
  const keeper = createInstanceKeeper({
    rewindable: true,
    create: () => {
      state.made += 1;
      const instance = new WebAssembly.Instance(module, imports);
      memory.attach((instance.exports as unknown as Guest).memory, getPages(instance));
      return instance;
    },
    witness,
    memory,
    room: createRoom(roomBytes),
    nowMs: () => state.nowMs,
  });
  const run = (value: number): number =>
    keeper.use(({ exports }) => (exports as unknown as Guest).run(value));
  return { state, run };
}

const grow = '(memory.grow (local.get 0))';

describe('an instance is', () => {
  it.each([
    ['nothing', ''],
    ['its arguments', 'args_get'],
    ['its files', 'fd_prestat_get'],
  ])('kept for ever if it asked for %s when it started', async (_what, asks) => {
    const { state, run } = await keep(grow, { asks });
    for (const nowMs of [0, 1, 1e9]) {
      state.nowMs = nowMs;
      expect(run(1)).toBe(1);
    }
    expect(state.made).toBe(1);
  });

  it.each(['clock_time_get', 'random_get', 'poll_oneoff'])(
    'kept for a second if it asked for %s',
    async (asks) => {
      const { state, run } = await keep(grow, { asks });
      const made = [0, 999, 1000, 1001, 2000].map((nowMs) => {
        state.nowMs = nowMs;
        run(1);
        return state.made;
      });
      expect(made).toEqual([1, 1, 1, 2, 2]);
    },
  );

  it.each(['fd_write', 'fd_read', 'of_tomorrow'])('replaced if it asked for %s', async (asks) => {
    const { state, run } = await keep(grow, { asks });
    run(1);
    run(1);
    expect(state.made).toBe(2);
  });

  it('kept after a trap', async () => {
    const { state, run } = await keep('(drop (memory.grow (i32.const 2))) unreachable');
    expect(() => run(0)).toThrow('unreachable');
    expect(() => run(0)).toThrow('unreachable');
    expect(state.made).toBe(1);
  });

  it('replaced when its memory has become much larger', async () => {
    const { state, run } = await keep(grow);
    const made = [256, 1, 257, 1].map((pages) => {
      run(pages);
      return state.made;
    });
    expect(made).toEqual([1, 1, 1, 2]);
  });

  it('replaced if there is not enough memory to keep it', async () => {
    const { state, run } = await keep(grow, { roomBytes: 3 * 65_536 });
    const made = [0, 1, 1, 8, 0, 0].map((pages) => {
      run(pages);
      return state.made;
    });
    expect(made).toEqual([1, 1, 1, 1, 2, 2]);
  });
});

/* What a guest had for a while is still there, with zeros in it. A new instance has nothing there. */
describe('behind the end of its memory a guest', () => {
  const poke = `(drop (memory.grow (local.get 0)))
    (i32.store (i32.const 65536) (i32.const 1))
    (memory.size)`;

  it('that writes is ended, as by a trap', async () => {
    const { run } = await keep(poke);
    expect(run(1)).toBe(2);
    expect(() => run(0)).toThrow(new WebAssembly.RuntimeError('memory access out of bounds'));
    expect(run(1)).toBe(2);
  });

  it('gives its host nothing', () => {
    const memory = createGuestMemory();
    const pages = new WebAssembly.Global({ value: 'i32', mutable: true }, 1);
    memory.attach(new WebAssembly.Memory({ initial: 2 }), pages);
    expect(memory.size()).toBe(65_536);
    expect(memory.view(65_535, 1)).toHaveLength(1);
    expect(() => memory.view(65_535, 2)).toThrow(RangeError);
    expect(() => memory.data().getUint32(65_534)).toThrow(RangeError);
    pages.value = 2;
    expect(memory.view(65_535, 2)).toHaveLength(2);
  });
});
