import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runCli } from '../../support/cli.ts';

type Result = {
  readonly result: string;
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

it('shows what the example policies find, with their places, and one evaluation that failed', async () => {
  const { code, stdout } = await runCli(['demo', '-o', 'json', '--fail-on', 'any']);
  expect(code).toBe(1);
  const { results, policies } = JSON.parse(stdout) as Document;
  const rows = results.map(({ result, severity, policy, resource, source }) =>
    [
      severity,
      result,
      policy.name,
      `${resource.resource}/${resource.name}`,
      `${source.path.split('/').slice(-2).join('/')}:${source.line}:${source.column}`,
    ].join(' '),
  );
  expect(rows).toEqual([
    'critical fail trusted-registries pods/debug manifests/shop.yaml:24:1',
    'high fail no-privileged deployments.apps/api manifests/payments.yaml:6:1',
    'medium fail memory-limits deployments.apps/ftp manifests/legacy.json:5:5',
    'medium error memory-limits cronjobs.batch/reconcile manifests/payments.yaml:31:1',
    'low fail required-labels statefulsets.apps/mail manifests/legacy.json:17:5',
  ]);
  expect(policies.filter(({ state }) => state !== 'audited')).toEqual([
    expect.objectContaining({ name: 'owner-label', state: 'skipped', reason: 'backgroundAudit: false' }),
  ]);
});

it('ends with 0 where nobody asked for a gate', async () => {
  await expect(runCli(['demo', '-q'])).resolves.toMatchObject({ code: 0 });
});

it('refuses a path', async () => {
  await expect(runCli(['demo', './mine'])).resolves.toMatchObject({ code: 2 });
});
