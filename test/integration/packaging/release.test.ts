import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { load } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findChannel } from '../../../scripts/release-channel.ts';

const project = join(import.meta.dirname, '../../..');
const shipped = [
  'bin',
  'dist',
  'scripts',
  'package.json',
  'package-lock.json',
  'README.md',
  'LICENSE',
  'CHANGELOG.md',
  'examples',
  'manifests',
];
/** Another than that of the checkout: nobody commits a version before a release. */
const version = '7.8.9';

describe('a release', () => {
  let folder: string;
  let output: string;
  const git = (...args: string[]): string =>
    execFileSync('git', ['-c', 'user.name=test', '-c', 'user.email=test@example.invalid', ...args], {
      cwd: folder,
      encoding: 'utf8',
    });
  const commit = (message: string): string => git('commit', '--quiet', '--allow-empty', '-m', message);
  const script = (...args: readonly string[]): string =>
    execFileSync(process.execPath, args, {
      cwd: folder,
      encoding: 'utf8',
      stdio: 'pipe',
      env: { ...process.env, GITHUB_SERVER_URL: 'https://git.example', GITHUB_REPOSITORY: 'team/audit' },
    });
  const release = (tag: string, target: string): string => script('scripts/release.ts', tag, target);

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'audit-scanner-release-'));
    for (const path of shipped) cpSync(join(project, path), join(folder, path), { recursive: true });
    symlinkSync(join(project, 'node_modules'), join(folder, 'node_modules'));
    git('init', '--quiet');
    commit('feat: of the version before');
    git('tag', 'v0.0.1');
    commit('feat(scan): something new');
    commit('fix: something that was wrong');
    commit('refactor: nothing that anybody sees');
    commit('feat!: something that is done in another way');
    git('tag', `v${version}`);
    script('scripts/set-version.ts', `v${version}`);
    output = release(`v${version}`, 'out');
  }, 120_000);
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  test('is the package, its parts, its notes and the sums of what is published', { timeout: 120_000 }, () => {
    const tarball = `audit-scanner-${version}.tgz`;
    const plugin = [`audit-scanner-plugin-v${version}.tar.gz`, 'audit-scanner.yaml'];
    expect(output).toBe(`tarball=${tarball}\nnpm-tag=latest\nprerelease=false\nlatest=true\n`);
    expect(readdirSync(join(folder, 'out')).sort()).toEqual(
      ['SHA256SUMS', tarball, 'notes.md', 'sbom.cdx.json', ...plugin].sort(),
    );
    const read = (name: string): Buffer => readFileSync(join(folder, 'out', name));
    const sums = [tarball, 'sbom.cdx.json', ...plugin].map(
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

  test('has a kubectl plugin that krew finds by its manifest, and that runs by itself', {
    timeout: 120_000,
  }, () => {
    const { spec } = load(readFileSync(join(folder, 'out/audit-scanner.yaml'), 'utf8')) as KrewManifest;
    const [platform] = spec.platforms;
    const archive = `audit-scanner-plugin-v${version}.tar.gz`;
    expect(spec.version).toBe(`v${version}`);
    expect(platform.uri).toBe(`https://git.example/team/audit/releases/download/v${version}/${archive}`);
    const bytes = readFileSync(join(folder, 'out', archive));
    expect(platform.sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
    const unpacked = mkdtempSync(join(tmpdir(), 'audit-scanner-plugin-test-'));
    try {
      execFileSync('tar', ['-xzf', join(folder, 'out', archive), '-C', unpacked]);
      const path = `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`;
      // krew puts a link with the name of the plugin on the PATH.
      const plugin = join(unpacked, 'kubectl-audit_scanner');
      symlinkSync(join(unpacked, platform.bin), plugin);
      const { status, stdout, stderr } = spawnSync(plugin, ['demo'], {
        cwd: tmpdir(),
        encoding: 'utf8',
        env: { PATH: path },
      });
      expect(status).toBe(0);
      expect(stdout).toContain('7 resources, 6 audited policies');
      expect(stderr).toContain('  kubectl audit-scanner scan ');
    } finally {
      rmSync(unpacked, { recursive: true });
    }
    release(`v${version}`, 'again');
    expect(readFileSync(join(folder, 'again', archive)).equals(bytes)).toBe(true);
  });

  test('has the version of its tag everywhere, and can be installed and run anywhere', {
    timeout: 120_000,
  }, () => {
    mkdirSync(join(folder, 'installed'));
    const package_ = join(folder, 'out', `audit-scanner-${version}.tgz`);
    execFileSync('tar', ['-xzf', package_, '-C', join(folder, 'installed')]);
    const unpacked = join(folder, 'installed/package');
    const manifest = JSON.parse(readFileSync(join(unpacked, 'package.json'), 'utf8')) as object;
    expect(manifest).toMatchObject({
      version,
      repository: { type: 'git', url: 'git+https://git.example/team/audit.git' },
      scripts: expect.not.objectContaining({ prepare: expect.anything() as unknown }) as unknown,
    });
    expect(readFileSync(join(unpacked, 'CHANGELOG.md'), 'utf8')).toMatch(/^## 7\.8\.9, \d{4}-\d\d-\d\d$/m);
    symlinkSync(join(project, 'node_modules'), join(folder, 'installed/node_modules'));
    const run = (...args: readonly string[]): string =>
      execFileSync(process.execPath, [join(unpacked, 'bin/audit-scanner.js'), ...args], {
        cwd: tmpdir(),
        encoding: 'utf8',
      });
    expect(run('version')).toContain(`audit-scanner ${version} `);
  });

  test('of another version than that of the checkout is refused, and so is a tag that is none', () => {
    expect(() => release('v99.0.0', 'refused')).toThrow(
      `the tag is v99.0.0, and package.json says ${version}: run \`node scripts/set-version.ts v99.0.0\` first`,
    );
    expect(() => script('scripts/set-version.ts', 'v1.2')).toThrow(
      'the tag v1.2 is no version: it has to look like v1.2.3 or v1.2.3-rc.1',
    );
  });

  test.each([
    ['v1.10.0', 'latest', false, true],
    ['v1.10.1-rc.1', 'next', true, false],
    ['v1.9.4', 'release-1.9', false, false],
  ])('%s is what people get who ask for %s', (tag, npmTag, isPrerelease, isLatest) => {
    const tags = ['v1.9.3', 'v1.10.0', 'v2.0.0-rc.1', 'vendor', tag];
    expect(findChannel(tag, tags)).toEqual({ npmTag, isPrerelease, isLatest });
  });
});

type Bom = { readonly bomFormat: string; readonly components: readonly { readonly name: string }[] };
type KrewManifest = {
  readonly spec: {
    readonly version: string;
    readonly platforms: readonly [{ readonly uri: string; readonly sha256: string; readonly bin: string }];
  };
};
