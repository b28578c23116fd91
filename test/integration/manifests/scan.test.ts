import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { main } from '../../../src/cli/main.ts';
import type { Io, TextStream } from '../../../src/host/io.ts';
import { createCertificateAuthority } from '../../support/certificates.ts';
import { type PolicyServer, startPolicyServer } from '../../support/policy-server.ts';

let folder: string;
let server: PolicyServer;

const policy = `
apiVersion: policies.kubewarden.io/v1
kind: ClusterAdmissionPolicy
metadata:
  name: no-privileged
  annotations: {io.kubewarden.policy.severity: high}
spec:
  module: registry://ghcr.io/kubewarden/policies/pod-privileged:v1.0.0
  rules:
    - {apiGroups: [""], apiVersions: [v1], resources: [pods], operations: [CREATE]}
`;

const pod = (name: string, privileged = false): string =>
  `apiVersion: v1\nkind: Pod\nmetadata:\n  name: ${name}\nspec:\n  containers:\n  - {name: c, securityContext: {privileged: ${privileged ? 'yes' : 'no'}}}\n`;

type PodObject = { spec: { containers: { securityContext: { privileged: unknown } }[] } };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scan-'));
  const authority = await createCertificateAuthority('test');
  const certificate = await authority.issueServer({ dns: ['localhost'], ip: ['127.0.0.1'] });
  await write({ 'ca.pem': authority.cert, 'policies/p.yaml': policy });
  server = await startPolicyServer({
    certificate,
    answer: (_, { object }) => {
      const privileged = (object as unknown as PodObject).spec.containers[0]?.securityContext.privileged;
      return privileged === true ? { allowed: false, message: 'privileged' } : { allowed: true };
    },
  });
});

afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

beforeEach(() => rm(join(folder, 'in'), { recursive: true, force: true }));

async function write(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
}

type Run = { readonly code: number; readonly stdout: string; readonly stderr: string };

async function scan(args: readonly string[], stdin = ''): Promise<Run> {
  const written = { stdout: '', stderr: '' };
  const stream = (name: 'stdout' | 'stderr'): TextStream => ({
    isTTY: false,
    columns: undefined,
    closed: new AbortController().signal,
    write: (text) => {
      written[name] += text;
      return Promise.resolve();
    },
  });
  const io: Io = {
    stdin: { isTTY: false, read: () => Promise.resolve(stdin) },
    stdout: stream('stdout'),
    stderr: stream('stderr'),
    env: {},
    now: () => Date.parse('2026-01-01T00:00:00Z'),
    onStop: () => () => undefined,
    terminationLog: join(folder, 'termination-log'),
  };
  const code = await main(['scan', ...args], io);
  return { code, ...written };
}

/** Scans the folder `in` (or other paths in place of it) by asking the policy server. */
function scanFiles(args: readonly string[] = [], stdin = ''): Promise<Run> {
  const paths = args.some((arg) => !arg.startsWith('-') || arg === '-') ? [] : [join(folder, 'in')];
  return scan([...paths, ...args, ...common()], stdin);
}

function common(): string[] {
  return [
    `--policies=${join(folder, 'policies')}`,
    `--policy-server-url=${server.url.href}`,
    `--extra-ca=${join(folder, 'ca.pem')}`,
  ];
}

describe('scan PATH', () => {
  it('shows findings with their place, and fails the gate', async () => {
    await write({
      'in/a.yaml': `# two\n${pod('fine')}---\n${pod('bad', true)}`,
      'in/deep/b.yml': pod('other'),
    });
    const { code, stdout } = await scanFiles();
    expect(code).toBe(1);
    expect(stdout).toContain('default  pods/bad\n');
    expect(stdout).toContain(`source ${join(folder, 'in/a.yaml')}:10:1\n`);
    expect(stdout).toContain('3 resources, 1 audited policy, 3 evaluations');
  });

  it('passes when there is nothing to object to', async () => {
    await write({
      'in/a.json': JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [] }),
      'in/b.yaml': pod('x'),
    });
    await expect(scanFiles()).resolves.toMatchObject({ code: 0 });
  });

  it('scans the rest of what it cannot read, and is incomplete', async () => {
    await write({
      'in/a.yaml': `${pod('fine')}---\na: 1\n b: 2\n`,
      'in/b.yaml': 'x: [\n',
      'in/c.yaml': pod('c'),
    });
    const { code, stdout } = await scanFiles();
    expect(code).toBe(3);
    expect(stdout).toContain('2 resources, 1 audited policy, 2 evaluations');
    expect(stdout).toContain(`${join(folder, 'in/a.yaml')}:10: `);
    expect(stdout).toContain(join(folder, 'in/b.yaml'));
  });

  it('reads stdin, with the default namespace that it is told', async () => {
    const { code, stdout } = await scanFiles(['-', '--namespace=shop', '-ojson'], pod('bad', true));
    expect(code).toBe(1);
    const { results } = JSON.parse(stdout) as { results: readonly object[] };
    expect(results).toEqual([
      expect.objectContaining({
        resource: expect.objectContaining({ namespace: 'shop', name: 'bad' }) as object,
        source: { path: 'stdin', line: 1, column: 1 },
      }),
    ]);
  });

  it('takes patterns', async () => {
    await write({ 'in/a.yaml': pod('a'), 'in/b.yaml': pod('b', true) });
    await expect(scanFiles([join(folder, 'in/a*.yaml')])).resolves.toMatchObject({ code: 0 });
    await expect(scanFiles([join(folder, 'in/x*.yaml')])).resolves.toMatchObject({ code: 2 });
  });

  it('asks about an object that stands there twice both times', async () => {
    await write({ 'in/a.yaml': pod('same', true), 'in/b.yaml': pod('same', true) });
    const { stdout } = await scanFiles();
    expect(stdout).toContain('fail 2');
  });

  it.each([
    [
      'a path that is not there',
      ['/nonexistent/folder'],
      'cannot read /nonexistent/folder: it does not exist',
      'AS-2006',
    ],
    ['--store', ['--store'], '--store writes to a cluster, but this scan is about files', 'AS-2003'],
    ['two namespaces', ['-na,b'], '-n takes one namespace', 'AS-2003'],
  ])('refuses %s', async (_, args, message, code) => {
    await write({ 'in/a.yaml': pod('a') });
    const run = await scanFiles(args);
    expect(run.code).toBe(2);
    expect(run.stderr).toContain(message);
    expect(run.stderr).toContain(code);
  });

  it('is never green without anything to scan', async () => {
    await mkdir(join(folder, 'in'));
    const empty = await scanFiles();
    expect([empty.code, empty.stderr]).toEqual([2, expect.stringContaining('AS-2010')]);
    await write({ 'in/a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n' });
    const unmatched = await scanFiles();
    expect([unmatched.code, unmatched.stderr]).toEqual([2, expect.stringContaining('AS-2012')]);
    const without = await scan([join(folder, 'in')]);
    expect([without.code, without.stderr]).toEqual([2, expect.stringContaining('--policies')]);
  });

  it('without a PATH, policies of files are asked about a cluster, which has to be there', async () => {
    const { code, stderr } = await scan(['--policies', 'x']);
    expect([code, stderr]).toEqual([4, expect.stringContaining('AS-3001')]);
  });
});

describe('a folder with a chart or a kustomization', () => {
  const path = process.env['PATH'] ?? '';

  /** Puts programs of that name before those of the system. */
  async function install(programs: Readonly<Record<string, string>>, search: string): Promise<void> {
    for (const [name, script] of Object.entries(programs)) {
      await write({ [`bin/${name}`]: `#!/bin/sh\n${script}\n` });
      await chmod(join(folder, 'bin', name), 0o755);
    }
    process.env['PATH'] = search;
  }

  afterAll(() => {
    process.env['PATH'] = path;
  });

  it('is rendered by the program of the user', async () => {
    await write({
      'in/web/Chart.yaml': 'name: web\n',
      'in/web/templates/pod.yaml': '{{ broken',
      'in/a.yaml': pod('a'),
    });
    const rendered = pod('rendered', true).replaceAll('\n', '\\n');
    await install(
      { helm: `[ "$1" = template ] && printf '%b' '${rendered}'` },
      `${join(folder, 'bin')}${delimiter}${path}`,
    );
    const { code, stdout } = await scanFiles();
    expect(code).toBe(1);
    expect(stdout).toContain('pods/rendered');
    expect(stdout).toContain('2 resources');
    expect(stdout).toContain(`source ${join(folder, 'in/web/Chart.yaml')}\n`);
  });

  it('is incomplete when the program says no', async () => {
    await write({ 'in/web/Chart.yaml': 'name: web\n', 'in/a.yaml': pod('a') });
    await install(
      { helm: 'echo "Error: values are missing" >&2; exit 1' },
      `${join(folder, 'bin')}${delimiter}${path}`,
    );
    const { code, stdout } = await scanFiles();
    expect(code).toBe(3);
    expect(stdout).toContain('helm says: values are missing');
  });

  it('is incomplete when there is no such program', async () => {
    await write({ 'in/k/kustomization.yaml': 'resources: []\n', 'in/a.yaml': pod('a') });
    await install({}, '/nonexistent');
    const { code, stdout } = await scanFiles();
    expect(code).toBe(3);
    expect(stdout).toContain('kustomize or kubectl is not on PATH');
  });
});
