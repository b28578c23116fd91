import { onTestFinished } from 'vitest';
import { AuditError } from '../../../src/domain/errors.ts';
import type { Policy } from '../../../src/domain/policy.ts';
import type { PolicyLog } from '../../../src/engine/engine.ts';
import type { ModuleProgram, PolicyProgram } from '../../../src/engine/program/program.ts';
import {
  createEmbeddedEvaluator,
  type EmbeddedEvaluator,
  type EmbeddedEvaluatorOptions,
} from '../../../src/evaluation/embedded/evaluator.ts';

/** A program of one module, without settings or rights. */
export function single(wasm: Uint8Array, rest: Partial<ModuleProgram> = {}): ModuleProgram {
  return { kind: 'single', wasm, settings: {}, contextAwareResources: [], hostCapabilities: [], ...rest };
}

export type Engine = {
  readonly evaluator: EmbeddedEvaluator;
  /** What `prepare` refused, as code and message by policy. */
  readonly refused: Readonly<Record<string, string>>;
  readonly logs: readonly PolicyLog[];
  /** The answer about an object, or the code and message of the error. */
  readonly ask: (policy: string, object?: unknown, rest?: object) => Promise<unknown>;
};

const never = new AbortController().signal;

/** Starts an engine with these programs, which is closed when the test is over. */
export async function startEngine(
  programs: Readonly<Record<string, PolicyProgram | AuditError>>,
  options: Partial<EmbeddedEvaluatorOptions> = {},
): Promise<Engine> {
  const logs: PolicyLog[] = [];
  const evaluator = createEmbeddedEvaluator({
    programs: ({ uniqueName }) => Promise.resolve(programs[uniqueName]!),
    hostCapabilities: { call: () => Promise.reject(new Error('there is no host')) },
    readInventory: () => Promise.reject(new Error('there is no cluster')),
    workers: 1,
    timeoutMs: 5000,
    onLog: (log) => logs.push(log),
    ...options,
  });
  onTestFinished(() => evaluator.close());
  const refused = await evaluator.prepare(Object.keys(programs).map(policy), never);
  return {
    evaluator,
    logs,
    refused: Object.fromEntries([...refused].map(([name, error]) => [name, describe(error)])),
    ask: async (name, object = { kind: 'Pod' }, rest = {}) => {
      const answer = await evaluator.respond(policy(name), review(object, rest), never);
      return answer instanceof AuditError ? describe(answer) : answer;
    },
  };
}

/** The only part of a policy that the engine looks at. */
function policy(uniqueName: string): Policy {
  return { uniqueName } as Policy;
}

/** As an audit asks about an object, which says that it is a Pod. */
export function review(object: unknown, rest: object = {}): Uint8Array {
  return Buffer.from(JSON.stringify({ request: { ...request, ...rest, object } }));
}

const request = {
  uid: 'u-1',
  kind: { group: '', version: 'v1', kind: 'Pod' },
  resource: { group: '', version: 'v1', resource: 'pods' },
  operation: 'CREATE',
  userInfo: {},
};

/** The text of what a policy gets of such a review. */
export function requestText(object: string): string {
  return `{"kind":{"group":"","kind":"Pod","version":"v1"},"object":${object},"operation":"CREATE","resource":{"group":"","resource":"pods","version":"v1"},"uid":"u-1","userInfo":{}}`;
}

function describe({ code, message }: AuditError): string {
  return `${code} ${message}`;
}
