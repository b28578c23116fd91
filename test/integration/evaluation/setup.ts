import { onTestFinished } from 'vitest';
import { type EvaluationOutcome } from '../../../src/domain/report.ts';
import type { PolicyEvaluator, Review } from '../../../src/evaluation/evaluator.ts';
import {
  createPolicyServerEvaluator,
  type PolicyServerEvaluatorOptions,
} from '../../../src/evaluation/policy-server/policy-server.ts';
import { buildReview } from '../../../src/evaluation/review.ts';
import { createTlsSettings, type TlsOptions } from '../../../src/net/tls.ts';
import { anObject, aPolicy, pods } from '../../support/builders.ts';
import { createCertificateAuthority } from '../../support/certificates.ts';
import { type PolicyServerOptions, startPolicyServer } from '../../support/policy-server.ts';

export const ca = await createCertificateAuthority();
const serverCertificate = await ca.issueServer();

export const never = new AbortController().signal;
export const policy = aPolicy('p');
export const review = buildReview(anObject(pods, 'shop/web', { uid: 'u-1' }), { compat: false });

/** A policy server for one test, with a certificate of the trusted authority. */
export async function serve(options: Partial<PolicyServerOptions> = {}) {
  const server = await startPolicyServer({ certificate: serverCertificate, ...options });
  onTestFinished(() => server.close());
  return server;
}

/** TLS settings that trust the authority of the tests. */
export function trusting(options: Partial<TlsOptions> = {}) {
  return createTlsSettings({
    extraCa: { path: 'ca.crt', pem: Buffer.from(ca.cert) },
    verify: true,
    ...options,
  });
}
const tls = trusting();

/** A prepared evaluator for one test, whose only policy server is at the URL. */
export async function evaluatorFor(
  url: URL,
  options: Partial<PolicyServerEvaluatorOptions> = {},
): Promise<PolicyEvaluator> {
  const evaluator = createPolicyServerEvaluator({
    resolve: () => Promise.resolve(() => url),
    tls,
    findProxy: () => undefined,
    concurrency: 10,
    now: Date.now,
    ...options,
  });
  onTestFinished(() => evaluator.close());
  await evaluator.prepare([policy], never);
  return evaluator;
}

export function evaluate(evaluator: PolicyEvaluator, about: Review = review): Promise<EvaluationOutcome> {
  return evaluator.evaluate(policy, about, never);
}

/** Code and message of an errored outcome; the verdict of any other. */
export function failureOf(outcome: EvaluationOutcome): { code: string; message: string } | string {
  return outcome.verdict === 'errored'
    ? { code: outcome.error.code, message: outcome.error.message }
    : outcome.verdict;
}

/** A review whose body has at least this size. */
export function reviewOfSize(bytes: number): Review {
  const object = anObject(pods, 'shop/web', { uid: 'u-1' });
  const json = Buffer.from(JSON.stringify({ kind: 'Pod', padding: 'x'.repeat(bytes) }));
  return buildReview({ ...object, json }, { compat: false });
}
