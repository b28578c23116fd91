import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commands } from '../../../../src/cli/commands.ts';
import { type Below, layerConfigFile, readConfig } from '../../../../src/commands/scan/config-layer.ts';
import { isSettableWhereFound } from '../../../../src/commands/scan/found-config.ts';
import { scanOptions } from '../../../../src/commands/scan/options.ts';
import { AuditError, errorCodes } from '../../../../src/domain/errors.ts';
import { anIo } from '../../cli/support.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'config-layer-'));
  // What reads a file is loaded with the first one, and that takes its time.
  await readConfig({ path: await aFile(''), isFound: false }, commands);
}, 60_000);
afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function aFile(text: string): Promise<string> {
  const path = join(folder, `${String(Math.random()).slice(2)}.yaml`);
  await writeFile(path, text);
  return path;
}

async function layer(text: string, below: Partial<Below> = {}) {
  const path = await aFile(text);
  const io = anIo();
  const named = { environment: {}, paths: ['deploy'], ...below, flags: { config: [path], ...below.flags } };
  const layered = await layerConfigFile({ ...named, options: scanOptions }, { io, commands });
  const flags = Object.fromEntries(Object.entries(layered.flags).filter(([key]) => key !== 'config'));
  return { ...layered, flags, stderr: io.stderr.text().replaceAll(path, 'FILE') };
}

describe('what a file says', () => {
  it.each([
    ['is below nothing', {}, { failOn: ['high'] }],
    ['is below a flag', { flags: { failOn: ['low'] } }, { failOn: ['low'] }],
    ['is below a variable', { environment: { AUDIT_SCANNER_FAIL_ON: 'low' } }, {}],
    ['is above an empty variable', { environment: { AUDIT_SCANNER_FAIL_ON: '' } }, { failOn: ['high'] }],
  ])('%s', async (_, below, expected) => {
    expect((await layer('fail-on: high', below)).flags).toEqual(expected);
  });

  it.each([
    ['a flag', { flags: { namespace: ['shop'] } }, { namespace: ['shop'] }],
    ['a variable', { environment: { AUDIT_SCANNER_NAMESPACE: 'shop' } }, {}],
  ])('gives way to %s that says the opposite', async (_, below, expected) => {
    expect((await layer('exclude-namespaces: [a]\nscope: all', below)).flags).toEqual(expected);
  });

  it('about files counts where there are some', async () => {
    const text = 'policies: p\nexclude: [a]\nconcurrency: 5';
    expect(Object.keys((await layer(text)).flags)).toEqual(['policies', 'exclude', 'concurrency']);
    expect((await layer(text, { paths: [] })).flags).toEqual({ concurrency: ['5'] });
  });

  it.each([
    ['is told', 'concurrency: 5', {}, 'Using FILE\n'],
    ['is not told to who asks for quiet', 'concurrency: 5', { quiet: ['true'] }, ''],
    ['is not told where it asks for quiet itself', 'concurrency: 5\nquiet: true', {}, ''],
    ['is not told where nothing of it is in force', 'concurrency: 5', { concurrency: ['6'] }, ''],
  ])('%s', async (_, text, flags, stderr) => {
    expect((await layer(text, { flags })).stderr).toBe(stderr);
  });

  it('is named where it is a part of a contradiction', async () => {
    const { explain } = await layer('quiet: true\nstore: true\nfail-on: any');
    const [about, other] = explain([
      new AuditError(errorCodes.conflictingFlags, '-q asks for less and --store-x for more'),
      new AuditError(errorCodes.conflictingFlags, '--exit-zero is nothing of it'),
    ]);
    expect(about?.facts).toEqual([expect.stringMatching(/^--quiet is set in .*\.yaml:1:1$/)]);
    expect(other?.facts).toEqual([]);
  });

  it('is not read with --no-config, and with --config too that is a contradiction', async () => {
    const io = anIo();
    const below = { environment: { AUDIT_SCANNER_CONFIG: '/nonexistent' }, paths: [], options: scanOptions };
    const declined = await layerConfigFile({ ...below, flags: { noConfig: ['true'] } }, { io, commands });
    expect(declined).toMatchObject({ flags: { noConfig: ['true'] }, problems: [] });
    const both = await layerConfigFile(
      { ...below, flags: { noConfig: ['true'], config: ['x'] } },
      { io, commands },
    );
    expect(both.problems.map(({ code }) => code)).toEqual([errorCodes.conflictingFlags]);
  });

  it('is a mistake where the file that is named is not there', async () => {
    const below = { flags: { config: ['/nonexistent'] }, environment: {}, paths: [], options: scanOptions };
    const { problems } = await layerConfigFile(below, { io: anIo(), commands });
    expect(problems.map(({ code }) => code)).toEqual([errorCodes.fileUnreadable]);
  });
});

describe('a file that was found', () => {
  const read = async (text: string, isFound: boolean) =>
    readConfig({ path: await aFile(text), isFound }, commands);

  it('sets how things look and how fast they go', async () => {
    const read1 = await read('policies: p\noutput: [table]\nconcurrency: 5\ncolor: never', true);
    expect(read1).toMatchObject({ ok: true, value: { isFound: true } });
  });

  it.each([
    'fail-on: never',
    'max-violations: 100',
    'exit-zero: true',
    'on-incomplete: warn',
    'exceptions: e.yaml',
    'accept-annotations: true',
    'baseline: b.json',
    'compare: true',
    'reuse-results: 24h',
    'policies: [p, cluster]',
    'facts: cluster',
    'metrics-file: m.prom',
    'pushgateway: https://example.com',
    'events: true',
    'history: results',
    'exclude: ["*"]',
    'allow-empty: true',
    'exclude-policy: ["*"]',
    'policy: nothing',
    'exclude-namespaces: [shop]',
    'include-kinds: [pods]',
    'selector: app=none',
    'severity: [low]',
    'show: [pass]',
    'enable-helm: true',
    'kubeconfig: k',
    'context: other',
    'as: admin',
    'policy-server-url: https://example.com',
    'extra-ca: ca.crt',
    'insecure-skip-tls-verify: true',
    'docker-config-json-path: d',
    'sources-path: s.yml',
    'verification-config-path: v.yml',
    'replay-host-capabilities-interactions: r.yaml',
    'output: [json=../../.bashrc]',
    'store: true',
    'quiet: true',
  ])('may not say %s, and one that is named may', async (text) => {
    const found = await read(text, true);
    expect(found.ok ? [] : found.problems.map(({ code }) => code)).toEqual([errorCodes.configNotTrusted]);
    expect(await read(text, false)).toMatchObject({ ok: true });
  });

  it('gets one error with everything that it may not set, and what to do', async () => {
    const found = await read('concurrency: 5\nfail-on: never\nstore: true', true);
    const [problem, ...more] = found.ok ? [] : found.problems;
    expect(more).toEqual([]);
    expect(problem?.message).toMatch(
      /:2:1: a file that was found may not set "fail-on" \(line 2\), "store" \(line 3\)$/,
    );
    expect(problem?.facts).toEqual([
      'Anyone who can change what is scanned can change this file, and would decide what counts; what is written.',
    ]);
    expect(problem?.tries.join('\n')).toMatch(/--config .*\.yaml\n.*--fail-on never\n.*--no-config/);
  });

  it('may set no flag about which nobody has decided', () => {
    const rows = scanOptions.map(({ name }) => name).filter(isSettableWhereFound);
    expect(
      rows.filter((name) =>
        /fail|violations|incomplete|zero|except|exclude|kube|server|cert|tls|store/.test(name),
      ),
    ).toEqual([]);
    expect(isSettableWhereFound('a-flag-of-tomorrow')).toBe(false);
  });
});
