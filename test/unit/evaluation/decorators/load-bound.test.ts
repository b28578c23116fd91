import { describe, expect, it } from 'vitest';
import { type Attempt, LoadBound } from '../../../../src/evaluation/decorators/load-bound.ts';
import { createNoise, type Job, meanOf, percentile, type Simulation, simulate } from './simulated-server.ts';

const profile = { tolerance: 1.4, headroom: 0.5, ceiling: 100 };
const gentle = { tolerance: 1.05, headroom: 0.3, ceiling: 8 };
const admission = { perSecond: 10, workMs: 4.5 };

/** One of several policies, each 5 ms of work and somewhat more on the way: a worker does 200 a second. */
function aJob(index: number, job: Partial<Job> = {}): Job {
  return { policy: `p${index % 5}`, workMs: 5, waitMs: 7.5, ...job };
}

function run(simulation: Partial<Simulation> = {}) {
  const result = simulate({
    profile,
    workers: 2,
    job: (index) => aJob(index),
    untilMs: 20_000,
    ...simulation,
  });
  const { bounds, perSecond } = result;
  return {
    ...result,
    /** After the first five seconds. */
    rate: meanOf(perSecond.slice(5)),
    median: percentile(bounds.slice(50), 0.5),
    least: Math.min(...bounds.slice(50)),
    most: Math.max(...bounds.slice(50)),
  };
}

describe('the bound on evaluations in flight at a policy server', () => {
  it('is low at first', () => {
    const bound = new LoadBound(profile);
    expect(bound.tryBegin('p', 0)).toBeDefined();
    expect(bound.tryBegin('p', 0)).toBeUndefined();
  });

  // All workers are busy with 2.5 for each in flight: it is worked on for 5 ms of the 12.5 ms that it takes.
  it.each([1, 2, 6, 18, 36])('keeps %i workers busy, and next to nobody waiting', (workers) => {
    const { rate, median } = run({ workers, untilMs: 15_000 });
    expect(rate).toBeGreaterThan(0.96 * workers * 200);
    expect(median).toBeGreaterThanOrEqual(2.5 * workers);
    expect(median).toBeLessThanOrEqual(1.5 * 2.5 * workers + 4);
  });

  it.each([0.3, 0.5, 0.8])('holds under noise with the deviation %f', (deviation) => {
    const noise = createNoise(3);
    const job = (index: number): Job => aJob(index, { workMs: noise(5, deviation) });
    const { rate, least, most } = run({ workers: 8, job, untilMs: 15_000 });
    expect(rate).toBeGreaterThan(0.93 * 1600);
    expect(least).toBeGreaterThan(15);
    expect(most).toBeLessThan(50);
  });

  it.each([3, 5, 10])(
    'has enough in flight where this process is busy for %i ms with each itself',
    (ownMs) => {
      const { rate, most } = run({ workers: 1, ownMs });
      expect(rate).toBeGreaterThan((0.9 * 1000) / Math.max(5, ownMs));
      expect(most).toBeLessThan(10);
    },
  );

  it.each([
    { share: 0.95, least: 4, most: 6, why: 'our own work explains why they take longer' },
    { share: 0.2, least: 2, most: 3, why: 'the server explains it' },
  ])('stays between $least and $most where we are busy for $share of the time: $why', (expected) => {
    let now = 0;
    const bound = new LoadBound(profile, () => now * expected.share);
    while (now < 20_000) {
      const places: Attempt[] = [];
      for (let next = bound.tryBegin('p', now); next !== undefined; next = bound.tryBegin('p', now))
        places.push(next);
      for (const place of places) {
        now += 2;
        bound.answered(place, now, true);
      }
    }
    expect(bound.facts.last).toBeGreaterThanOrEqual(expected.least);
    expect(bound.facts.last).toBeLessThanOrEqual(expected.most);
  });

  it('leaves admission beside it what it needs (W22)', () => {
    const alone = 4.5;
    const { admissionMs, rate } = run({ workers: 2, admission });
    expect(percentile(admissionMs, 0.95)).toBeLessThan(4 * alone);
    expect(rate).toBeGreaterThan(0.96 * 390);
    const full = run({ admission, profile: { ...profile, tolerance: Infinity } });
    expect(percentile(full.admissionMs, 0.95)).toBeGreaterThan(30 * alone);
  });

  it('is lower still where the scan is to be gentle', () => {
    const { admissionMs, rate, most } = run({ admission, profile: gentle });
    expect(percentile(admissionMs, 0.95)).toBeLessThan(3 * admission.workMs);
    expect(rate).toBeGreaterThan(0.88 * 390);
    expect(most).toBeLessThanOrEqual(8);
  });

  it('never exceeds its ceiling', () => {
    expect(run({ workers: 60, profile: { ...profile, ceiling: 10 } }).bound.facts.highest).toBe(10);
  });

  it('goes on beside admission that takes most of the server, without taking the rest of it', () => {
    const { rate, admissionMs } = run({ admission: { perSecond: 300, workMs: 5 } });
    expect(rate).toBeGreaterThan(80);
    expect(percentile(admissionMs, 0.5)).toBeLessThan(50);
  });

  it('does not take a slow policy among fast ones for a loaded server', () => {
    const job = (index: number): Job => aJob(index, index % 12 === 0 ? { policy: 'slow', waitMs: 1000 } : {});
    const { rate, most } = run({ job });
    expect(rate).toBeGreaterThan(0.9 * 400);
    expect(most).toBeGreaterThan(25);
  });

  it('does not take a server whose policies are all slow for a loaded one', () => {
    const job = (index: number): Job => aJob(index, { waitMs: 300 });
    expect(run({ job, untilMs: 30_000 }).rate).toBeGreaterThan(150);
  });

  it('follows a way that becomes ten times as long, and shorter again', () => {
    const job = (index: number, now: number): Job =>
      aJob(index, { waitMs: now > 10_000 && now < 40_000 ? 75 : 7.5 });
    const { perSecond, bounds } = run({ job, untilMs: 70_000 });
    expect(meanOf(perSecond.slice(30, 40))).toBeGreaterThan(0.85 * 400);
    expect(meanOf(perSecond.slice(60))).toBeGreaterThan(0.95 * 400);
    expect(bounds.at(-1)).toBeLessThan(12);
  });

  it('grows into a server that gets more replicas, and shrinks when they go', () => {
    const workers = (now: number): number => (now < 10_000 || now > 30_000 ? 2 : 6);
    const { perSecond, bounds } = run({ workers, untilMs: 50_000 });
    expect(meanOf(perSecond.slice(20, 30))).toBeGreaterThan(0.95 * 1200);
    expect(bounds.at(-1)).toBeLessThan(12);
    expect(meanOf(perSecond.slice(40))).toBeGreaterThan(0.95 * 400);
  });

  it('has places for two hundred policies of which it knows nothing', () => {
    const job = (index: number): Job => ({
      policy: `p${index % 200}`,
      workMs: 5 + (index % 200) / 10,
      waitMs: 5,
    });
    const { rate, median } = run({ job });
    expect(rate).toBeGreaterThan(0.95 * 133);
    expect(median).toBeLessThan(10);
  });

  it('is not raised while nobody waits', () => {
    expect(run({ workers: 50, backlog: 3 }).bound.facts.highest).toBeLessThan(10);
  });

  it('does not count answers that came while this process stood still', () => {
    const stall = (now: number): number => (now % 100 < 50 ? 0 : 100 - (now % 100));
    const { least, most } = run({ workers: 4, stall });
    expect(least).toBeGreaterThanOrEqual(8);
    expect(most).toBeLessThan(25);
  });

  it('has a few in flight where this process never runs in time, whatever it had before', () => {
    const late = run({ workers: 4, stall: () => 5 });
    expect([late.least, late.most]).toEqual([8, 8]);
    expect(late.rate).toBeGreaterThan(350);
    const later = run({ workers: 24, stall: (now) => (now < 5000 ? 0 : 5) });
    expect(later.bound.facts.highest).toBeGreaterThan(50);
    expect(later.bounds.at(-1)).toBe(8);
  });
});

describe('a server that is busy, away or silent', () => {
  it('is asked half as much, once for all who were there together', () => {
    const bound = new LoadBound(profile);
    const { places, now } = fill(bound, 16);
    for (const attempt of places) bound.refused(attempt, now + 1);
    expect(bound.facts).toEqual({ highest: 16, last: 8, halved: 1 });
  });

  it('recovers from a storm of refusals, and counts no more halvings than there were', () => {
    const job = (index: number, now: number): Job =>
      aJob(index, now > 8000 && now < 10_000 ? { ends: 'refusal' } : {});
    const { bound, perSecond, bounds } = run({ workers: 4, job });
    expect(Math.min(...bounds.slice(81, 100))).toBe(1);
    expect(bound.facts.halved).toBeLessThan(6);
    expect(meanOf(perSecond.slice(14))).toBeGreaterThan(0.95 * 800);
  });

  it('is asked half as much for a time-out', () => {
    const bound = new LoadBound(profile);
    const { places, now } = fill(bound, 8);
    bound.timedOut(places[0]!, now + 15_000);
    expect(bound.facts).toMatchObject({ last: 4, halved: 1 });
  });

  it('is not blamed for a time-out while it answers others', () => {
    const bound = new LoadBound(profile);
    const { places, now } = fill(bound, 8);
    bound.answered(places[1]!, now + 3, true);
    const later = bound.tryBegin('p', now + 5)!;
    bound.answered(later, now + 8, true);
    bound.timedOut(places[0]!, now + 15_000);
    expect(bound.facts).toMatchObject({ last: 8, halved: 0 });
  });

  it('lets nobody wait behind a policy that always times out', () => {
    const job = (index: number): Job =>
      aJob(index, index % 12 === 0 ? { policy: 'hangs', waitMs: 15_000, ends: 'time-out' } : {});
    const { perSecond } = run({ workers: 4, job, untilMs: 60_000 });
    // A hundred places for 15 s are 6.7 of them a second, each with eleven others.
    expect(meanOf(perSecond.slice(30))).toBeGreaterThan(40);
  });

  it('is asked again each second though it answers nothing, and no more than the ceiling at once', () => {
    const bound = new LoadBound({ ...profile, ceiling: 4 });
    const begun: number[] = [];
    for (let now = 0; now < 10_000; now += 50) if (bound.tryBegin('p', now) !== undefined) begun.push(now);
    expect(begun).toEqual([0, 100, 200, 300]);
  });
});

/** Brings a bound to this by answers that never get slower, and takes all places. */
function fill(bound: LoadBound, size: number) {
  let now = 0;
  for (;;) {
    now += 3;
    const places = [];
    for (let next = bound.tryBegin('p', now); next !== undefined; next = bound.tryBegin('p', now))
      places.push(next);
    if (places.length >= size) return { places, now };
    for (const attempt of places) bound.answered(attempt, now + 2, true);
  }
}
