import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runCli } from '../../support/cli.ts';

type Result = {
  readonly result: string;
  readonly status: string;
  readonly severity: string;
  readonly policy: { readonly name: string };
  readonly resource: { readonly resource: string; readonly name: string };
  readonly source: { readonly path: string; readonly line: number; readonly column: number };
};
type Document = {
  readonly results: readonly Result[];
  readonly policies: readonly {
    readonly name: string;
    readonly state: string;
    readonly reason: string | null;
  }[];
};

it('has the example policies, because the build compiles them', () => {
  expect(existsSync(join(import.meta.dirname, '../../../examples/modules/memory-limits.wasm'))).toBe(true);
});

it('shows a finding of each severity with its place, one accepted and one evaluation that failed', async () => {
  const { code, stdout } = await runCli(['demo', '-o', 'json', '--fail-on', 'any']);
  expect(code).toBe(1);
  const { results, policies } = JSON.parse(stdout) as Document;
  const rows = results.map(({ result, status, severity, policy, resource, source }) =>
    [
      severity,
      status === 'accepted' ? status : result,
      policy.name,
      `${resource.resource}/${resource.name}`,
      `${source.path.split('/').slice(-2).join('/')}:${source.line}:${source.column}`,
    ].join(' '),
  );
  expect(rows).toEqual([
    'critical fail trusted-registries pods/debug manifests/shop.yaml:24:1',
    'high accepted no-privileged daemonsets.apps/node-agent manifests/monitoring.yaml:1:1',
    'high fail approved-privileges deployments.apps/api manifests/payments.yaml:6:1',
    'high fail no-privileged deployments.apps/api manifests/payments.yaml:6:1',
    'medium fail memory-limits deployments.apps/ftp manifests/legacy.json:5:5',
    'medium error memory-limits cronjobs.batch/reconcile manifests/payments.yaml:31:1',
    'low fail required-labels statefulsets.apps/mail manifests/legacy.json:17:5',
    'info fail cost-center deployments.apps/web manifests/shop.yaml:1:1',
  ]);
  expect(policies.filter(({ state }) => state !== 'audited')).toEqual([
    expect.objectContaining({ name: 'owner-label', state: 'skipped', reason: 'backgroundAudit: false' }),
  ]);
});

it('ends with 0 where nobody asked for a gate, and says what to do next', async () => {
  const { code, stdout, stderr } = await runCli(['demo']);
  expect(code).toBe(0);
  expect(stdout).toMatch(/\nFAILED: 5 violations .* Exit code 0 \(--exit-zero\)\.\n$/);
  expect(stderr).toMatch(/\nThat was the demo\. Next:\n {2}npx audit-scanner scan /);
  await expect(runCli(['demo', '-q'])).resolves.toMatchObject({ code: 0, stderr: '' });
});

it('is what npm start runs', () => {
  const script = join(import.meta.dirname, '../../../scripts/start.mjs');
  const { stdout } = spawnSync(process.execPath, [script, '-o', 'name'], { encoding: 'utf8' });
  expect(stdout.split('\n')).toContain('shop/pods/debug');
});

it('says what to do where nothing is installed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'start-'));
  await cp(join(import.meta.dirname, '../../../scripts/start.mjs'), join(folder, 'scripts/start.mjs'));
  const { status, stderr } = spawnSync(process.execPath, [join(folder, 'scripts/start.mjs')], {
    encoding: 'utf8',
  });
  await rm(folder, { recursive: true });
  expect(status).toBe(1);
  expect(stderr).toMatch(/^error: nothing is installed and built yet: .*\n {2}Try: npm ci && npm start\n$/);
});

it('refuses a path', async () => {
  await expect(runCli(['demo', './mine'])).resolves.toMatchObject({ code: 2 });
});

it('lists policies from files, with manifests and without', async () => {
  const policies = ['policies', '--policies', join(import.meta.dirname, '../../../examples/policies')];
  const alone = await runCli(policies);
  expect([alone.code, alone.stderr]).toEqual([0, '']);
  expect(alone.stdout).toMatch(/^required-labels +ClusterAdmissionPolicy +protect +low +default +yes/m);
  const manifests = join(import.meta.dirname, '../../../examples/manifests');
  expect(await runCli([...policies, '--manifests', manifests])).toMatchObject({ code: 0, stderr: '' });
});
