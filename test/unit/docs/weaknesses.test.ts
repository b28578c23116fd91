import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { weaknesses } from '../../faults/weaknesses.ts';

const project = join(import.meta.dirname, '../../..');

test('every weakness of the Go scanner is accounted for', () => {
  expect(Object.keys(weaknesses)).toEqual(Array.from({ length: 48 }, (_, index) => `W${index + 1}`));
});

test.each(
  Object.entries(weaknesses).flatMap(([id, weakness]) =>
    'test' in weakness ? [[id, weakness.test] as const] : [],
  ),
)('%s is named by a test of %s', async (id, path) => {
  const text = await readFile(join(project, path), 'utf8');
  // In a title, be it of a test or of a fault: a comment or the name of a block holds nothing off.
  expect(text).toMatch(new RegExp(`^(?!.*describe)(?!\\s*//).*\\((?:W\\d+, )*${id}\\b[^)]*\\).*['"\`]`, 'm'));
});
