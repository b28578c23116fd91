import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { AuditError, errorCodes } from '../../src/domain/errors.ts';
import type { ModuleUse, Policy } from '../../src/domain/policy.ts';
import type { AdmissionResponse } from '../../src/engine/program/admission-response.ts';
import type { ModuleProgram, PolicyProgram } from '../../src/engine/program/program.ts';
import { createEmbeddedEvaluator } from '../../src/evaluation/embedded/evaluator.ts';
import {
  type AnswerFunction,
  type PolicyServer,
  type PolicyServerOptions,
  type RawReply,
  startPolicyServer,
} from './policy-server.ts';

/** A policy server that runs policies. */
export type EngineServer = PolicyServer & {
  /** Loads policies, as the real one does when it starts. One that cannot be loaded answers every question with the reason. */
  load(policies: readonly Policy[]): Promise<void>;
  /** What the policies say; to be given back to a server whose `answer` was replaced. */
  readonly engineAnswer: AnswerFunction;
};

const never = new AbortController().signal;

/** Starts Kubewarden's policy-server as far as an audit sees it: the embedded engine behind HTTPS, with modules from `file://`. */
export async function startEngineServer(options: Omit<PolicyServerOptions, 'answer'>): Promise<EngineServer> {
  const loaded = new Map<string, { readonly policy: Policy; readonly refused: AuditError | undefined }>();
  const evaluator = createEmbeddedEvaluator({
    programs: toProgram,
    hostCapabilities: { call: () => Promise.reject(new Error('this policy server has no capabilities')) },
    readInventory: () => Promise.reject(new Error('this policy server reads no objects')),
    workers: 1,
    // A loaded machine is no reason to time out.
    timeoutMs: 60_000,
  });
  const engineAnswer: AnswerFunction = async (id, request, body) => {
    const found = loaded.get(id);
    if (found === undefined) return undefined;
    if (found.refused !== undefined)
      return toReview(request.uid, { allowed: false, status: { message: found.refused.message, code: 500 } });
    const response = await evaluator.respond(found.policy, Buffer.from(body), never);
    // The HTTP side says `Something went wrong`, as the real one does for what its engine did not survive.
    if (response instanceof AuditError) throw response;
    return toReview(request.uid, response);
  };
  const server = await startPolicyServer({ ...options, answer: engineAnswer });
  return Object.assign(server, {
    engineAnswer,
    load: async (policies: readonly Policy[]) => {
      const refused = await evaluator.prepare(policies, never);
      for (const policy of policies)
        loaded.set(policy.uniqueName, { policy, refused: refused.get(policy.uniqueName) });
    },
    close: async () => {
      await server.stop();
      await evaluator.close();
    },
  });
}

async function toProgram({ uniqueName, execution }: Policy): Promise<PolicyProgram | AuditError> {
  try {
    if (execution === undefined) throw new Error('it names no module');
    if (execution.kind === 'single') return await toModule(execution);
    const members = Object.entries(execution.members);
    const loaded = await Promise.all(
      members.map(async ([name, use]) => [name, await toModule(use)] as const),
    );
    return { ...execution, members: Object.fromEntries(loaded) };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    return new AuditError(errorCodes.moduleUnavailable, `bootstrap failure: ${uniqueName}: ${reason}`, {
      cause,
    });
  }
}

async function toModule(use: ModuleUse): Promise<ModuleProgram> {
  return { ...use, kind: 'single', wasm: await readFile(fileURLToPath(use.module)) };
}

function toReview(uid: string, response: AdmissionResponse): RawReply {
  const { allowed, patchType, patch, status, auditAnnotations = null, warnings = null } = response;
  return {
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      kind: 'AdmissionReview',
      apiVersion: 'admission.k8s.io/v1',
      response: { uid, allowed, patchType, patch, status, auditAnnotations, warnings },
    }),
  };
}
