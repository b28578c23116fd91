import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createApiClient, type SendRequest } from './api-client.ts';
import { type ApplyObjects, createApply } from './apply.ts';
import { type AuditLog, createAuditLog } from './audit-log.ts';
import { type KubeconfigUser, kubeconfig } from './control-plane.ts';

/** What it takes to talk to a running cluster; plain data, so that it can be handed to another process. */
export type ClusterConnection = {
  readonly server: string;
  /** PEM. */
  readonly certificateAuthority: string;
  /** Of the user `admin`, who may do everything. */
  readonly adminToken: string;
  readonly harnessToken: string;
  /** Of the user `admin`. */
  readonly kubeconfigPath: string;
  /** The cluster's own temporary directory; it goes away with the cluster. */
  readonly directory: string;
  readonly auditLogPath: string | undefined;
};

/** A real API server, as tests see it. */
export type Cluster = ClusterConnection & {
  readonly request: SendRequest;
  readonly apply: ApplyObjects;
  /** Makes the ServiceAccount if it is not there. The token is good for an hour. */
  readonly createServiceAccountToken: (namespace: string, name: string) => Promise<string>;
  /** Writes a kubeconfig for the bearer of this token and answers its path. */
  readonly kubeconfigFor: (user: KubeconfigUser) => Promise<string>;
  /** Throws when the cluster was started without an audit log. */
  readonly auditLog: AuditLog;
  /** Closes the harness's own connections; the cluster goes on. */
  readonly disconnect: () => Promise<void>;
};

export function connectCluster(connection: ClusterConnection): Cluster {
  const client = createApiClient({ ...connection, token: connection.harnessToken });
  const apply = createApply(client);
  return {
    ...connection,
    request: client.request,
    apply,
    createServiceAccountToken: async (namespace, name) => {
      await apply([
        { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
        { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } },
      ]);
      const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`;
      const { status } = await client.request<{ status: { token: string } }>('POST', path, {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        spec: {},
      });
      return status.token;
    },
    kubeconfigFor: async (user) => {
      const path = join(connection.directory, `kubeconfig-${randomUUID()}`);
      await writeFile(path, kubeconfig(connection, user), { mode: 0o600 });
      return path;
    },
    auditLog:
      connection.auditLogPath === undefined ? noAuditLog : createAuditLog(connection.auditLogPath, client),
    disconnect: client.close,
  };
}

const noAuditLog: AuditLog = { requests: refuse, reset: refuse };

function refuse(): Promise<never> {
  return Promise.reject(new Error('this cluster was started without auditLog: true'));
}
