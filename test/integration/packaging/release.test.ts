import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const project = join(import.meta.dirname, '../../..');
const shipped = ['bin', 'dist', 'scripts', 'package.json', 'package-lock.json', 'README.md', 'LICENSE'];
const { version } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')) as { version: string };

describe('a release', () => {
  let folder: string;
  const git = (...args: string[]): string =>
    execFileSync('git', ['-c', 'user.name=test', '-c', 'user.email=test@example.invalid', ...args], {
      cwd: folder,
      encoding: 'utf8',
    });
  const commit = (message: string): string => git('commit', '--quiet', '--allow-empty', '-m', message);
  const release = (tag: string, target: string): string =>
    execFileSync(process.execPath, ['scripts/release.ts', tag, target], {
      cwd: folder,
      encoding: 'utf8',
      stdio: 'pipe',
    });

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'audit-scanner-release-'));
    for (const path of shipped) cpSync(join(project, path), join(folder, path), { recursive: true });
    git('init', '--quiet');
    commit('feat: of the version before');
    git('tag', 'v0.0.1');
    commit('feat(scan): something new');
    commit('fix: something that was wrong');
    commit('refactor: nothing that anybody sees');
    commit('feat!: something that is done in another way');
    git('tag', `v${version}`);
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  test('is the package, its parts, its notes and the sums of what is published', { timeout: 120_000 }, () => {
    const output = release(`v${version}`, 'out');
    const tarball = `audit-scanner-${version}.tgz`;
    expect(output).toBe(`tarball=${tarball}\n`);
    expect(readdirSync(join(folder, 'out')).sort()).toEqual(
      ['SHA256SUMS', tarball, 'notes.md', 'sbom.cdx.json'].sort(),
    );
    const read = (name: string): Buffer => readFileSync(join(folder, 'out', name));
    const sums = [tarball, 'sbom.cdx.json'].map(
      (name) => `${createHash('sha256').update(read(name)).digest('hex')}  ${name}\n`,
    );
    expect(read('SHA256SUMS').toString()).toBe(sums.join(''));
    const { bomFormat, components } = JSON.parse(read('sbom.cdx.json').toString()) as Bom;
    expect(bomFormat).toBe('CycloneDX');
    expect(components.map(({ name }) => name)).toContain('undici');
    expect(components.map(({ name }) => name)).not.toContain('vitest');
    expect(read('notes.md').toString()).toBe(
      `## ${version}\n\n### Breaking\n\n- something that is done in another way\n\n### New\n\n- scan: something new\n\n### Mended\n\n- something that was wrong\n`,
    );
  });

  test('of a tag that the package knows nothing of is refused', () => {
    expect(() => release('v99.0.0', 'refused')).toThrow(
      `the tag is v99.0.0, and package.json says ${version}: set the version first, then the tag`,
    );
  });
});

type Bom = { readonly bomFormat: string; readonly components: readonly { readonly name: string }[] };
