import {
  AuditError,
  type EvaluationOutcome,
  errorCodes,
  type Policy,
  type ServerConnections,
} from '../../domain/index.ts';
import { Connections, createCachingLookup, type TlsSettings, TransportFailure } from '../../net/index.ts';
import type { PolicyEvaluator, Review } from '../index.ts';
import { interpretAnswer } from './answer.ts';
import { Balancing, type BalancingOptions } from './balancing.ts';
import type { PolicyServer } from './server.ts';
import { toTransportError } from './transport-errors.ts';

/** Says where a policy server answers, or why that is not known. */
export type LocatePolicyServer = (policyServer: string) => URL | AuditError;

export type PolicyServerEvaluatorOptions = {
  /** Called by `prepare`, once per run. */
  readonly resolve: (signal: AbortSignal) => Promise<LocatePolicyServer>;
  readonly tls: TlsSettings;
  readonly findProxy: (server: URL) => URL | undefined;
  /** Connections to one policy server at a time. No fewer than the evaluations in flight, or they wait for each other. */
  readonly concurrency: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** For connecting and for the way there and back; an evaluation may take this and the policy's own timeout. */
  readonly marginMs?: number;
  readonly maxAnswerBytes?: number;
  /** Keeps connections to every ready endpoint if possible; by default each evaluation opens its own. */
  readonly balancing?: BalancingOptions | undefined;
  /** Extra headers of each evaluation. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
};

/** A policy server that is ready to be asked. `path` lacks the policy's unique name. */
type Target = { readonly server: PolicyServer; readonly path: string };

/** Asks policy servers so that all replicas get their share: with a new connection for each evaluation, or with some to each of them. */
export function createPolicyServerEvaluator(options: PolicyServerEvaluatorOptions): PolicyEvaluator {
  return new PolicyServerEvaluator(options);
}

class PolicyServerEvaluator implements PolicyEvaluator {
  readonly #options: PolicyServerEvaluatorOptions &
    Required<Pick<PolicyServerEvaluatorOptions, 'marginMs' | 'maxAnswerBytes'>>;
  readonly #connections: Connections;
  readonly #balancing: Balancing | undefined;
  readonly #targets = new Map<string, Target | AuditError>();
  readonly #headers: Readonly<Record<string, string>>;

  constructor(options: PolicyServerEvaluatorOptions) {
    this.#options = { marginMs: 5000, maxAnswerBytes: 4 * 2 ** 20, ...options };
    this.#headers = { 'content-type': 'application/json', ...options.headers };
    const { tls, findProxy, concurrency: most, marginMs: connectTimeoutMs, now, balancing } = this.#options;
    const common = { tls, most, connectTimeoutMs, idleMs: 0, lookup: createCachingLookup({ now }) };
    this.#connections = new Connections((server) => ({ ...common, proxy: findProxy(server) }));
    const throughService = this.#connections.exchange.bind(this.#connections);
    this.#balancing = balancing && new Balancing(balancing, { findProxy, tls, most, throughService });
  }

  async prepare(policies: readonly Policy[], signal: AbortSignal): Promise<ReadonlyMap<string, AuditError>> {
    const locate = await this.#options.resolve(signal);
    for (const name of new Set(policies.map(({ policyServer }) => policyServer)))
      this.#targets.set(name, this.#toTarget(name, locate(name)));
    const servers = [...this.#targets.values()].flatMap((target) =>
      target instanceof AuditError ? [] : [target.server],
    );
    await this.#balancing?.open(servers, signal);
    return new Map(
      policies.flatMap((policy) => {
        const target = this.#targetOf(policy);
        return target instanceof AuditError ? [[policy.uniqueName, target] as const] : [];
      }),
    );
  }

  async evaluate(policy: Policy, review: Review, signal: AbortSignal): Promise<EvaluationOutcome> {
    signal.throwIfAborted();
    const target = this.#targetOf(policy);
    if (target instanceof AuditError) return { verdict: 'errored', error: target };
    const { marginMs, maxAnswerBytes, now } = this.#options;
    const { server } = target;
    const { uniqueName } = policy;
    const headers = this.#headers;
    const deadlineMs = policy.timeoutSeconds * 1000 + marginMs;
    const path = target.path + encodeURIComponent(uniqueName);
    const request = { method: 'POST', origin: server.url.origin, path, headers, body: review.body } as const;
    try {
      const limits = { deadlineMs, maxBodyBytes: maxAnswerBytes, signal };
      const balanced = this.#balancing?.serverOf(server.name);
      const answer = await (balanced ?? this.#connections).exchange(request, limits);
      return interpretAnswer(answer, { policy: uniqueName, object: review.object, server: server.name }, now);
    } catch (thrown) {
      if (signal.aborted || !(thrown instanceof TransportFailure)) throw thrown;
      const error = toTransportError(thrown, { server, deadlineMs, maxAnswerBytes, now });
      return { verdict: 'errored', error };
    }
  }

  connections(): readonly ServerConnections[] | undefined {
    return this.#balancing?.describe();
  }

  async close(): Promise<void> {
    await Promise.all([this.#connections.destroy(), this.#balancing?.close()]);
  }

  #toTarget(name: string, url: URL | AuditError): Target | AuditError {
    if (url instanceof AuditError) return url;
    this.#connections.prepare(url);
    return { server: { name, url }, path: `${url.pathname.replace(/\/+$/, '')}/audit/` };
  }

  #targetOf({ policyServer }: Policy): Target | AuditError {
    return (
      this.#targets.get(policyServer) ??
      new AuditError(errorCodes.internal, `policy server "${policyServer}" was asked before it was prepared`)
    );
  }
}
