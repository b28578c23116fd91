import { expect, it } from 'vitest';
import { createKeptAnswers } from '../../../../src/engine/capabilities/kept-answers.ts';

it('keeps the latest answers within its bounds, in memory that threads share', async () => {
  const keep = createKeptAnswers(6);
  const asked: string[] = [];
  const ask = (key: string, answer: string) =>
    keep(key, () => {
      asked.push(key);
      return Promise.resolve(Buffer.from(answer));
    });
  expect((await ask('a', '123')).buffer).toBeInstanceOf(SharedArrayBuffer);
  await ask('b', '456');
  await ask('a', 'again');
  await ask('c', '7');
  await ask('b', 'again');
  await ask('a', '123');
  expect(asked).toEqual(['a', 'b', 'c', 'a']);
  expect(Buffer.from(await ask('huge', '1234567')).toString()).toBe('1234567');
  await ask('huge', '1234567');
  expect(asked).toEqual(['a', 'b', 'c', 'a', 'huge', 'huge']);
});
