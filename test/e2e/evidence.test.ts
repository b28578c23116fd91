import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Statement } from '../../src/evidence/index.ts';
import { runCli } from '../support/cli.ts';
import { anAdmissionPolicy, aPod } from '../support/cluster/objects.ts';
import { requiring } from '../support/cluster/real-policies.ts';
import { describeOnCluster, sharedCluster } from '../support/cluster/shared.ts';
import { newSigningKeys } from '../support/signing-keys.ts';
import { World } from '../support/world.ts';

describeOnCluster('evidence of a live cluster', () => {
  const cluster = sharedCluster();
  let world: World;
  let folder: string;
  const at = (name: string): string => join(folder, name);

  beforeEach(async () => {
    world = await World.create(cluster);
    folder = await mkdtemp(join(tmpdir(), 'evidence-'));
    const keys = newSigningKeys('ECDSA P-256');
    await writeFile(at('audit.key'), keys.private);
    await writeFile(at('audit.pub'), keys.public);
  });
  afterEach(async () => {
    await world.close();
    await rm(folder, { recursive: true });
  });

  test('names the cluster by its UID, and the policies as they were', async () => {
    const { namespace } = world;
    await world.apply([
      anAdmissionPolicy('picky', { namespace, ...requiring('owner') }),
      aPod(namespace, 'bad'),
    ]);
    // The API server of the tests has nobody who would create it.
    const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'kube-system' } };
    await cluster.request('POST', '/api/v1/namespaces', body).catch(() => undefined);
    const system = (await cluster.request('GET', '/api/v1/namespaces/kube-system')) as unknown as {
      readonly metadata: { readonly uid: string };
    };
    const scanned = await world.scan([
      ...['-n', namespace, '-o', `json=${at('result.json')}`],
      ...['--attest', at('evidence.json'), '--attest-key', at('audit.key')],
    ]);
    expect(scanned.code, scanned.stderr).toBe(1);
    expect(scanned.stderr).toContain(`wrote evidence to ${at('evidence.json')}`);

    const verify = ['verify-evidence', at('evidence.json'), at('result.json'), '--key', at('audit.pub')];
    const { code, stdout } = await runCli([...verify, '-o', 'json']);
    const { statement } = JSON.parse(stdout) as { readonly statement: Statement };
    const { predicate } = statement;
    expect([code, predicate.exitCode, predicate.gate.result]).toEqual([0, 1, 'failed']);
    expect(predicate.cluster).toEqual({ uid: system.metadata.uid, unknown: null });
    expect(predicate.inputs).toBeNull();
    expect(predicate.policies).toEqual([
      expect.objectContaining({
        name: 'picky',
        namespace,
        uid: expect.stringMatching(/^[\da-f-]{36}$/) as string,
        generation: 1,
        modules: [
          expect.objectContaining({
            member: null,
            reference: expect.stringContaining(':') as string,
            digest: null,
          }),
        ],
        results: expect.objectContaining({ count: 1 }) as object,
      }),
    ]);

    await writeFile(at('result.json'), (await readFile(at('result.json'), 'utf8')).replace('pods', 'p0ds'));
    expect((await runCli(verify)).code).toBe(1);
  });
});
