import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export type EngineRun = {
  readonly module: string;
  readonly settings?: object;
  readonly inventory?: string;
  readonly review: string;
  readonly workers: number;
  readonly evaluations: number;
  /** How many come before those that count; a tenth by default. */
  readonly warmUp?: number;
};

export type EngineCost = {
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  readonly peakRssMiB: number;
};

/** One engine in a process of its own that is asked the same question over and over. */
export async function runEngine(specification: EngineRun): Promise<EngineCost> {
  const { stdout } = await run(process.execPath, [
    join(import.meta.dirname, 'engine-run.mjs'),
    JSON.stringify(specification),
  ]);
  return JSON.parse(stdout) as EngineCost;
}

/** As an audit asks about an object. */
export function reviewOf(object: string): string {
  const type = { group: '', version: 'v1' };
  const rest = {
    uid: 'bench',
    kind: { ...type, kind: 'Pod' },
    resource: { ...type, resource: 'pods' },
    name: 'x',
    namespace: 'y',
    operation: 'CREATE',
    userInfo: {},
  };
  return `{"request":${JSON.stringify(rest).slice(0, -1)},"object":${object},"oldObject":null,"options":null}}`;
}

/** As JSON. */
export function aPodOf4KiB(): string {
  const containers = Array.from({ length: 12 }, (_, index) => ({
    name: `container-${index}`,
    image: `registry.example.com/shop/api:${index}`,
    resources: { limits: { memory: '128Mi', cpu: '1' }, requests: { memory: '64Mi', cpu: '100m' } },
    securityContext: { privileged: false, allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
  }));
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'api', padding: '' }, spec: { containers } };
  const text = JSON.stringify(pod);
  return text.replace('"padding":""', `"padding":"${'x'.repeat(4096 - text.length)}"`);
}

export function micros(seconds: number): number {
  return Math.round(seconds * 1e6);
}
