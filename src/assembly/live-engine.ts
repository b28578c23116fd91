import type { ScanConfig } from '../config/index.ts';
import { digestOf, type Policy } from '../domain/index.ts';
import type { PolicyProgram } from '../engine/index.ts';
import type { PolicyEvaluator } from '../evaluation/index.ts';
import type { Io } from '../host/index.ts';
import type { KubernetesClient } from '../kubernetes/index.ts';
import { createKubernetesObjectReader } from '../sources/kubernetes/index.ts';
import type { Witness } from './composed-audit.ts';
import { createEngine, type EngineParts } from './engine.ts';
import { type HostCallSession, openHostCallSession } from './host-call-session.ts';
import { createHostCapabilities } from './host-capabilities.ts';
import { openInstalledPolicies } from './installed-policies.ts';
import type { PolicySet } from './policy-set.ts';

export type LiveEngineParts = Pick<EngineParts, 'onPolicyLog' | 'instruments' | 'threads'> & {
  readonly witness?: Witness | undefined;
  readonly client: KubernetesClient;
  readonly io: Io;
  /** What it runs; by default the policies of the cluster. The caller closes it. */
  readonly policies?: PolicySet | undefined;
};

export type LiveEngine = {
  readonly evaluator: PolicyEvaluator;
  /** What tells the program of a policy from every other one; known where results are reused. */
  readonly digestOf: (policy: Policy) => string | undefined;
  /** Resolves to why what was recorded could not be kept, or to undefined. */
  readonly finish: HostCallSession['finish'];
  readonly close: () => Promise<void>;
};

/** The engine of this process for a live cluster; the policies of that run each under the terms of its PolicyServer. */
export async function createLiveEngine(
  config: ScanConfig,
  { client, io, onPolicyLog, policies, instruments, witness, threads }: LiveEngineParts,
): Promise<LiveEngine> {
  const session = await openHostCallSession(config.hostCalls);
  const own = policies ?? (await openInstalledPolicies(config, client, io));
  const { findModules, findImageRegistry } = own;
  const capabilities = createHostCapabilities({
    // Policies read the objects of the cluster with the permissions of the user.
    objects: createKubernetesObjectReader(client, config.limits.pageSize),
    offline: false,
    findImageRegistry,
    now: () => new Date(io.now()),
    session,
  });
  const digests = new Map<string, string>();
  const onProgram = (policy: Policy, program: PolicyProgram): void => {
    if (config.reuse !== undefined) digests.set(policy.uniqueName, digestProgram(program));
    witness?.onProgram(policy, program);
  };
  const evaluator = createEngine({
    capabilities,
    findModules,
    onProgram,
    onPolicyLog,
    instruments,
    threads,
  });
  return {
    evaluator,
    digestOf: ({ uniqueName }) => digests.get(uniqueName),
    finish: session.finish,
    close: async () => {
      await Promise.all([evaluator.close(), policies === undefined ? own.close() : undefined]);
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
