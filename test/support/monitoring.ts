import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, onTestFinished } from 'vitest';
import {
  buildOtlpReceiver,
  buildPromtool,
  buildPushgateway,
  MonitoringUnavailable,
} from '../monitoring/build.mjs';
import { freePorts } from './ports.ts';

const unavailable = await Promise.all([buildPushgateway(), buildOtlpReceiver(), buildPromtool()]).then(
  () => undefined,
  (thrown: unknown) => {
    if (thrown instanceof MonitoringUnavailable) return thrown;
    throw thrown;
  },
);
if (unavailable !== undefined) console.error(`SKIPPED: tests of monitoring, because ${unavailable.message}`);

/** `describe` for tests that need programs of Prometheus; skips them where there is no Go that could build those. */
export const describeWithMonitoring = describe.skipIf(unavailable !== undefined);

/** A real Pushgateway that ends with the test. Resolves to its URL when it answers. */
export async function startPushgateway(): Promise<string> {
  const pushgateway = await startServer(await buildPushgateway(), (address) => [
    `--web.listen-address=${address}`,
    '--log.level=error',
  ]);
  onTestFinished(pushgateway.stop);
  return pushgateway.url;
}

/** A program that serves HTTP on loopback. */
export type HttpServer = { readonly url: string; readonly stop: () => void };

/** Starts a program of Prometheus or like those, with the flags for its address. Resolves when it says that it is ready. */
export async function startServer(
  program: string,
  flagsFor: (address: string) => readonly string[],
): Promise<HttpServer> {
  const [port = 0] = await freePorts(1);
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(program, flagsFor(`127.0.0.1:${port}`), { stdio: 'ignore' });
  const stop = (): void => void child.kill();
  for (let waited = 0; ; waited += 50) {
    // kube-state-metrics has another path for it than the others.
    for (const path of ['/-/ready', '/healthz']) {
      const isReady = await fetch(`${url}${path}`).then(
        ({ ok }) => ok,
        () => false,
      );
      if (isReady) return { url, stop };
    }
    if (waited > 20_000 || child.exitCode !== null) {
      stop();
      throw new Error(`${program} does not answer`);
    }
    await delay(50);
  }
}

export type OtlpReceiver = {
  readonly url: string;
  /** What came as `metrics` or `traces` so far, each request as the JSON form of OTLP. */
  readonly received: (signal: 'metrics' | 'traces') => Promise<readonly unknown[]>;
};

/** A receiver for OTLP over HTTP that ends with the test. */
export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const child = spawn(await buildOtlpReceiver(), { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill());
  const [url] = (await once(createInterface(child.stdout), 'line')) as [string];
  return {
    url,
    received: async (signal) => (await (await fetch(`${url}/v1/${signal}`)).json()) as readonly unknown[],
  };
}
