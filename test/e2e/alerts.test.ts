import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import { startProxiedCluster } from '../faults/proxied-cluster.ts';
import { buildPushgateway } from '../monitoring/build.mjs';
import { runCli } from '../support/cli.ts';
import type { ApiObject } from '../support/cluster/api-client.ts';
import { aClusterAdmissionPolicy, aPod } from '../support/cluster/objects.ts';
import { exampleModule, policyPath, requiring } from '../support/cluster/real-policies.ts';
import { describeOnCluster, sharedCluster } from '../support/cluster/shared.ts';
import type { Injection } from '../support/fault-proxy.ts';
import { runInProcess } from '../support/in-process.ts';
import { InstalledAudit, type ScanOptions } from '../support/installed-audit.ts';
import { describeWithMonitoring, type HttpServer, startServer } from '../support/monitoring.ts';
import {
  type Alert,
  type Prometheus,
  startKubeStateMetrics,
  startPrometheus,
} from '../support/prometheus.ts';
import { World } from '../support/world.ts';

const project = join(import.meta.dirname, '../..');
const hourMs = 60 * 60 * 1000;

type Rule = { readonly alert: string; readonly for?: string };
type Groups = { readonly groups: readonly { readonly name: string; readonly rules: readonly Rule[] }[] };

const { spec: rules } = parse(
  readFileSync(join(project, 'manifests/monitoring/prometheus-rule.yaml'), 'utf8'),
) as {
  readonly spec: Groups;
};

/** The same rules without the time that they wait to be sure. */
function atOnce({ groups }: Groups): Groups {
  return {
    groups: groups.map((group) => ({ ...group, rules: group.rules.map((rule) => ({ ...rule, for: '0s' })) })),
  };
}

type Panel = { readonly title: string; readonly targets: readonly { readonly expr: string }[] };
type Row = { readonly what: string; readonly alert: string; readonly wait: string; readonly says: string };

/** The table of docs/monitoring.md: what breaks, the alert, how long it waits, and what it says. */
function readTable(): readonly Row[] {
  const page = readFileSync(join(project, 'docs/monitoring.md'), 'utf8');
  const [, section = ''] = page.split('\n## What you are told when …\n');
  return [...section.matchAll(/^\| (.+?) \| `(\w+)` \| (.+?) \| `(.+)` \|$/gm)].map(
    ([, what = '', alert = '', wait = '', says = '']) => ({ what, alert, wait, says }),
  );
}

const table = readTable();

/** Other tests leave namespaces behind. */
function countless(text = ''): string {
  return text.replace(/\d+ namespaces/, 'some namespaces');
}

describeOnCluster('an alert', () => {
  describeWithMonitoring('that a real Prometheus makes of what a real run has pushed', () => {
    const cluster = sharedCluster();
    const servers: HttpServer[] = [];
    let folder: string;
    let world: World;
    let audit: InstalledAudit;
    let prometheus: Prometheus;
    let alerts: readonly Alert[];
    let env: Record<string, string>;

    const viewBinding = '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/audit-scanner-view';
    const broken = aClusterAdmissionPolicy('broken', {
      module: exampleModule('required-labels'),
      settings: { labels: 'owner' },
    });

    const ofSecrets = aClusterAdmissionPolicy('secrets', { targets: ['v1/secrets'] });

    async function scan(options: ScanOptions, kubeconfig = env): Promise<void> {
      await runCli(await audit.argumentsFor(options), { env: kubeconfig });
    }

    async function scanHoursAgo(hours: number, instance: string): Promise<void> {
      await runInProcess(await audit.argumentsFor({ instance }), { env, clockOffsetMs: -hours * hourMs });
    }

    async function scanWith(policy: ApiObject, instance: string): Promise<void> {
      await world.apply([policy]);
      await scan({ instance });
      await world.delete(policyPath(policy));
    }

    async function scanThrough(instance: string, fault: Injection | 'closed'): Promise<void> {
      const { proxy, kubeconfigPath } = await startProxiedCluster(cluster, instance);
      if (fault === 'closed') await proxy.close();
      else proxy.inject = fault;
      await scan({ instance }, { KUBECONFIG: kubeconfigPath });
      if (fault !== 'closed') await proxy.close();
    }

    /** What breaks, each told of under a name of its own: `instance` of what is pushed, or the namespace of the CronJob. */
    const breakages: Readonly<Record<string, readonly [name: () => string, make: () => Promise<void>]>> = {
      'no run has ended for four hours': [() => 'stopped', () => scanHoursAgo(4, 'stopped')],
      'runs end, but the last complete one was four hours ago': [
        () => 'behind',
        async () => {
          await scanHoursAgo(4, 'behind');
          await cluster.request('DELETE', viewBinding);
          await scan({ instance: 'behind' });
        },
      ],
      'the account may not list anything any more': [
        () => 'forbidden',
        async () => {
          await scan({ instance: 'forbidden' });
          await audit.restore();
        },
      ],
      'the account may not list a type': [() => 'type', () => scanWith(ofSecrets, 'type')],
      'the client certificate expires in ten days': [
        () => 'certificate',
        () => scan({ instance: 'certificate', certificateEnds: new Date(Date.now() + 10 * 24 * hourMs) }),
      ],
      'there are new critical violations': [
        () => 'news',
        async () => {
          await world.apply([aPod(world.namespace, 'new')]);
          await scan({ instance: 'news' });
        },
      ],
      'a policy has invalid settings': [() => 'settings', () => scanWith(broken, 'settings')],
      'the CRDs of the reports are missing': [
        () => 'kinds',
        () =>
          scanThrough('kinds', ({ path }) =>
            path.startsWith('/apis/openreports.io/') ? { answer: { status: 404, body: '{}' } } : undefined,
          ),
      ],
      'the API server cannot be reached': [() => 'unreachable', () => scanThrough('unreachable', 'closed')],
      'a policy server is down': [
        () => 'server',
        async () => {
          await world.policyServer.close();
          await scan({ instance: 'server' });
        },
      ],
      'the CronJob is suspended': [
        () => 'kubewarden',
        () => cluster.request('PATCH', audit.cronJobPath, { spec: { suspend: true } }).then(() => undefined),
      ],
      'the Pods are killed, for example for lack of memory': [
        () => 'kubewarden',
        async () => {
          const terminated = { exitCode: 137, reason: 'OOMKilled' };
          await audit.setState(await audit.startJob(1), 'Failed', { terminated });
        },
      ],
      'the image cannot be pulled': [
        () => 'kubewarden',
        async () =>
          audit.setState(await audit.startJob(2), 'Pending', { waiting: { reason: 'ImagePullBackOff' } }),
      ],
      'the Pushgateway is down': [
        () => world.namespace,
        () => audit.addSucceeded(new Date(Date.now() + hourMs)),
      ],
    };

    function find({ what, alert }: Row): Alert | undefined {
      const name = breakages[what]?.[0]();
      return alerts.find(
        ({ labels }) =>
          labels['alertname'] === alert && [labels['instance'], labels['namespace']].includes(name),
      );
    }

    beforeAll(async () => {
      folder = await mkdtemp(join(cluster.directory, 'alerts-'));
      world = await World.create(cluster);
      const pushgateway = await startServer(await buildPushgateway(), (address) => [
        `--web.listen-address=${address}`,
        '--log.level=error',
      ]);
      const metrics = await startKubeStateMetrics(cluster.kubeconfigPath);
      const targets = { pushgateway: pushgateway.url, 'kube-state-metrics': metrics.url };
      prometheus = await startPrometheus(join(folder, 'prometheus'), atOnce(rules), targets);
      servers.push(pushgateway, metrics, prometheus);
      audit = await InstalledAudit.install(world, join(folder, 'installed'), pushgateway.url);
      env = await audit.accountEnvironment();
      await world.apply([
        aClusterAdmissionPolicy('owner-label', { severity: 'critical', ...requiring('owner') }),
        aPod(world.namespace, 'web'),
      ]);
      for (const [, make] of Object.values(breakages)) await make();
      alerts = await prometheus.waitForAlerts((found) => {
        alerts = found;
        return table.every((row) => find(row) !== undefined);
      });
    });
    afterAll(async () => {
      for (const { stop } of servers) stop();
      await audit.uninstall();
      await world.close();
      await rm(folder, { recursive: true });
    });

    it('is there for everything that the page names, and the page names everything', () => {
      expect(table.map(({ what }) => what).toSorted()).toEqual(Object.keys(breakages).toSorted());
    });

    it.each(table)('fires when $what, and says why', (row) => {
      const { state, annotations } = find(row) ?? {};
      expect({ state, said: countless(annotations?.['description']) }).toEqual({
        state: 'firing',
        said: expect.stringContaining(countless(row.says)) as string,
      });
      const rule = rules.groups.flatMap((group) => group.rules).find(({ alert }) => alert === row.alert);
      expect(rule?.for ?? 'at once').toBe(row.wait);
    });

    it('comes with a dashboard of which every panel has something to show', async () => {
      const text = await readFile(join(project, 'manifests/monitoring/dashboard.json'), 'utf8');
      const { panels } = JSON.parse(text) as { readonly panels: readonly Panel[] };
      const empty = [];
      for (const { title, targets } of panels)
        for (const { expr } of targets)
          if ((await prometheus.query(expr.replaceAll('$instance', '.*'))).length === 0)
            empty.push([title, expr]);
      expect(empty).toEqual([]);
    });
  });
});
