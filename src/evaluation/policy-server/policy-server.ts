import type { Dispatcher } from 'undici';
import { AuditError, type EvaluationOutcome, errorCodes, type Policy } from '../../domain/index.ts';
import { exchange, type TlsSettings } from '../../net/index.ts';
import type { PolicyEvaluator, Review } from '../index.ts';
import { interpretAnswer } from './answer.ts';
import { createDispatchers, type Dispatchers } from './dispatchers.ts';
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
  /** True spreads nothing: kube-proxy chooses a replica per connection. For measuring only. */
  readonly reuseConnections?: boolean;
};

/** A policy server that is ready to be asked. `path` lacks the policy's unique name. */
type Target = { readonly server: PolicyServer; readonly path: string; readonly dispatcher: Dispatcher };

/** Asks policy servers over HTTPS, by default with a new connection for each evaluation so that all replicas get their share. */
export function createPolicyServerEvaluator(options: PolicyServerEvaluatorOptions): PolicyEvaluator {
  return new PolicyServerEvaluator(options);
}

class PolicyServerEvaluator implements PolicyEvaluator {
  readonly #options: Required<PolicyServerEvaluatorOptions>;
  readonly #dispatchers: Dispatchers;
  readonly #targets = new Map<string, Target | AuditError>();

  constructor(options: PolicyServerEvaluatorOptions) {
    this.#options = { marginMs: 5000, maxAnswerBytes: 4 * 2 ** 20, reuseConnections: false, ...options };
    this.#dispatchers = createDispatchers({ ...this.#options, connectTimeoutMs: this.#options.marginMs });
  }

  async prepare(policies: readonly Policy[], signal: AbortSignal): Promise<ReadonlyMap<string, AuditError>> {
    const locate = await this.#options.resolve(signal);
    for (const name of new Set(policies.map(({ policyServer }) => policyServer)))
      this.#targets.set(name, this.#toTarget(name, locate(name)));
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
    const { server, dispatcher } = target;
    const { uniqueName } = policy;
    const deadlineMs = policy.timeoutSeconds * 1000 + marginMs;
    const path = target.path + encodeURIComponent(uniqueName);
    const request = { origin: server.url.origin, path, body: review.body, deadlineMs, maxAnswerBytes };
    try {
      const answer = await exchange(dispatcher, request, signal);
      return interpretAnswer(answer, { policy: uniqueName, object: review.object, server: server.name }, now);
    } catch (thrown) {
      if (signal.aborted) throw thrown;
      return {
        verdict: 'errored',
        error: toTransportError(thrown, { server, deadlineMs, maxAnswerBytes, now }),
      };
    }
  }

  close(): Promise<void> {
    return this.#dispatchers.close();
  }

  #toTarget(name: string, url: URL | AuditError): Target | AuditError {
    if (url instanceof AuditError) return url;
    const path = `${url.pathname.replace(/\/+$/, '')}/audit/`;
    return { server: { name, url }, path, dispatcher: this.#dispatchers.to(url) };
  }

  #targetOf({ policyServer }: Policy): Target | AuditError {
    return (
      this.#targets.get(policyServer) ??
      new AuditError(errorCodes.internal, `policy server "${policyServer}" was asked before it was prepared`)
    );
  }
}
