import { type AuditError, errorCodes, type ServerConnections } from '../../domain/index.ts';
import type { CertificateFacts } from '../../net/index.ts';
import { plural } from '../../text/index.ts';
import { checkExpiry } from './certificate-checks.ts';
import { type Check, failedWith, ok, skipped, warn } from './check.ts';
import { checkEach, notAsked, type PolicyAnswers } from './policy-checks.ts';

/** What became of asking one policy server. */
export type ServerFacts = {
  readonly name: string;
  /** Undefined where its address is not known; `failure` says why. */
  readonly url: URL | undefined;
  readonly failure: AuditError | undefined;
  readonly latencyMs: number;
  /** Whether it claims to know a policy that nobody has. */
  readonly answersToAnything: boolean;
  /** Undefined for plain HTTP, and where it could not be seen. */
  readonly certificate: CertificateFacts | undefined;
  /** Undefined where its policies were not asked. */
  readonly policies: PolicyAnswers | undefined;
  /** Undefined where connections to its endpoints are not asked for, or its address is not known. */
  readonly endpoints?: EndpointFacts | undefined;
};

/** What became of connecting to the endpoints of a policy server. */
export type EndpointFacts = ServerConnections & { readonly strangers: readonly string[] };

export type ServerOptions = {
  readonly now: number;
  /** False with --insecure-skip-tls-verify. */
  readonly verify: boolean;
  readonly kubewardenNamespace: string;
};

/** One policy server: that it answers, its certificate, and its policies. */
export function checkServer(facts: ServerFacts, options: ServerOptions): readonly Check[] {
  return [
    checkAnswer(facts),
    checkServerCertificate(facts, options),
    ...(facts.endpoints === undefined ? [] : [checkEndpoints(facts.endpoints)]),
    checkLoaded(facts, options),
  ];
}

function checkAnswer({ name, url, failure, latencyMs, answersToAnything }: ServerFacts): Check {
  const title = `policy server "${name}"`;
  const isAboutTls = failure !== undefined && certificateCodes.has(failure.code);
  if (failure !== undefined && !isAboutTls) return failedWith(title, failure, { facts: 1 });
  const answers = `${url?.origin ?? ''} answers`;
  if (isAboutTls) return ok(title, `${answers}, but see below`);
  if (!answersToAnything) return ok(title, `${answers} in ${Math.round(latencyMs)} ms`);
  const detail = `${answers}, also for a policy that does not exist: is it a policy server?`;
  return warn(title, { code: errorCodes.answerMalformed, detail });
}

/** Failures that are told where the certificate is, and not where the server is. */
const certificateCodes: ReadonlySet<string> = new Set([
  errorCodes.policyServerCertificateUntrusted,
  errorCodes.clientCertificateRefused,
]);

function checkServerCertificate(
  { name, url, failure, certificate }: ServerFacts,
  options: ServerOptions,
): Check {
  const title = `certificate of "${name}"`;
  if (url?.protocol === 'http:') return skipped(title, 'plain HTTP has none');
  if (failure?.code === errorCodes.policyServerCertificateUntrusted)
    return failedWith(title, failure, { facts: 1 });
  if (certificate === undefined) return skipped(title);
  const code = errorCodes.policyServerCertificateExpiresSoon;
  const fixes = [
    `kubectl -n ${options.kubewardenNamespace} rollout restart deployment kubewarden-controller`,
  ];
  const expiry = checkExpiry(title, certificate, { now: options.now, code, fixes });
  if (options.verify || expiry.result !== 'ok') return expiry;
  const detail = `${expiry.detail}; not verified, because of --insecure-skip-tls-verify`;
  return warn(title, {
    code: errorCodes.policyServerCertificateUntrusted,
    detail,
    fixes: ['give --extra-ca FILE in place of --insecure-skip-tls-verify'],
  });
}

/** That connections to them can be kept. Without them the scan is as good, and costs more. */
function checkEndpoints({ server, mode, reason, endpoints, strangers }: EndpointFacts): Check {
  const title = `endpoints of "${server}"`;
  if (mode === 'per-request') {
    const fixes = ['audit-scanner rbac --connections balanced --missing | kubectl apply -f -'];
    const detail = `one connection per evaluation: ${reason ?? ''}`;
    return warn(title, { code: errorCodes.endpointsUnusable, detail, fixes });
  }
  const ready = `${plural(endpoints, 'endpoint')} ready`;
  if (strangers.length === 0) return ok(title, ready);
  const detail = `${ready}; with the certificate of somebody else: ${strangers.join(', ')}`;
  return warn(title, { code: errorCodes.endpointUntrusted, detail });
}

function checkLoaded(
  { name, failure, policies }: ServerFacts,
  { kubewardenNamespace }: ServerOptions,
): Check {
  const title = `policies of "${name}"`;
  if (failure !== undefined) return skipped(title);
  if (policies === undefined) return notAsked(title);
  const fixes = [`kubectl -n ${kubewardenNamespace} logs deployment/policy-server-${name} --tail=100`];
  return checkEach(title, policies, { verb: 'answer', fixes });
}

export type ClientCertificateOptions = {
  readonly now: number;
  readonly kubewardenNamespace: string;
  /** Undefined where none was given. */
  readonly certificate: CertificateFacts | undefined;
  readonly servers: readonly ServerFacts[];
};

/** The certificate that the scanner shows to policy servers. */
export function checkClientCertificate(options: ClientCertificateOptions): Check {
  const { now, certificate, servers, kubewardenNamespace } = options;
  const title = 'client certificate';
  const refused = servers.find(
    ({ failure }) => failure?.code === errorCodes.clientCertificateRefused,
  )?.failure;
  if (certificate === undefined)
    return refused === undefined ? skipped(title, 'none is given') : failedWith(title, refused);
  // Nothing renews it: the chart makes a new one where there is none.
  const fixes = [
    `kubectl -n ${kubewardenNamespace} delete secret kubewarden-audit-scanner-client-cert`,
    `helm -n ${kubewardenNamespace} upgrade RELEASE CHART --reuse-values`,
  ];
  const code = errorCodes.certificateExpiresSoon;
  const expiry = checkExpiry(title, certificate, { now, code, fixes });
  return refused === undefined || expiry.result === 'fail' ? expiry : failedWith(title, refused);
}
