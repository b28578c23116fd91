import { describe, expect, it } from 'vitest';
import { chooseShard } from '../../../src/config/shard.ts';

type Given = Parameters<typeof chooseShard>[0];

function choose(given: Partial<Given>, index?: string, usesJob = true): unknown {
  const environment = { JOB_COMPLETION_INDEX: index };
  const chosen = chooseShard({ shard: undefined, shards: undefined, ...given }, environment, { usesJob });
  return chosen.ok ? chosen.value : chosen.problems.map(({ message, code }) => `${message} [${code}]`);
}

describe('which shard this is', () => {
  it('is none where nobody says so, and shard 0 of 1 is everything', () => {
    expect(choose({})).toBeUndefined();
    expect(choose({ shard: '0/1' })).toBeUndefined();
    expect(choose({ shards: '1' }, '0')).toBeUndefined();
  });

  it('is what --shard says, whatever the Job says', () => {
    expect(choose({ shard: '2/4' })).toEqual({ index: 2, count: 4 });
    expect(choose({ shard: '2/4', shards: '3' }, '0')).toEqual({ index: 2, count: 4 });
  });

  it('is the index of the Job, of the count that is given', () => {
    expect(choose({ shards: '4' }, '3')).toEqual({ index: 3, count: 4 });
  });

  it.each([
    [{ shard: '4/4' }, 'the shard 4/4 does not exist: of 4 the last one is 3 [AS-2065]'],
    [{ shard: '0/0' }, 'the shard 0/0, and there can be 1 to 64 shards [AS-2065]'],
    [{ shard: '0/65' }, 'the shard 0/65, and there can be 1 to 64 shards [AS-2065]'],
    [{ shard: '-1/4' }, 'the shard "-1/4" is not INDEX/COUNT, like 0/4 [AS-2065]'],
    [{ shard: '1' }, 'the shard "1" is not INDEX/COUNT, like 0/4 [AS-2065]'],
    [{ shard: '1/2/3' }, 'the shard "1/2/3" is not INDEX/COUNT, like 0/4 [AS-2065]'],
    [{ shards: '4' }, 'there are 4 shards, and nothing says which of them this one is [AS-2066]'],
  ])('%j is refused', (given, message) => {
    expect(choose(given)).toEqual([message]);
  });

  it('is not guessed in a Job that has indexes and no count, but for files', () => {
    expect(choose({}, '1')).toEqual(['JOB_COMPLETION_INDEX is 1, and nothing says of how many [AS-2066]']);
    expect(choose({}, '1', false)).toBeUndefined();
  });

  it('is not outside of the count of the Job', () => {
    expect(choose({ shards: '2' }, '2')).toEqual([
      'the shard of this Pod 2/2 does not exist: of 2 the last one is 1 [AS-2065]',
    ]);
  });
});
