import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { wapcMetadata, withMetadata } from '../../fixtures/wasm/modules.ts';
import { compileRego, RegoUnavailable } from '../../rego/build.mjs';
import { runCli } from '../../support/cli.ts';

const source = join(import.meta.dirname, '../../../examples/sources/rego/host-namespaces.rego');
const compiled = await compileRego(source, 'hostnamespaces/violation').catch((error: unknown) => {
  if (error instanceof RegoUnavailable) return error;
  throw error;
});
if (typeof compiled !== 'string') console.error(`SKIPPED: the example in Rego, because ${compiled.message}`);

const policy = (settings: string) => `
apiVersion: policies.kubewarden.io/v1
kind: ClusterAdmissionPolicy
metadata: {name: host-namespaces}
spec:
  module: file://host-namespaces.wasm
  settings: ${settings}
  rules:
  - {apiGroups: ["", apps, batch], apiVersions: [v1], resources: [pods, deployments, cronjobs], operations: [CREATE]}
`;

const pod = 'hostNetwork: true, containers: [{name: c, image: i}]';
const manifests = `
{apiVersion: v1, kind: Pod, metadata: {name: pod}, spec: {${pod}, hostPID: true}}
---
{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {template: {spec: {${pod}}}}}
---
{apiVersion: batch/v1, kind: CronJob, metadata: {name: nightly}, spec: {jobTemplate: {spec: {template: {spec: {${pod}}}}}}}
---
{apiVersion: v1, kind: Pod, metadata: {name: fine}, spec: {hostNetwork: false, containers: [{name: c, image: i}]}}
`;

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rego-example-'));
  await writeFile(join(folder, 'manifests.yaml'), manifests);
});

afterAll(() => rm(folder, { recursive: true }));

async function scan(settings: string): Promise<readonly string[]> {
  const wasm = withMetadata(await readFile(String(compiled)), {
    ...wapcMetadata,
    executionMode: 'gatekeeper',
  });
  await writeFile(join(folder, 'host-namespaces.wasm'), wasm);
  await writeFile(join(folder, 'policy.yaml'), policy(settings));
  const { stdout } = await runCli([
    'scan',
    join(folder, 'manifests.yaml'),
    '--policies',
    join(folder, 'policy.yaml'),
    ...['-o', 'json', '--show', 'all'],
  ]);
  const { results } = JSON.parse(stdout) as {
    results: { result: string; message: string; resource: { name: string } }[];
  };
  return results
    .map(({ result, message, resource }) => `${resource.name} ${result} ${message}`.trim())
    .sort();
}

it.skipIf(typeof compiled !== 'string')(
  'the example in Rego finds Pods in the namespaces of their node',
  async () => {
    await expect(scan('{}')).resolves.toEqual([
      'fine pass',
      'nightly fail not allowed: hostNetwork',
      'pod fail not allowed: hostNetwork, hostPID',
      'web fail not allowed: hostNetwork',
    ]);
    await expect(scan('{allowed: [hostNetwork]}')).resolves.toEqual([
      'fine pass',
      'nightly pass',
      'pod fail not allowed: hostPID',
      'web pass',
    ]);
  },
);
