import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { findConfigFile } from '../../../../src/config/file/find.ts';

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'find-config-'));
});

afterEach(async () => {
  await rm(root, { recursive: true });
});

it.each([
  {
    where: 'in the folder itself',
    there: ['a/.audit-scanner.yaml'],
    from: 'a',
    found: 'a/.audit-scanner.yaml',
  },
  {
    where: 'in the nearest folder above',
    there: ['.git/', '.audit-scanner.yaml', 'a/.audit-scanner.yaml'],
    from: 'a/b',
    found: 'a/.audit-scanner.yaml',
  },
  {
    where: 'at the root of the repository',
    there: ['r/.git/', 'r/.audit-scanner.yaml'],
    from: 'r/a/b',
    found: 'r/.audit-scanner.yaml',
  },
  {
    where: 'at the root of a worktree, where .git is a file',
    there: ['r/.git', 'r/.audit-scanner.yaml'],
    from: 'r/a',
    found: 'r/.audit-scanner.yaml',
  },
  {
    where: 'not above the repository',
    there: ['.audit-scanner.yaml', 'r/.git/'],
    from: 'r/a',
    found: undefined,
  },
  {
    where: 'at home, outside of a repository',
    there: ['home/.audit-scanner.yaml'],
    from: 'home/a/b',
    found: 'home/.audit-scanner.yaml',
  },
  { where: 'not above home', there: ['.audit-scanner.yaml'], from: 'home/a', found: undefined },
  {
    where: 'not above a folder outside of both',
    there: ['.audit-scanner.yaml'],
    from: 'elsewhere/a',
    found: undefined,
  },
  {
    where: 'not by a home of a similar name',
    there: ['.audit-scanner.yaml'],
    from: 'home-of-another',
    found: undefined,
  },
  {
    where: 'under its longer name first',
    there: ['a/.audit-scanner.yml', 'a/.audit-scanner.yaml'],
    from: 'a',
    found: 'a/.audit-scanner.yaml',
  },
  {
    where: 'under its shorter name',
    there: ['a/.audit-scanner.yml'],
    from: 'a',
    found: 'a/.audit-scanner.yml',
  },
])('finds the file $where', async ({ there, from, found }) => {
  await mkdir(join(root, from), { recursive: true });
  for (const path of there) {
    await mkdir(path.endsWith('/') ? join(root, path) : dirname(join(root, path)), { recursive: true });
    if (!path.endsWith('/')) await writeFile(join(root, path), '');
  }
  expect(findConfigFile(join(root, from), join(root, 'home'))).toBe(found && join(root, found));
});
