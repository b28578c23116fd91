import { describe, expect, it } from 'vitest';
import { LoopWatch } from '../../../../src/evaluation/decorators/loop-watch.ts';

/** A loop whose time is set by hand, and whose ticks come when they are called. */
function setUp() {
  const loop = { time: 1000, ticks: [] as (() => void)[], stopped: 0 };
  const watch = new LoopWatch({
    now: () => loop.time,
    every: (_ms, tick) => {
      loop.ticks.push(tick);
      return () => (loop.stopped += 1);
    },
  });
  const tickAt = (time: number): void => {
    loop.time = time;
    loop.ticks.forEach((tick) => {
      tick();
    });
  };
  return { loop, watch, tickAt };
}

describe('LoopWatch', () => {
  it('sees nothing in ticks that come in time, or a little late', () => {
    const { watch, tickAt } = setUp();
    watch.lateness();
    [1010, 1025, 1040].forEach(tickAt);
    expect(watch.lateness()).toBe(0);
  });

  it('adds up for how long nothing ran', () => {
    const { watch, tickAt } = setUp();
    watch.lateness();
    [1010, 1060].forEach(tickAt);
    expect(watch.lateness()).toBe(40);
    [1070, 1110, 1120].forEach(tickAt);
    expect(watch.lateness()).toBe(70);
  });

  it('knows of a stall before the tick that is late because of it, and counts it once', () => {
    const { loop, watch, tickAt } = setUp();
    watch.lateness();
    tickAt(1010);
    loop.time = 1100;
    expect(watch.lateness()).toBe(80);
    tickAt(1101);
    expect(watch.lateness()).toBe(81);
  });

  it('ticks once, from the first question to the end', () => {
    const { loop, watch } = setUp();
    watch.stop();
    expect(loop).toMatchObject({ ticks: [], stopped: 0 });
    watch.lateness();
    watch.lateness();
    watch.stop();
    expect(loop).toMatchObject({ ticks: [expect.any(Function)], stopped: 1 });
  });
});
