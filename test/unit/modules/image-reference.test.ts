import { expect, it } from 'vitest';
import { parseReference, versionOf } from '../../../src/modules/image-reference.ts';

const digest = `sha256:${'0a'.repeat(32)}`;

it.each([
  ['ghcr.io/a/b:v1', 'ghcr.io', 'a/b', 'v1'],
  ['localhost:5000/a', 'localhost:5000', 'a', 'latest'],
  ['[::1]:5000/a', '[::1]:5000', 'a', 'latest'],
  ['docker.io/a', 'registry-1.docker.io', 'library/a', 'latest'],
  ['index.docker.io/org/a:1', 'registry-1.docker.io', 'org/a', '1'],
  [`ghcr.io/a@${digest}`, 'ghcr.io', 'a', digest],
  [`ghcr.io/a:v1@${digest}`, 'ghcr.io', 'a', digest],
])('takes %s apart', (name, host, repository, version) => {
  const reference = parseReference(name);
  expect(reference).toMatchObject({ host, repository });
  expect(reference && versionOf(reference)).toBe(version);
});

it.each([
  'ghcr.io',
  'ghcr.io/a@sha256:12',
  'ghcr.io/A',
  'ghcr.io/a/../b',
  'ghcr.io/a:v1:v2',
  'user@ghcr.io/a',
  'ghcr.io:port/a',
  'ghcr.io/a b',
  '/a',
])('refuses %s', (name) => {
  expect(parseReference(name)).toBeUndefined();
});
