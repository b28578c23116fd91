import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../../..');

type Manifest = Readonly<Record<'dependencies' | 'devDependencies', Readonly<Record<string, string>>>>;
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;

const [, atRunTime = '', inDevelopment = '', forTests = ''] = readFileSync(
  join(root, 'docs/dependencies.md'),
  'utf8',
).split(/^## .*$/m);

function packagesIn(section: string): string[] {
  return [...section.matchAll(/^\| `([^`]+)` +\| \S/gm)].map(([, name]) => name ?? '');
}

test('every dependency has its reason in docs/dependencies.md, in the order of package.json', () => {
  expect(packagesIn(atRunTime)).toEqual(Object.keys(manifest.dependencies));
  expect(packagesIn(inDevelopment)).toEqual(Object.keys(manifest.devDependencies));
});

test('every Go module of the tests has its reason there', () => {
  for (const folder of ['cluster', 'rego', 'sdk', 'registry', 'monitoring/otlp-receiver']) {
    const goMod = readFileSync(join(root, 'test', folder, 'go.mod'), 'utf8');
    const direct = [...goMod.matchAll(/^(?:require |\t)(\S+\.\S+) v\S+$/gm)].map(([, name]) => name ?? '');
    expect(direct).not.toEqual([]);
    expect(direct.filter((name) => !forTests.includes(`\`${name}\``))).toEqual([]);
  }
});

test('every dependency is pinned to one version', () => {
  const versions = Object.values({ ...manifest.dependencies, ...manifest.devDependencies });
  expect(versions.filter((version) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([]);
});
