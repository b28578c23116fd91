import type { ScanConfig } from '../config/index.ts';
import { digestOf, type Policy } from '../domain/index.ts';
import type { PolicyProgram } from '../engine/index.ts';
import type { PolicyEvaluator } from '../evaluation/index.ts';
import type { Io } from '../host/index.ts';
import type { KubernetesClient } from '../kubernetes/index.ts';
import { createKubernetesObjectReader } from '../sources/kubernetes/index.ts';
import { createEngine, type EngineParts } from './engine.ts';
import { type HostCallSession, openHostCallSession } from './host-call-session.ts';
import { createHostCapabilities } from './host-capabilities.ts';
import { readVerifyKeyless } from './module-terms.ts';
import { createPolicyServerModules } from './policy-server-modules.ts';

export type LiveEngineParts = Pick<EngineParts, 'onPolicyLog'> & {
  readonly client: KubernetesClient;
  readonly io: Io;
};

export type LiveEngine = {
  readonly evaluator: PolicyEvaluator;
  /** What tells the program of a policy from every other one; known where results are reused. */
  readonly digestOf: (policy: Policy) => string | undefined;
  /** Resolves to why what was recorded could not be kept, or to undefined. */
  readonly finish: HostCallSession['finish'];
  readonly close: () => Promise<void>;
};

/** The engine for the policies of a live cluster, each under the terms of its PolicyServer. */
export async function createLiveEngine(
  config: ScanConfig,
  { client, io, onPolicyLog }: LiveEngineParts,
): Promise<LiveEngine> {
  const session = await openHostCallSession(config.hostCalls);
  const modules = createPolicyServerModules(client, {
    namespace: config.kubewardenNamespace,
    env: io.env,
    verifyKeyless: await readVerifyKeyless(config.trustRoot),
  });
  const capabilities = createHostCapabilities({
    // Policies read the objects of the cluster with the rights of whoever scans.
    objects: createKubernetesObjectReader(client, config.limits.pageSize),
    offline: false,
    findImageRegistry: modules.findImageRegistry,
    now: () => new Date(io.now()),
    session,
  });
  const digests = new Map<string, string>();
  const onProgram = ({ uniqueName }: Policy, program: PolicyProgram): void => {
    if (config.reuse !== undefined) digests.set(uniqueName, digestProgram(program));
  };
  const evaluator = createEngine({
    capabilities,
    findModules: modules.findModules,
    onProgram,
    onPolicyLog,
  });
  return {
    evaluator,
    digestOf: ({ uniqueName }) => digests.get(uniqueName),
    finish: session.finish,
    close: async () => {
      await Promise.all([evaluator.close(), modules.close()]);
      await session.discard();
    },
  };
}

/** Its modules byte for byte, and what they may ask their host; the rest is in the spec of the policy. */
function digestProgram(program: PolicyProgram): string {
  const modules = program.kind === 'single' ? { '': program } : program.members;
  const parts = Object.entries(modules).map(([name, { wasm, hostCapabilities }]) => [
    name,
    digestOf(wasm),
    hostCapabilities,
  ]);
  return digestOf(JSON.stringify(parts));
}
