import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCertificateAuthority } from '../support/certificates.ts';
import { runCli } from '../support/cli.ts';
import { type RunningCluster, startCluster } from '../support/cluster/cluster.ts';
import type { Cluster } from '../support/cluster/connection.ts';
import { aNamespace, anAdmissionPolicy, aPod, aPolicyServer } from '../support/cluster/objects.ts';
import { requiring } from '../support/cluster/real-policies.ts';
import { describeOnCluster, sharedCluster } from '../support/cluster/shared.ts';
import { type FaultProxy, startFaultProxy } from '../support/fault-proxy.ts';

type Entry = { readonly name: string; readonly server: string; readonly ca: string; readonly token: string };

function kubeconfigOf(entries: readonly Entry[]): string {
  return JSON.stringify({
    clusters: entries.map(({ name, server, ca }) => ({
      name,
      cluster: { server, 'certificate-authority-data': Buffer.from(ca).toString('base64') },
    })),
    users: entries.map(({ name, token }) => ({ name, user: { token } })),
    contexts: entries.map(({ name }) => ({ name, context: { cluster: name, user: name } })),
  });
}

type Section = {
  name: string;
  sameAs: string[];
  started: boolean;
  complete: boolean;
  coverage: { cells: Record<string, number> };
  uid: string | null;
};
type Document = {
  complete: boolean;
  metadata: { contexts: string[] };
  clusters: Section[];
  incomplete: { code: string; scope: { cluster?: string } }[];
  policies: { cluster: string; name: string }[];
  results: { cluster: string; fingerprint: string; resource: { name: string } }[];
};

type Sarif = { runs: { automationDetails: { id: string }; results: unknown[] }[] };

const namespace = 'contexts-shop';

/** The same policy and a Pod that violates it. */
async function fill(cluster: Cluster, ...pods: string[]): Promise<void> {
  await cluster.apply([
    aNamespace('kubewarden'),
    aNamespace(namespace),
    ...aPolicyServer(),
    anAdmissionPolicy('owned', { namespace, severity: 'high', ...requiring('owner') }),
    ...pods.map((name) => aPod(namespace, name)),
  ]);
}

describeOnCluster('scan of several clusters', () => {
  const one = sharedCluster();
  let two: RunningCluster;
  let slow: FaultProxy;
  let directory: string;
  let kubeconfig: string;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'contexts-'));
    two = await startCluster();
    await fill(one, 'web', 'only-one');
    await fill(two, 'web');
    const authority = await createCertificateAuthority();
    const certificate = await authority.issueServer({ dns: ['localhost'], ip: ['127.0.0.1'] });
    const { server, certificateAuthority } = two;
    slow = await startFaultProxy({ server, certificateAuthority, certificate });
    slow.inject = () => ({ before: () => delay(50) });
    const first = { server: one.server, ca: one.certificateAuthority };
    const nobody = await one.createServiceAccountToken(namespace, 'nobody');
    kubeconfig = join(directory, 'config');
    await writeFile(
      kubeconfig,
      kubeconfigOf([
        { name: 'one', ...first, token: one.adminToken },
        { name: 'one-again', ...first, token: one.adminToken },
        { name: 'two', server, ca: certificateAuthority, token: two.adminToken },
        { name: 'two-slow', server: slow.url, ca: authority.cert, token: two.adminToken },
        { name: 'refused', server, ca: certificateAuthority, token: 'wrong' },
        { name: 'forbidden', ...first, token: nobody },
        { name: 'untrusted', server: slow.url, ca: one.certificateAuthority, token: 'x' },
        { name: 'down', server: 'https://127.0.0.1:1', ca: certificateAuthority, token: 'x' },
      ]),
    );
  }, 120_000);

  afterAll(async () => {
    await slow.close();
    await two.stop();
    await one.request(
      'DELETE',
      `/apis/policies.kubewarden.io/v1/namespaces/${namespace}/admissionpolicies/owned`,
    );
    await one.request('DELETE', `/api/v1/namespaces/${namespace}`);
    await rm(directory, { recursive: true, force: true });
  });

  async function scan(contexts: string, ...flags: string[]) {
    const argv = ['scan', '--contexts', contexts, '--kubeconfig', kubeconfig, '-n', namespace, ...flags];
    return runCli(argv);
  }

  async function scanJson(contexts: string, ...flags: string[]) {
    const { code, stdout, stderr } = await scan(contexts, '-o', 'json', ...flags);
    return { code, stderr, document: JSON.parse(stdout) as Document };
  }

  test('is one document in which everything names its cluster', async () => {
    const { code, stderr, document } = await scanJson('one,two');
    expect(code).toBe(1);
    expect(stderr).toContain('Scanning 2 contexts: one, two; read-only');
    expect(document.metadata.contexts).toEqual(['one', 'two']);
    expect(document.results.map(({ cluster, resource }) => `${cluster} ${resource.name}`)).toEqual([
      'one only-one',
      'one web',
      'two web',
    ]);
    expect(new Set(document.results.map(({ fingerprint }) => fingerprint)).size).toBe(3);
    expect(document.policies.map(({ cluster, name }) => `${cluster} ${name}`)).toEqual([
      'one owned',
      'two owned',
    ]);
    expect(document.clusters).toMatchObject([
      { name: 'one', started: true, complete: true, coverage: { cells: { scanned: 1 } } },
      { name: 'two', started: true, complete: true, coverage: { cells: { scanned: 1 } } },
    ]);
    expect(document.clusters[0]?.uid).not.toBe(document.clusters[1]?.uid);
  });

  test('a cluster that cannot be scanned is missing, and stops no other', async () => {
    const { code, stderr, document } = await scanJson('down,untrusted,two');
    expect(code).toBe(1);
    expect(document.complete).toBe(false);
    expect(document.results.map(({ cluster }) => cluster)).toEqual(['two']);
    const started = Object.fromEntries(document.clusters.map((each) => [each.name, each.started]));
    expect(started).toEqual({ down: false, untrusted: false, two: true });
    expect(document.incomplete.map(({ scope, code: why }) => `${scope.cluster ?? ''} ${why}`).sort()).toEqual(
      ['down AS-3006', expect.stringMatching(/^untrusted AS-3/)],
    );
    expect(stderr).toContain('warning: down: cannot reach the Kubernetes API at https://127.0.0.1:1');
  });

  test('what is forbidden in one cluster is missing there', async () => {
    const { code, document } = await scanJson('forbidden,two', '--fail-on', 'never');
    expect(code).toBe(3);
    expect(document.clusters.map(({ name, complete }) => `${name} ${complete}`)).toEqual([
      'forbidden false',
      'two true',
    ]);
    expect(document.incomplete.every(({ scope }) => scope.cluster === 'forbidden')).toBe(true);
  });

  test('contexts that lead to one cluster are scanned once, also by another address, and not by who may not', async () => {
    const { stderr, document } = await scanJson('refused,one,one-again,two-slow,two');
    expect(document.clusters.map(({ name, sameAs }) => ({ name, sameAs }))).toEqual([
      // Named after the first, scanned by one that may.
      { name: 'refused', sameAs: ['two-slow', 'two'] },
      { name: 'one', sameAs: ['one-again'] },
    ]);
    expect(document.complete).toBe(true);
    expect(document.results).toHaveLength(3);
    expect(stderr).toContain(
      'context "one" and "one-again" are the same cluster: it is scanned once, as "one", with the credentials of that context, as ',
    );
    expect(stderr).toContain('as "refused", with the credentials of "two-slow", as ');
  });

  test('where none can be scanned, nothing was', async () => {
    const file = join(directory, 'none.sarif');
    const { code, stderr } = await scan('down,untrusted', '-o', `sarif=${file}`);
    expect(code).toBe(4);
    expect(stderr).toContain('none of the 2 clusters could be scanned');
    await expect(readFile(file)).rejects.toThrow('ENOENT');
  });

  function scanTwoAlone(...flags: string[]) {
    const where = ['--context', 'two', '--kubeconfig', kubeconfig, '-n', namespace];
    return runCli(['scan', ...where, '--engine', 'embedded', ...flags]);
  }

  test('of a baseline of several clusters each has its own part, also alone', async () => {
    const all = join(directory, 'all.json');
    await scan('one,two', '-o', `json=${all}`);
    const part = await scan('two', '--baseline', all);
    expect(part.stdout).toContain('0 new, 0 changed, 1 known; 0 fixed, 2 not looked at');
    expect(part.code).toBe(0);
    const alone = await scanTwoAlone('--baseline', all);
    expect(alone.stdout).toContain('0 new, 0 changed, 1 known; 0 fixed, 0 not looked at');
  });

  test('a baseline of one cluster is about that one', async () => {
    const single = join(directory, 'two.json');
    await scanTwoAlone('-o', `json=${single}`);
    const compared = await scan('one,two', '--baseline', single);
    expect(compared.stdout).toContain('2 new, 0 changed, 1 known');
    expect(compared.code).toBe(1);
  });

  test('what was saved is converted into every format as the scan wrote it, with each cluster', async () => {
    const saved = join(directory, 'saved.json');
    const formats = ['table', 'wide', 'csv', 'junit', 'gitlab', 'markdown', 'sarif', 'html', 'name'];
    const sayWhatIsMissing = new Set(['junit', 'gitlab', 'markdown', 'html']);
    const file = (from: string, format: string) => join(directory, `${from}.${format}`);
    const written = (from: string) => formats.flatMap((format) => ['-o', `${format}=${file(from, format)}`]);
    await scan('one,down,two', '-o', `json=${saved}`, ...written('scan'));
    await runCli(['convert', saved, ...written('convert')]);
    for (const format of formats) {
      const scanned = await readFile(file('scan', format), 'utf8');
      expect(await readFile(file('convert', format), 'utf8'), format).toBe(scanned);
      expect(scanned, format).toContain('two');
      if (sayWhatIsMissing.has(format)) expect(scanned, format).toContain('down');
    }
    const { runs } = JSON.parse(await readFile(file('scan', 'sarif'), 'utf8')) as Sarif;
    expect(runs.map(({ automationDetails, results }) => `${automationDetails.id} ${results.length}`)).toEqual(
      ['audit-scanner/one/ 2', 'audit-scanner/two/ 1'],
    );
  });
});
