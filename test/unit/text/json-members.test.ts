import { describe, expect, it } from 'vitest';
import { JsonMembers } from '../../../src/text/json-members.ts';
import { JsonSyntaxError } from '../../../src/text/json-scanner.ts';

function read(text: string, chunkBytes = text.length || 1) {
  const members = new JsonMembers(['results']);
  const bytes = Buffer.from(text);
  const pieces: string[] = [];
  for (let at = 0; at < bytes.length; at += chunkBytes)
    for (const piece of members.push(bytes.subarray(at, at + chunkBytes)))
      pieces.push(`${piece.list ?? ''}|${piece.bytes.toString().trim()}`);
  return { pieces, end: members.end() };
}

describe('a JSON object that is read in chunks', () => {
  const text = `\uFEFF {"a": {"results": [1, 2]}, "b":"x,\\"]}\\\\", "results": [ {"c":[1,"}"]} , "é", 3 ],"d":[1,[2]]} \n`;
  const pieces = [
    '|"a": {"results": [1, 2]}',
    '|"b":"x,\\"]}\\\\"',
    'results|{"c":[1,"}"]}',
    'results|"é"',
    'results|3',
    '|"d":[1,[2]]',
  ];

  it.each([1, 2, 3, 5, 7, 11, 1000])(
    'gives its members, and the elements of a list, in chunks of %i',
    (bytes) => {
      expect(read(text, bytes)).toEqual({ pieces, end: 'whole' });
    },
  );

  it.each([
    ['{}', [], 'whole'],
    ['{"results":[]}', [], 'whole'],
    ['{"results":[],"a":1}', ['|"a":1'], 'whole'],
    ['', [], 'empty'],
    [' \n', [], 'empty'],
    ['{"a":1', [], 'cut'],
    ['{"results":[1,2', ['results|1'], 'cut'],
    ['{"results":[1,2]', ['results|1', 'results|2'], 'cut'],
    ['{"a":"', [], 'cut'],
  ])('%s', (given, expected, end) => {
    expect(read(given)).toEqual({ pieces: expected, end });
  });

  it.each([
    '[1]',
    '"a"',
    '12',
    '{"a":1}{',
    '{"a":1}x',
    '{,}',
    '{"a":1,}',
    '{"results":[1,]}',
    '{"results":[1}}',
  ])('refuses %s', (given) => {
    expect(() => read(given)).toThrow(JsonSyntaxError);
  });
});
