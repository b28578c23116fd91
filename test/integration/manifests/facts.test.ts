import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCertificateAuthority } from '../../support/certificates.ts';
import type { CliResult } from '../../support/cli.ts';
import { runInProcess } from '../../support/in-process.ts';
import { startPolicyServer } from '../../support/policy-server.ts';

/* Scans of files that lack what decides whether a policy is asked, and of the same files with it. */

const root = join(import.meta.dirname, '../../..');
const module = pathToFileURL(join(root, 'examples/modules/required-labels.wasm')).href;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'facts-'));
  await cp(join(root, 'test/fixtures/cases'), folder, { recursive: true });
  for (const name of ['namespace-labels', 'unknown-type']) {
    const path = join(folder, name, 'policies.yaml');
    await writeFile(path, (await readFile(path, 'utf8')).replaceAll('MODULE', module));
  }
});

afterAll(() => rm(folder, { recursive: true }));

type Case = 'namespace-labels' | 'unknown-type';

function scanCase(name: Case, ...args: readonly string[]): Promise<CliResult> {
  const paths = [join(folder, name, 'input.yaml'), '--policies', join(folder, name, 'policies.yaml')];
  return runInProcess(['scan', ...paths, ...args]);
}

function factsOf(name: Case, file: string): string {
  return `--facts=${join(folder, name, file)}`;
}

const formats = ['table', 'wide', 'json', 'jsonl', 'sarif', 'junit', 'gitlab', 'github', 'markdown'];

describe('a scan without a Namespace', () => {
  it('is incomplete, and names the check that was not made', async () => {
    const { code, stdout } = await scanCase('namespace-labels', '-o', 'json');
    expect(code).toBe(3);
    const { coverage, complete } = JSON.parse(stdout) as {
      complete: boolean;
      coverage: { cells: Record<string, number>; gaps: object[] };
    };
    expect(complete).toBe(false);
    expect(coverage.cells).toMatchObject({ scanned: 1, partial: 0, failed: 1 });
    expect(coverage.gaps).toEqual([
      {
        state: 'failed',
        policies: ['ClusterAdmissionPolicy/prod-only'],
        resource: 'configmaps',
        namespace: 'x',
        code: 'AS-4330',
        reason:
          'ClusterAdmissionPolicy/prod-only selects namespaces by labels, and the labels of x are unknown; give the Namespace x with --facts',
        missing: 1,
      },
    ]);
  });

  it.each(formats)('says so as %s, and what to do', async (format) => {
    const { code, stdout, stderr } = await scanCase('namespace-labels', '-o', format, '-q');
    expect(code).toBe(3);
    expect(stdout + stderr).toContain('AS-4330');
    expect(stdout + stderr).toContain('prod-only');
    expect(stdout + stderr).toContain('--facts');
  });

  it('is complete with it, and finds the violation', async () => {
    const { code, stdout } = await scanCase(
      'namespace-labels',
      factsOf('namespace-labels', 'namespaces.yaml'),
    );
    expect(code).toBe(1);
    expect(stdout).toMatch(/fail\s+prod-only\s+the label team must be set/);
    expect(stdout).toContain('1 resource, 2 audited policies, 2 evaluations');
  });

  it('goes by the labels in the input where the facts have others', async () => {
    const own = join(folder, 'own.yaml');
    await writeFile(own, 'apiVersion: v1\nkind: Namespace\nmetadata: {name: x, labels: {env: dev}}\n');
    const facts = factsOf('namespace-labels', 'namespaces.yaml');
    const { code, stdout } = await scanCase('namespace-labels', own, facts);
    expect(code).toBe(0);
    expect(stdout).not.toContain('prod-only');
  });

  it('is complete where the name of the namespace decides, or the labels of the object', async () => {
    const policy = (spec: string): string =>
      `apiVersion: policies.kubewarden.io/v1\nkind: ClusterAdmissionPolicy\nmetadata: {name: p}\nspec: {module: ${module}, settings: {labels: [app]}, rules: [{apiGroups: [""], apiVersions: [v1], resources: [configmaps], operations: [CREATE]}], ${spec}}\n`;
    const scan = async (spec: string): Promise<string> => {
      await writeFile(join(folder, 'p.yaml'), policy(spec));
      const input = join(folder, 'namespace-labels/input.yaml');
      const paths = ['scan', input, '--policies', join(folder, 'p.yaml'), '-o', 'json'];
      const { code, stdout } = await runInProcess(paths);
      const { coverage } = JSON.parse(stdout || '{}') as {
        coverage?: { gaps: { state: string; code: string }[] };
      };
      return [code, ...(coverage?.gaps ?? []).map((gap) => `${gap.state} ${gap.code}`)].join(' ');
    };
    const env = 'namespaceSelector: {matchLabels: {env: prod}}';
    await expect(scan('namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: x}}')).resolves.toBe(
      '0',
    );
    await expect(scan(env)).resolves.toBe('3 failed AS-4330');
    await expect(scan(`${env}, objectSelector: {matchLabels: {app: z}}`)).resolves.toBe('3 failed AS-4330');
    // Nothing is left to scan then, which is another error.
    await expect(scan(`${env}, objectSelector: {matchLabels: {app: other}}`)).resolves.toBe('2');
    await expect(scan(`${env}, matchConditions: [{name: c, expression: 'false'}]`)).resolves.toBe('2');
    const reads = `namespaceObject.metadata.labels.env == "prod"`;
    await expect(scan(`matchConditions: [{name: c, expression: '${reads}'}]`)).resolves.toBe(
      '3 partial AS-4332',
    );
    await expect(
      scan(`matchConditions: [{name: c, expression: '${reads}'}, {name: d, expression: 'false'}]`),
    ).resolves.toBe('2');
    // What no file can tell does not make a scan incomplete.
    await expect(
      scan(`matchConditions: [{name: c, expression: 'request.userInfo.username == "x"'}]`),
    ).resolves.toBe('0');
  });

  it('is incomplete with a policy server, too', async () => {
    const authority = await createCertificateAuthority('test');
    await writeFile(join(folder, 'ca.pem'), authority.cert);
    const certificate = await authority.issueServer({ dns: ['localhost'], ip: ['127.0.0.1'] });
    const server = await startPolicyServer({ certificate, answer: () => ({ allowed: true }) });
    try {
      const flags = [`--policy-server-url=${server.url.href}`, `--extra-ca=${join(folder, 'ca.pem')}`];
      await expect(scanCase('namespace-labels', ...flags)).resolves.toMatchObject({ code: 3 });
      await expect(scanCase('unknown-type', ...flags)).resolves.toMatchObject({ code: 3 });
      const facts = factsOf('namespace-labels', 'namespaces.yaml');
      await expect(scanCase('namespace-labels', ...flags, facts)).resolves.toMatchObject({ code: 0 });
    } finally {
      await server.close();
    }
  });
});

describe('a scan without the definition of a type', () => {
  it('is incomplete, and names the types', async () => {
    const { code, stdout } = await scanCase('unknown-type', '-o', 'json');
    expect(code).toBe(3);
    const { coverage } = JSON.parse(stdout) as { coverage: { gaps: { code: string; reason: string }[] } };
    expect(coverage.gaps.map((gap) => gap.code)).toEqual(['AS-4331', 'AS-4331']);
    const reasons = coverage.gaps.map(({ reason }) => reason).join('\n');
    expect(reasons).toContain('nets.example.com/v1 NetAttachment');
    expect(reasons).toContain('give the CustomResourceDefinition of ClusterIssuer with --facts');
  });

  it('is complete with it, and finds the violations', async () => {
    const { code, stdout } = await scanCase('unknown-type', factsOf('unknown-type', 'crds.yaml'));
    expect(code).toBe(1);
    expect(stdout.match(/fail\s+team\s+the label team must be set/g)).toHaveLength(2);
    expect(stdout).toContain('(cluster)  clusterissuers.certs.example.com/issuer');
    expect(stdout).toContain('x  net-attachments.nets.example.com/net');
  });

  it('scans facts neither as objects nor as policies', async () => {
    const facts = factsOf('unknown-type', 'crds.yaml');
    const { stdout } = await scanCase('unknown-type', facts, '-o', 'json', '--show', 'all');
    expect(stdout).not.toContain('"CustomResourceDefinition"');
  });

  it.each([
    ['[nets.example.com]', '[net-attachments]', '*', '3'],
    ['[nets.example.com]', '[netattachments]', '*', '3'],
    ['[nets.example.com]', '["*"]', '*', '1'],
    ['["*"]', '["*"]', '*', '1'],
    ['[nets.example.com]', '["*"]', 'Namespaced', '3'],
    ['["*"]', '["*"]', 'Cluster', '3'],
    ['[other.example.com]', '["*"]', '*', '2'],
    ['[nets.example.com]', '["*/status"]', '*', '2'],
  ])('with the rule %s %s of scope %s ends with %s', async (apiGroups, resources, scope, expected) => {
    const rule = `{apiGroups: ${apiGroups}, apiVersions: [v1], resources: ${resources}, operations: [CREATE], scope: "${scope}"}`;
    const input = join(folder, 'nets.yaml');
    await writeFile(
      input,
      'apiVersion: nets.example.com/v1\nkind: NetAttachment\nmetadata: {name: net, namespace: x}\n',
    );
    for (const [kind, metadata] of [
      ['ClusterAdmissionPolicy', '{name: p}'],
      ['AdmissionPolicy', '{name: p, namespace: x}'],
    ]) {
      const policy = `apiVersion: policies.kubewarden.io/v1\nkind: ${kind}\nmetadata: ${metadata}\nspec: {module: ${module}, settings: {labels: [team]}, rules: [${rule}]}\n`;
      await writeFile(join(folder, 'rule.yaml'), policy);
      const { code } = await runInProcess(['scan', input, '--policies', join(folder, 'rule.yaml')]);
      expect(`${kind} ${code}`).toBe(`${kind} ${expected}`);
    }
  });
});

describe('--facts', () => {
  it.each([
    [['--facts', 'no-such-file.yaml'], 'AS-2006'],
    [['--facts', '-', '--facts', '-'], 'AS-2003'],
  ])('refuses %j', async (args, code) => {
    const result = await scanCase('namespace-labels', ...args);
    expect(result.code).toBe(2);
    expect(result.stderr).toContain(code);
  });

  it('makes a scan incomplete where a part of it cannot be read', async () => {
    await writeFile(join(folder, 'broken.yaml'), 'a: [\n');
    const { code, stdout } = await scanCase('namespace-labels', `--facts=${join(folder, 'broken.yaml')}`);
    expect(code).toBe(3);
    expect(stdout).toContain('broken.yaml');
  });

  it('needs files to scan', async () => {
    const { code, stderr } = await runInProcess(['scan', '--facts', folder]);
    expect(code).toBe(2);
    expect(stderr).toContain('--facts needs a PATH to scan');
  });
});
