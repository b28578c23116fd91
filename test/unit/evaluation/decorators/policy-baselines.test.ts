import { describe, expect, it } from 'vitest';
import { PolicyBaselines } from '../../../../src/evaluation/decorators/policy-baselines.ts';

/** A round in which each policy takes its own time, so many times over. */
function round(own: Readonly<Record<string, number>>, times = 1) {
  return Object.entries(own).map(([policy, ms]) => ({ policy, ms: ms * times }));
}

const fastAndSlow = { fast: 1, slow: 1000 };

describe('PolicyBaselines', () => {
  it('takes the first round as it is', () => {
    expect(new PolicyBaselines().compare(round(fastAndSlow), 0)).toBe(0);
  });

  it('measures load in how many times as long all policies take, however slow each is', () => {
    const baselines = new PolicyBaselines();
    baselines.compare(round(fastAndSlow), 0);
    expect(Math.exp(baselines.compare(round(fastAndSlow, 3), 0))).toBeCloseTo(3);
    expect(Math.exp(baselines.compare(round(fastAndSlow), 0))).toBeCloseTo(1);
  });

  it('sees no load where only the share of slow policies changes', () => {
    const baselines = new PolicyBaselines();
    baselines.compare(round(fastAndSlow), 0);
    const mostlySlow = Array.from({ length: 9 }, () => ({ policy: 'slow', ms: 1000 }));
    expect(baselines.compare([...mostlySlow, { policy: 'fast', ms: 1 }], 0)).toBeCloseTo(0);
  });

  it('knows the load by the others when it first meets a policy', () => {
    const baselines = new PolicyBaselines();
    baselines.compare(round(fastAndSlow), 0);
    baselines.compare(round({ ...fastAndSlow, late: 20 }, 5), 0);
    expect(baselines.knows('late')).toBe(true);
    expect(Math.exp(baselines.compare([{ policy: 'late', ms: 40 }], 0))).toBeCloseTo(2);
  });

  it('learns of a policy that became slower, and until then it is one among others', () => {
    const baselines = new PolicyBaselines();
    const own = { a: 1, b: 2, c: 3, d: 4, e: 5, f: 6, g: 7, h: 8, i: 9, j: 10 };
    for (let count = 0; count < 50; count += 1) baselines.compare(round(own), 0);
    const slower = round({ ...own, a: 100 });
    expect(Math.exp(baselines.compare(slower, 0))).toBeLessThan(1.6);
    for (let count = 0; count < 200; count += 1) baselines.compare(slower, 0);
    expect(Math.exp(baselines.compare([{ policy: 'a', ms: 100 }], 0))).toBeLessThan(1.7);
  });

  it('does not wander off under noise', () => {
    const baselines = new PolicyBaselines();
    const noise = [0.5, 2, 1, 0.25, 4];
    for (let count = 0; count < 1000; count += 1)
      baselines.compare(
        noise.map((factor, index) => ({ policy: `p${(index + count) % 3}`, ms: factor })),
        0,
      );
    expect(
      baselines.compare(
        noise.map((ms, index) => ({ policy: `p${index % 3}`, ms })),
        0,
      ),
    ).toBeCloseTo(0, 0);
  });

  it('takes the word of its caller for a round of strangers', () => {
    const baselines = new PolicyBaselines();
    expect(baselines.compare([{ policy: 'new', ms: 20 }], Math.log(2))).toBe(Math.log(2));
    expect(Math.exp(baselines.compare([{ policy: 'new', ms: 10 }], 0))).toBeCloseTo(1);
  });
});
