import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { screensOf, withOutputs } from '../../../scripts/screens/page.ts';
import { fillScreens } from '../../../scripts/screens/run.ts';

const project = join(import.meta.dirname, '../../..');
const paths = ['README.md', ...globSync('docs/**/*.md', { cwd: project })];

const pages = paths
  .map((path) => ({ path, page: readFileSync(join(project, path), 'utf8') }))
  .filter(({ page }) => screensOf(page).some(({ needs }) => needs !== 'cluster'));

describe('the screens of the pages', () => {
  test.each(pages)(
    '$path: are what the program prints; if not: npm run docs:screens',
    { timeout: 180_000 },
    async ({ page }) => {
      expect(await fillScreens(page)).toBe(page);
    },
  );
});

describe('a screen', () => {
  const pageWith = (info: string, ...shown: string[]) =>
    ['# Page', `\`\`\`console${info}`, ...shown, '```', ''].join('\n');

  test('is what its command prints on both streams, in a folder that has the files of the page', async () => {
    const file = ['```yaml file=a/b.yaml', 'x: 1', '```', ''].join('\n');
    const filled = await fillScreens(
      `${file}${pageWith('', '$ cat a/b.yaml; \\', '  echo two >&2; pwd', 'old')}`,
    );
    expect(filled).toBe(
      `${file}${pageWith('', '$ cat a/b.yaml; \\', '  echo two >&2; pwd', 'x: 1', 'two', '/home/me')}`,
    );
  });

  test('may leave out lines, and then says so', () => {
    expect(withOutputs(pageWith(' lines=2,4-', '$ x', 'old'), ['1\n2\n3\n4\n5\n'])).toBe(
      pageWith(' lines=2,4-', '$ x', '…', '2', '…', '4', '5'),
    );
  });

  test('has the exit code that the page says', async () => {
    await expect(fillScreens(pageWith('', '$ exit 3'))).rejects.toThrow('"exit 3" exits with 3, not 0');
    expect(await fillScreens(pageWith(' exit=3', '$ exit 3'))).toContain('$ exit 3\n');
  });

  test('that needs a cluster stays as it is without one', async () => {
    const text = pageWith(' needs=cluster', '$ false', 'as it was');
    expect(await fillScreens(text)).toBe(text);
  });
});
