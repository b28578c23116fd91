import { describe, expect, it } from 'vitest';
import { type Endpoint, EndpointChoice } from '../../../../src/evaluation/policy-server/endpoint-choice.ts';

const nothing: ReadonlySet<Endpoint> = new Set();

function addressOf(number: number) {
  return { host: `10.0.0.${number}`, port: 8443 };
}

/** A random number generator with a seed, from 0 to 1. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
}

function choiceOf(...numbers: readonly number[]): EndpointChoice {
  const choice = new EndpointChoice(seeded(42));
  choice.update(numbers.map(addressOf));
  return choice;
}

function take(choice: EndpointChoice, now = 0, except = nothing): Endpoint {
  const endpoint = choice.take(now, except);
  if (endpoint === undefined) throw new Error('there is none');
  return endpoint;
}

/** Sends so many, one after the other unless they stay in flight; how many each endpoint got. */
function spread(choice: EndpointChoice, count: number, { stay = false, now = 0 } = {}): Map<string, number> {
  const taken = Array.from({ length: count }, () => {
    const endpoint = take(choice, now);
    if (!stay) choice.answered(endpoint, now);
    return endpoint.address.host;
  });
  return new Map([...Map.groupBy(taken, (host) => host)].map(([host, group]) => [host, group.length]));
}

describe('the choice of an endpoint', () => {
  it.each([true, false])('gives equal endpoints equal shares; in flight together: %s', (stay) => {
    const counts = [...spread(choiceOf(1, 2, 3), 300, { stay }).values()];
    for (const count of counts) expect(Math.abs(count - 100)).toBeLessThanOrEqual(5);
  });

  it('prefers the one of two with fewer in flight', () => {
    const choice = choiceOf(1, 2);
    const [first, second] = [take(choice), take(choice)];
    expect(first).not.toBe(second);
    choice.answered(first, 0);
    for (let round = 0; round < 10; round++) {
      const next = take(choice);
      expect(next).toBe(first);
      choice.answered(next, 0);
    }
  });

  it('takes none twice for one evaluation, and nothing where there is nothing', () => {
    const choice = choiceOf(1, 2);
    const first = take(choice);
    const second = take(choice, 0, new Set([first]));
    expect(second).not.toBe(first);
    expect(choice.take(0, new Set([first, second]))).toBeUndefined();
    expect(choiceOf().take(0, nothing)).toBeUndefined();
  });

  it('leaves one that takes no connection, longer each time, and lets it come back with one evaluation', () => {
    const choice = choiceOf(1);
    const endpoint = take(choice);
    choice.failed(endpoint, 'absent', 0);
    expect(choice.take(999, nothing)).toBeUndefined();
    expect(take(choice, 1000)).toBe(endpoint);
    expect(choice.take(1000, nothing)).toBeUndefined();
    choice.failed(endpoint, 'absent', 1000);
    expect(choice.take(2999, nothing)).toBeUndefined();
    choice.answered(take(choice, 3000), 3000);
    expect(spread(choice, 10, { stay: true, now: 3000 })).toEqual(new Map([['10.0.0.1', 10]]));
  });

  it('waits half a minute at most, and a minute for a stranger', () => {
    const choice = choiceOf(1);
    let now = 0;
    for (let round = 0; round < 10; round++) {
      choice.failed(take(choice, now), 'absent', now);
      now += 30_000;
    }
    choice.failed(take(choice, now), 'stranger', now);
    expect(choice.take(now + 59_999, nothing)).toBeUndefined();
    expect(choice.take(now + 60_000, nothing)).toBeDefined();
  });

  it('counts failures at the same time as one', () => {
    const choice = choiceOf(1);
    const endpoints = [take(choice), take(choice), take(choice)];
    for (const endpoint of endpoints) choice.failed(endpoint, 'absent', 0);
    expect(choice.take(1000, nothing)).toBeDefined();
  });

  it('forgives two cut connections, and not three in a row', () => {
    const choice = choiceOf(1);
    for (const failure of ['cut', 'cut'] as const) choice.failed(take(choice), failure, 0);
    choice.answered(take(choice), 0);
    for (const failure of ['cut', 'cut', 'cut'] as const) choice.failed(take(choice), failure, 0);
    expect(choice.take(0, nothing)).toBeUndefined();
  });

  it('does not blame an endpoint for what came to nothing', () => {
    const choice = choiceOf(1);
    for (let round = 0; round < 10; round++) choice.released(take(choice));
    expect(take(choice).inFlight).toBe(1);
  });

  it('gives one that joins or comes back its share, and not what it has missed', () => {
    const choice = choiceOf(1, 2, 3);
    choice.failed(take(choice), 'absent', 0);
    spread(choice, 1000);
    choice.update([1, 2, 3, 4].map(addressOf));
    const counts = [...spread(choice, 400, { now: 1000 }).values()];
    expect(counts.length).toBe(4);
    for (const count of counts) expect(Math.abs(count - 100)).toBeLessThanOrEqual(5);
  });

  it('keeps what it knows of those that stay, and names those that are gone', () => {
    const choice = choiceOf(1, 2);
    const failing = take(choice);
    choice.failed(failing, 'absent', 0);
    const gone = choice.update([addressOf(1), addressOf(2)]);
    expect(gone).toEqual([]);
    expect(take(choice)).not.toBe(failing);
    expect(
      choice
        .update([])
        .map(({ address }) => address.host)
        .sort(),
    ).toEqual(['10.0.0.1', '10.0.0.2']);
    expect(choice.size).toBe(0);
  });
});
