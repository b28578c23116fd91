// One engine, asked the same question over and over: `node engine-run.mjs SPECIFICATION` prints what that cost. A process of its
// own, and plain JavaScript over dist/, so that the operating system counts the engine and nothing else.
import { readFile } from 'node:fs/promises';
import { performance } from 'node:perf_hooks';
import { createEmbeddedEvaluator } from '../../dist/evaluation/embedded/index.js';

const { module, settings, inventory, review, workers, evaluations, warmUp } = JSON.parse(process.argv[2]);
const { signal } = new AbortController();
const wasm = await readFile(module);
const body = Buffer.from(review);
const evaluator = createEmbeddedEvaluator({
  programs: async () => ({
    kind: 'single',
    wasm,
    settings,
    contextAwareResources:
      inventory === undefined ? [] : [{ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding' }],
    hostCapabilities: [],
  }),
  hostCapabilities: { call: () => Promise.reject(new Error('there is no host')) },
  readInventory: async () => toSharedBytes(await readFile(inventory)),
  workers,
  timeoutMs: 60_000,
});
const policy = { uniqueName: 'bench' };
for (const refusal of (await evaluator.prepare([policy], signal)).values()) throw refusal;
await ask(warmUp ?? Math.ceil(evaluations / 10));

const [cpu, start] = [process.cpuUsage(), performance.now()];
await ask(evaluations);
const wallSeconds = (performance.now() - start) / 1000;
const { user, system } = process.cpuUsage(cpu);
const peakRssMiB = process.resourceUsage().maxRSS / 1024;
process.stdout.write(JSON.stringify({ wallSeconds, cpuSeconds: (user + system) / 1e6, peakRssMiB }));
await evaluator.close();

/** A few hundred at once, as an audit asks. */
async function ask(count) {
  for (let left = count; left > 0; left -= 256) {
    const asked = Array.from({ length: Math.min(left, 256) }, () => evaluator.respond(policy, body, signal));
    for (const answer of await Promise.all(asked)) {
      if (!answer.allowed) throw new Error(`unexpected answer: ${JSON.stringify(answer)}`);
    }
  }
}

/** All threads read the same ones. */
function toSharedBytes(bytes) {
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
  shared.set(bytes);
  return shared;
}
