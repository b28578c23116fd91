import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { ensureBinaries } from '../cluster/build.mjs';
import type { CliResult } from '../support/cli.ts';
import type { ApiObject } from '../support/cluster/api-client.ts';
import { aConfigMap, anAdmissionPolicy } from '../support/cluster/objects.ts';
import { describeOnCluster, sharedCluster } from '../support/cluster/shared.ts';
import { World } from '../support/world.ts';

const overlay = join(import.meta.dirname, '../../manifests/overlays/sharded');
const recordPath = '/apis/wgpolicyk8s.io/v1alpha2/clusterpolicyreports/audit-scanner-run';
const storing = ['--store', '--report-kind', 'policyreport', '--fail-on', 'never', '-o', 'json'];
const objects = 40;

type Pod = ApiObject & {
  readonly metadata: {
    readonly labels: Record<string, string>;
    readonly annotations: Record<string, string>;
  };
  readonly spec: { readonly containers: readonly { readonly env: readonly EnvVar[] }[] };
  readonly status: { readonly phase: string };
};
type EnvVar = { readonly name: string; readonly value?: string };
type Job = ApiObject & {
  readonly status: { readonly conditions?: readonly { type: string; status: string; reason: string }[] };
};
type Play = (pod: Pod, env: Record<string, string>, attempt: number) => Promise<CliResult>;
type Document = {
  readonly metadata: { readonly runUID: string };
  readonly coverage: { readonly shard: { index: number; count: number } };
  readonly summary: {
    readonly resources: number;
    readonly evaluations: number;
    readonly reused?: number;
    readonly stored: Record<string, number>;
  };
};

function documentOf({ stdout }: CliResult): Document {
  return JSON.parse(stdout) as Document;
}

/** There is no kubelet: the job controller makes the Pods, and a process for each of them is what would run in it. */
describeOnCluster('shards on an Indexed Job', { timeout: 300_000 }, () => {
  const cluster = sharedCluster();
  let world: World;
  let jobSpec: object;
  let jobPath = '';
  const jobsPath = '/apis/batch/v1/namespaces/kubewarden/jobs';

  beforeAll(async () => {
    const { kubectl } = await ensureBinaries(['kubectl']);
    const { stdout } = await promisify(execFile)(kubectl, ['kustomize', overlay]);
    const documents = parseAllDocuments(stdout).map((document) => document.toJS() as ApiObject);
    const cronJob = documents.find(({ kind }) => kind === 'CronJob');
    jobSpec = (cronJob?.['spec'] as { jobTemplate: { spec: object } }).jobTemplate.spec;
    expect(documents.filter(({ kind }) => kind === 'ConfigMap')).toEqual([]);
  });

  beforeEach(async () => {
    world = await World.create(cluster);
    const { namespace } = world;
    await world.apply([
      anAdmissionPolicy('maps', { namespace, targets: ['v1/configmaps'] }),
      ...Array.from({ length: objects }, (_, index) => aConfigMap(namespace, `conf-${index}`, {})),
    ]);
  });

  afterEach(async () => {
    if (jobPath !== '') await cluster.request('DELETE', `${jobPath}?propagationPolicy=Background`);
    jobPath = '';
    await world.close();
  });

  async function startJob(name: string): Promise<string> {
    jobPath = `${jobsPath}/${name}`;
    const body = { apiVersion: 'batch/v1', kind: 'Job', metadata: { name }, spec: jobSpec };
    const { metadata } = await cluster.request<ApiObject & { metadata: { uid: string } }>(
      'POST',
      jobsPath,
      body,
    );
    return metadata.uid;
  }

  /** Plays the Pods of the Job until it has ended. Resolves to why it ended, and to what the processes said, in the order of their ends. */
  async function playJob(name: string, play: Play): Promise<{ end: string; results: CliResult[] }> {
    const selector = `labelSelector=batch.kubernetes.io/job-name=${name}`;
    const [playing, attempts, results] = [
      new Map<string, Promise<void>>(),
      new Map<string, number>(),
      [] as CliResult[],
    ];
    for (;;) {
      const { status } = await cluster.request<Job>('GET', jobPath);
      const ended = status.conditions?.find(
        (condition) => condition.status === 'True' && /^(Complete|Failed)$/.test(condition.type),
      );
      if (ended !== undefined) {
        await Promise.all(playing.values());
        return { end: `${ended.type} ${ended.reason}`, results };
      }
      const path = `/api/v1/namespaces/kubewarden/pods?${selector}`;
      const { items } = await cluster.request<{ items: Pod[] }>('GET', path);
      for (const pod of items) {
        if (playing.has(pod.metadata.name) || pod.status.phase !== 'Pending') continue;
        const env = environmentOf(pod);
        const index = env['JOB_COMPLETION_INDEX'] ?? '';
        const attempt = (attempts.get(index) ?? 0) + 1;
        attempts.set(index, attempt);
        const run = play(pod, env, attempt).then(async (result) => {
          results.push(result);
          await finish(pod, result.code);
        });
        playing.set(pod.metadata.name, run);
      }
      await delay(100);
    }
  }

  async function finish({ metadata: { name } }: Pod, code: number): Promise<void> {
    const exitCode = code === -1 ? 137 : code;
    const now = new Date().toISOString();
    await cluster.request('PATCH', `/api/v1/namespaces/kubewarden/pods/${name}/status`, {
      status: {
        phase: exitCode === 0 ? 'Succeeded' : 'Failed',
        containerStatuses: [
          {
            name: 'audit-scanner',
            image: 'audit-scanner',
            imageID: '',
            ready: false,
            restartCount: 0,
            state: { terminated: { exitCode, startedAt: now, finishedAt: now } },
          },
        ],
      },
    });
  }

  /** What the kubelet would set, as far as the shards need it. */
  function environmentOf({ metadata: { labels, annotations }, spec }: Pod): Record<string, string> {
    const set = spec.containers[0]?.env.flatMap(({ name, value }) =>
      value === undefined ? [] : [[name, value]],
    );
    return {
      ...(Object.fromEntries(set ?? []) as Record<string, string>),
      JOB_COMPLETION_INDEX: annotations['batch.kubernetes.io/job-completion-index'] ?? '',
      AUDIT_SCANNER_JOB_UID: labels['batch.kubernetes.io/controller-uid'] ?? '',
    };
  }

  async function annotations(): Promise<Record<string, string>> {
    const { metadata } = await cluster.request<Pod>('GET', recordPath);
    return Object.fromEntries(
      Object.entries(metadata.annotations).map(([name, text]) => [
        name.replace('audit-scanner.io/', ''),
        text,
      ]),
    );
  }

  it('do together what one process does, also when one of them is killed; the record changes with the last', async () => {
    const before = await world.scan(storing);
    expect(before.code).toBe(0);
    const old = await annotations();
    // All of it is to be written again, and a report is there whose object is gone.
    const reports = Object.values(await world.reports());
    for (const { metadata } of reports.slice(0, 30))
      await world.delete(
        `/apis/wgpolicyk8s.io/v1alpha2/namespaces/${world.namespace}/policyreports/${metadata.name}`,
      );
    await cluster.apply([
      {
        ...reports[0]!,
        metadata: {
          name: 'of-the-past',
          namespace: world.namespace,
          labels: { 'app.kubernetes.io/managed-by': 'kubewarden' },
        },
      },
    ]);

    const uid = await startJob('shards-whole');
    const { end, results } = await playJob('shards-whole', async (_pod, env, attempt) => {
      if (env['JOB_COMPLETION_INDEX'] !== '1' || attempt > 1) return world.scan(storing, { env });
      // By then the other three have ended, and still the record is the old one.
      const killed = await world.scan(storing, {
        env,
        meanwhile: async (cli) => {
          await cli.said('Scanning');
          await delay(50);
          cli.kill('SIGKILL');
        },
      });
      await expect
        .poll(async () => Object.keys(await annotations()).filter((name) => name.startsWith('shard-')), {
          timeout: 60_000,
        })
        .toHaveLength(3);
      expect(await annotations()).toMatchObject({ 'run-uid': old['run-uid'], answered: old['answered'] });
      return killed;
    });

    expect(end).toMatch(/^Complete/);
    const documents = results.filter(({ code }) => code === 0).map(documentOf);
    expect(documents.map(({ coverage }) => coverage.shard.index).toSorted()).toEqual([0, 1, 2, 3]);
    expect(new Set(documents.map(({ metadata }) => metadata.runUID))).toEqual(new Set([uid]));
    const sum = (pick: (document: Document) => number): number =>
      documents.reduce((total, document) => total + pick(document), 0);
    const single = documentOf(before);
    expect(sum(({ summary }) => summary.evaluations)).toBe(single.summary.evaluations);
    // The killed shard may have written some of its reports; nobody has written those of others, and one shard has deleted the stale ones.
    expect(sum(({ summary }) => summary.stored['created'] ?? 0)).toBeLessThanOrEqual(30);
    expect(sum(({ summary }) => summary.stored['deleted'] ?? 0)).toBeLessThanOrEqual(1);
    expect(Object.keys(await world.reports()).toSorted()).toEqual(
      reports.map(({ scope }) => scope['name']).toSorted(),
    );

    const record = await annotations();
    expect(record).toMatchObject({ 'run-uid': uid, complete: 'true' });
    expect(JSON.parse(record['totals'] ?? '')).toMatchObject({ evaluations: single.summary.evaluations });
    const status = await world.run(['status', '--report-kind', 'policyreport']);
    expect(status).toMatchObject({ code: 0, stdout: expect.stringContaining('complete') as string });

    // One process finds nothing to do, and with its own record those of the shards are gone.
    const after = await world.scan(storing);
    expect(documentOf(after).summary.stored).toMatchObject({ created: 0, updated: 0, deleted: 0 });
    expect(Object.keys(await annotations()).filter((name) => name.startsWith('shard-'))).toEqual([]);
  });

  it('do not ask again, where results are reused, what one of them had stored when it was killed', async () => {
    const { namespace } = world;
    await world.apply(
      Array.from({ length: objects }, (_, index) => aConfigMap(namespace, `more-${index}`, {})),
    );
    const reusing = [...storing, '--reuse-results', '24h', '--pure-policies', '*', '--verify-sample', '0'];
    const storedFirst = 5;
    const killed = Promise.withResolvers<Date>();
    let asked = 0;
    world.policyServer.answer = async () => {
      asked += 1;
      if (asked > storedFirst) await killed.promise;
      return { allowed: true };
    };

    await startJob('shards-reuse');
    const { end, results } = await playJob('shards-reuse', async (_pod, env, attempt) => {
      if (env['JOB_COMPLETION_INDEX'] !== '1' || attempt > 1) {
        await killed.promise;
        return world.scan(reusing, { env });
      }
      return world.scan([...reusing, '--concurrency', '1'], {
        env,
        meanwhile: async (cli) => {
          await expect
            .poll(async () => Object.keys(await world.reports()), { timeout: 120_000 })
            .toHaveLength(storedFirst);
          cli.kill('SIGKILL');
          killed.resolve(new Date());
        },
      });
    });

    expect(end).toMatch(/^Complete/);
    const documents = results.filter(({ code }) => code === 0).map(documentOf);
    const again = documents.find(({ coverage }) => coverage.shard.index === 1);
    expect(again?.summary.reused).toBe(storedFirst);
    const evaluations = documents.reduce((sum, { summary }) => sum + summary.evaluations, 0);
    // One may have been asked when it was killed, and then asked twice.
    expect([evaluations, evaluations + 1]).toContain(asked);
    // What the first attempt has stored is as old as that, and so are the marks.
    const record = await annotations();
    expect(new Date(record['started-at'] ?? '').getTime()).toBeLessThan((await killed.promise).getTime());
    expect(record['reuse']).toContain('"ageMs":86400000');
    const answered = JSON.parse(record['answered'] ?? '') as Record<string, string>;
    expect(Object.keys(answered)).toEqual([record['started-at']]);
  });

  it('end the Job at once where the usage is wrong', async () => {
    await startJob('shards-usage');
    const { end, results } = await playJob('shards-usage', async (_pod, env) =>
      world.scan(storing, { env: { ...env, AUDIT_SCANNER_SHARDS: '1000' } }),
    );
    expect(end).toBe('Failed PodFailurePolicy');
    expect(results[0]).toMatchObject({ code: 2, stderr: expect.stringContaining('AS-2065') as string });
  });

  it('of two counts in one run do not add up, and a notice says so', async () => {
    await world.scan(storing);
    const old = await annotations();
    const job = '11111111-2222-4333-8444-555555555555';
    const shard = (text: string): Promise<CliResult> =>
      world.scan([...storing, '--shard', text, '--job-uid', job, '-v'], {
        env: { AUDIT_SCANNER_SHARDS: '2' },
      });
    expect((await shard('0/3')).stderr).not.toContain('AS-5170');
    const { code, stderr } = await shard('1/2');
    expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining('AS-5170') as string });
    expect(await annotations()).toMatchObject({ 'run-uid': old['run-uid'] });
  });
});
