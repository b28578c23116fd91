import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureBinaries } from '../cluster/build.mjs';
import { createCertificateAuthority } from '../support/certificates.ts';
import { runCli } from '../support/cli.ts';
import { describeOnCluster } from '../support/cluster/shared.ts';

/* What a login plug-in is told, held against what kubectl tells it. */

describeOnCluster('a login plug-in', {}, () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'login-'));
    await writeFile(join(folder, 'login'), '#!/bin/sh\nprintf %s "$KUBERNETES_EXEC_INFO" >"$TOLD"\nexit 1\n');
    await chmod(join(folder, 'login'), 0o755);
    const { cert } = await createCertificateAuthority();
    await writeFile(join(folder, 'ca.crt'), cert);
  });
  afterAll(() => rm(folder, { recursive: true }));

  const v1 = 'client.authentication.k8s.io/v1';
  const config = {
    name: 'client.authentication.k8s.io/exec',
    extension: { audience: 'x', list: [1, { a: 'b' }] },
  };
  const other = { name: 'somebody.else', extension: { z: 1 } };

  test.each([
    ['a version', {}, { apiVersion: v1, interactiveMode: 'IfAvailable' }],
    ['an older version', {}, { apiVersion: `${v1}beta1` }],
    [
      'no more of a cluster than its server',
      {},
      { apiVersion: v1, interactiveMode: 'Never', provideClusterInfo: true },
    ],
    [
      'an authority',
      { 'certificate-authority': 'ca.crt', 'tls-server-name': 'api.example.com' },
      { apiVersion: v1, interactiveMode: 'IfAvailable', provideClusterInfo: true },
    ],
    [
      'everything else of a cluster',
      {
        'insecure-skip-tls-verify': true,
        'proxy-url': 'http://127.0.0.1:1',
        'disable-compression': true,
        extensions: [other, config],
      },
      { apiVersion: v1, interactiveMode: 'IfAvailable', provideClusterInfo: true },
    ],
  ])('is told %s as kubectl tells it', async (_what, cluster, exec) => {
    const kubeconfig = join(folder, 'config');
    const server = 'https://127.0.0.1:1/k8s/';
    await writeFile(
      kubeconfig,
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'Config',
        'current-context': 'c',
        clusters: [{ name: 'cl', cluster: { server, ...cluster } }],
        contexts: [{ name: 'c', context: { cluster: 'cl', user: 'u' } }],
        users: [{ name: 'u', user: { exec: { command: './login', ...exec } } }],
      }),
    );
    const { kubectl } = await ensureBinaries(['kubectl']);
    const byKubectl = await told(async (env) => {
      const args = ['--kubeconfig', kubeconfig, 'get', '--raw', '/version'];
      await once(spawn(kubectl, args, { env: { ...process.env, ...env }, stdio: 'ignore' }), 'exit');
    });
    const byUs = await told(async (env) => {
      const { code, stderr } = await runCli(['scan', '--kubeconfig', kubeconfig], { env });
      expect(stderr).toContain('AS-3005');
      expect(code).toBe(4);
    });
    expect(byUs).toEqual(byKubectl);
  });

  async function told(run: (env: { readonly TOLD: string }) => Promise<void>): Promise<unknown> {
    const TOLD = join(folder, 'told');
    await rm(TOLD, { force: true });
    await run({ TOLD });
    return JSON.parse(await readFile(TOLD, 'utf8'));
  }
});
