import type { Preflight } from '../../assembly/index.ts';
import type { LocatePolicyServer } from '../../evaluation/policy-server/index.ts';
import type { Io } from '../../host/index.ts';
import type { KubernetesClient } from '../../kubernetes/index.ts';
import { type AuditPlan, auditedOf, type SelectedPolicy } from '../../matching/index.ts';
import type { TlsSettings } from '../../net/index.ts';
import { createPolicyServerResolver, createServiceEndpoints } from '../../sources/kubernetes/index.ts';
import { type Check, skipped } from './check.ts';
import type { DoctorConfig } from './options.ts';
import { type ProbeTarget, probeServer } from './probe.ts';
import { checkClientCertificate, checkServer } from './server-checks.ts';

type Surroundings = { readonly io: Io; readonly tls: TlsSettings; readonly signal: AbortSignal };

/** What a scan would do, and the cluster that tells where its policy servers are. */
export type KnownCluster = {
  readonly plan: AuditPlan;
  readonly client: KubernetesClient;
  /** Those of files, if any. */
  readonly policies: Preflight['policies'];
};

/** Every policy server that a scan would ask. Without a plan, that of --policy-server-url. Never rejects for one that does not work. */
export async function diagnoseServers(
  config: DoctorConfig,
  known: KnownCluster | undefined,
  { io, tls, signal }: Surroundings,
): Promise<readonly Check[]> {
  const targets = await findTargets(config, known, signal);
  const servers = await Promise.all(targets.map((target) => probeServer(target, { io, tls }, signal)));
  const options = {
    now: io.now(),
    verify: tls.verify,
    kubewardenNamespace: config.scan.kubewardenNamespace,
  };
  const expiresAt = tls.clientCertificateExpiresAt;
  const certificate = expiresAt === undefined ? undefined : { issuer: '', expiresAt };
  return [
    ...(servers.length === 0
      ? [skipped('policy servers', known === undefined ? 'not checked' : 'no policy needs one')]
      : servers.flatMap((server) => checkServer(server, options))),
    checkClientCertificate({ ...options, certificate, servers }),
  ];
}

async function findTargets(
  { scan, evaluate }: DoctorConfig,
  known: KnownCluster | undefined,
  signal: AbortSignal,
): Promise<readonly ProbeTarget[]> {
  const audited = known === undefined ? [] : auditedOf(known.plan);
  const byServer = Map.groupBy(audited, ({ status }) => status.policy.policyServer);
  const asked = (policies: readonly SelectedPolicy[]) =>
    evaluate && known !== undefined ? policies : undefined;
  const { policyServerUrl, kubewardenNamespace } = scan;
  if (policyServerUrl !== undefined) {
    const [only = policyServerUrl.host, ...others] = byServer.keys();
    const name = others.length === 0 ? only : policyServerUrl.host;
    return [{ name, locate: () => policyServerUrl, policies: asked(audited) }];
  }
  if (known === undefined || audited.length === 0) return [];
  const locate: LocatePolicyServer = await createPolicyServerResolver(known.client, {
    kubewardenNamespace,
  }).resolve(signal);
  const readEndpoints =
    scan.connections && createServiceEndpoints(known.client, { namespace: kubewardenNamespace });
  return [...byServer.keys()]
    .sort()
    .map((name) => ({ name, locate, policies: asked(byServer.get(name) ?? []), readEndpoints }));
}
