import type { LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { describe, expect, it } from 'vitest';
import { createCachingLookup } from '../../../src/net/caching-lookup.ts';

const first: LookupAddress = { address: '10.0.0.1', family: 4 };
const second: LookupAddress = { address: 'fd00::1', family: 6 };

function setUp(resolve: () => Promise<readonly LookupAddress[]>) {
  const state = { time: 0, asked: [] as string[] };
  const lookup = createCachingLookup({
    now: () => state.time,
    ttlMs: 1000,
    resolve: (hostname) => {
      state.asked.push(hostname);
      return resolve();
    },
  });
  return { state, lookup };
}

function look(lookup: LookupFunction, hostname: string, all = true): Promise<unknown> {
  return new Promise((resolve, reject) => {
    lookup(hostname, { all }, (error, address, family) => {
      if (error !== null) reject(error);
      else resolve(all ? address : [address, family]);
    });
  });
}

describe('createCachingLookup', () => {
  it('answers in both forms that sockets ask for', async () => {
    const { lookup } = setUp(() => Promise.resolve([first, second]));
    expect(await look(lookup, 'a.svc')).toEqual([first, second]);
    expect(await look(lookup, 'a.svc', false)).toEqual(['10.0.0.1', 4]);
  });

  it('asks once per name while it knows the answer, and again after that', async () => {
    const { lookup, state } = setUp(() => Promise.resolve([first]));
    await Promise.all([look(lookup, 'a.svc'), look(lookup, 'a.svc'), look(lookup, 'b.svc')]);
    state.time = 999;
    await look(lookup, 'a.svc');
    expect(state.asked).toEqual(['a.svc', 'b.svc']);
    state.time = 1000;
    await look(lookup, 'a.svc');
    expect(state.asked).toEqual(['a.svc', 'b.svc', 'a.svc']);
  });

  it('does not remember a failure', async () => {
    let works = false;
    const { lookup, state } = setUp(() =>
      works
        ? Promise.resolve([first])
        : Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' })),
    );
    await expect(look(lookup, 'a.svc')).rejects.toMatchObject({ code: 'ENOTFOUND' });
    works = true;
    expect(await look(lookup, 'a.svc')).toEqual([first]);
    expect(state.asked).toEqual(['a.svc', 'a.svc']);
  });

  it('asks the system by default', async () => {
    const lookup = createCachingLookup({ now: () => 0 });
    expect(await look(lookup, '127.0.0.1')).toEqual([{ address: '127.0.0.1', family: 4 }]);
  });
});
