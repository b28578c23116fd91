import { generateKeyPairSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createCertificateAuthority } from '../certificates.ts';
import { freePorts } from '../ports.ts';
import { auditPolicy } from './audit-log.ts';

/** Paths and ports of a control plane that is about to start, and the secrets that were made for it. */
export type ControlPlanePlan = {
  readonly directory: string;
  readonly server: string;
  readonly etcdUrl: string;
  readonly port: number;
  /** PEM. */
  readonly certificateAuthority: string;
  /** Tokens by user name; every one of these users may do everything. */
  readonly tokens: Readonly<Record<ControlPlaneUser, string>>;
  /** Undefined when no audit log is kept. */
  readonly auditLogPath: string | undefined;
};

/**
 * `admin` is in the kubeconfig of people and of the scanner under test. The harness has a user of its own, so that the audit
 * log tells what is measured from what measures.
 */
const users = ['admin', 'harness', 'system:kube-controller-manager'] as const;
type ControlPlaneUser = (typeof users)[number];

/** Writes certificates, keys, tokens and the audit policy into the directory. */
export async function planControlPlane(directory: string, auditLog: boolean): Promise<ControlPlanePlan> {
  const file = (name: string, content: string) => writeFile(join(directory, name), content, { mode: 0o600 });
  const [port, etcdPort] = await freePorts(2);
  const authority = await createCertificateAuthority('test-cluster-ca');
  const serving = await authority.issueServer({ dns: ['localhost'], ip: ['127.0.0.1', '::1'] });
  const { publicKey, privateKey } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'sec1', format: 'pem' },
  });
  const tokens = {
    admin: 'admin-token',
    harness: 'harness-token',
    'system:kube-controller-manager': 'controller-manager-token',
  };
  await Promise.all([
    file('ca.crt', authority.cert),
    file('server.crt', serving.cert),
    file('server.key', serving.key),
    file('service-account.pub', publicKey),
    file('service-account.key', privateKey),
    file('tokens.csv', users.map((user) => `${tokens[user]},${user},${user},system:masters\n`).join('')),
    file('audit-policy.json', JSON.stringify(auditPolicy)),
  ]);
  return {
    directory,
    port: port!,
    server: `https://127.0.0.1:${port}`,
    etcdUrl: `http://127.0.0.1:${etcdPort}`,
    certificateAuthority: authority.cert,
    tokens,
    auditLogPath: auditLog ? join(directory, 'audit.log') : undefined,
  };
}

export function etcdArgs({ directory, etcdUrl }: ControlPlanePlan): string[] {
  return [
    `--data-dir=${join(directory, 'etcd')}`,
    '--unsafe-no-fsync',
    `--listen-client-urls=${etcdUrl}`,
    `--advertise-client-urls=${etcdUrl}`,
    '--listen-peer-urls=http://127.0.0.1:0',
    // A bench stores 100,000 objects of 7 KB and more than one revision of each.
    `--quota-backend-bytes=${8 * 1024 ** 3}`,
    '--log-level=warn',
  ];
}

export function apiServerArgs(plan: ControlPlanePlan, extraFlags: readonly string[]): string[] {
  const file = (name: string) => join(plan.directory, name);
  return [
    `--etcd-servers=${plan.etcdUrl}`,
    `--cert-dir=${file('apiserver')}`,
    '--bind-address=127.0.0.1',
    `--secure-port=${plan.port}`,
    // A documentation address that nothing connects to: without it, a machine without a default route could not start.
    '--advertise-address=192.0.2.1',
    '--endpoint-reconciler-type=none',
    `--tls-cert-file=${file('server.crt')}`,
    `--tls-private-key-file=${file('server.key')}`,
    '--service-cluster-ip-range=10.96.0.0/16',
    `--service-account-issuer=${plan.server}`,
    `--service-account-key-file=${file('service-account.pub')}`,
    `--service-account-signing-key-file=${file('service-account.key')}`,
    `--token-auth-file=${file('tokens.csv')}`,
    '--authorization-mode=RBAC',
    '--disable-admission-plugins=ServiceAccount',
    '--allow-privileged=true',
    ...(plan.auditLogPath === undefined
      ? []
      : [
          `--audit-policy-file=${file('audit-policy.json')}`,
          `--audit-log-path=${plan.auditLogPath}`,
          '--audit-log-maxsize=100000',
        ]),
    ...extraFlags,
  ];
}

export function controllerManagerArgs(kubeconfigPath: string): string[] {
  return [
    `--kubeconfig=${kubeconfigPath}`,
    '--controllers=clusterrole-aggregation-controller,namespace-controller,garbage-collector-controller,job-controller',
    '--leader-elect=false',
    '--secure-port=0',
    '--kube-api-qps=500',
    '--kube-api-burst=500',
  ];
}

export type KubeconfigUser = { readonly name: string; readonly token: string };

/** A kubeconfig with one context, `test-cluster`. */
export function kubeconfig(
  { server, certificateAuthority }: Pick<ControlPlanePlan, 'server' | 'certificateAuthority'>,
  user: KubeconfigUser,
): string {
  const context = 'test-cluster';
  const document = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': context,
    clusters: [
      {
        name: context,
        cluster: {
          server,
          'certificate-authority-data': Buffer.from(certificateAuthority).toString('base64'),
        },
      },
    ],
    users: [{ name: user.name, user: { token: user.token } }],
    contexts: [{ name: context, context: { cluster: context, user: user.name } }],
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}
