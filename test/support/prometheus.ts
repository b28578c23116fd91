import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { stringify } from 'yaml';
import { buildKubeStateMetrics, buildPrometheus } from '../monitoring/build.mjs';
import { type HttpServer, startServer } from './monitoring.ts';

/** As the API of Prometheus has it. */
export type Alert = {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly state: 'pending' | 'firing';
};

/** A real Prometheus that looks every second. */
export type Prometheus = HttpServer & {
  readonly alerts: () => Promise<readonly Alert[]>;
  /** Resolves to the alerts once they are `enough`, or after a minute to those that there are. */
  readonly waitForAlerts: (enough: (alerts: readonly Alert[]) => boolean) => Promise<readonly Alert[]>;
  /** The series of an instant query. */
  readonly query: (expression: string) => Promise<readonly unknown[]>;
};

/** Starts it in a folder, with groups of rules and with what it scrapes by the name of its job. */
export async function startPrometheus(
  folder: string,
  rules: object,
  targets: Readonly<Record<string, string>>,
): Promise<Prometheus> {
  await mkdir(folder);
  const path = (name: string): string => join(folder, name);
  const configuration = {
    global: { scrape_interval: '1s', evaluation_interval: '1s' },
    rule_files: ['rules.yaml'],
    scrape_configs: Object.entries(targets).map(([name, url]) => ({
      job_name: name,
      // What is pushed says itself of which cluster it is.
      honor_labels: true,
      static_configs: [{ targets: [new URL(url).host] }],
    })),
  };
  await writeFile(path('prometheus.yaml'), stringify(configuration));
  await writeFile(path('rules.yaml'), stringify(rules));
  const server = await startServer(await buildPrometheus(), (address) => [
    `--config.file=${path('prometheus.yaml')}`,
    `--storage.tsdb.path=${path('data')}`,
    `--web.listen-address=${address}`,
    '--log.level=error',
  ]);
  return { ...server, ...asking(server.url) };
}

function asking(url: string): Omit<Prometheus, keyof HttpServer> {
  const ask = async (path: string): Promise<unknown> => {
    const answer = (await (await fetch(`${url}/api/v1/${path}`)).json()) as { status: string; data: unknown };
    if (answer.status !== 'success') throw new Error(`${path}: ${JSON.stringify(answer)}`);
    return answer.data;
  };
  const alerts = async () => ((await ask('alerts')) as { alerts: Alert[] }).alerts;
  return {
    alerts,
    waitForAlerts: async (enough) => {
      for (let waited = 0; ; waited += 200) {
        const found = await alerts();
        if (enough(found) || waited > 60_000) return found;
        await delay(200);
      }
    },
    query: async (expression) => {
      const found = await ask(`query?query=${encodeURIComponent(expression)}`);
      return (found as { result: unknown[] }).result;
    },
  };
}

/** A real kube-state-metrics that watches what its metrics on Jobs are made of. */
export async function startKubeStateMetrics(kubeconfigPath: string): Promise<HttpServer> {
  return startServer(await buildKubeStateMetrics(), (address) => {
    const { hostname, port } = new URL(`http://${address}`);
    return [
      `--kubeconfig=${kubeconfigPath}`,
      '--resources=cronjobs,jobs,pods',
      `--host=${hostname}`,
      `--port=${port}`,
      '--telemetry-host=127.0.0.1',
      '--telemetry-port=0',
    ];
  });
}
