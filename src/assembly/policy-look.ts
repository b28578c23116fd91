import type { AuditRequest } from '../audit/index.ts';
import type { AuditError, Policy } from '../domain/index.ts';
import type { Io } from '../host/index.ts';
import type { KubernetesClient } from '../kubernetes/index.ts';
import type { FactPorts } from './cluster-facts.ts';

/** What it takes to tell of policies, without evaluating them. */
export type PolicyLook = {
  readonly ports: FactPorts;
  readonly request: AuditRequest;
  /** Of the cluster whose reports tell of the policies; beside policies of files, why there is none. */
  readonly client: KubernetesClient | AuditError;
  /** Loads a module of a policy by its URL, as far as it is at hand or may be downloaded. Rejects with an AuditError. */
  readonly loadModule: (policy: Policy, url: string, signal: AbortSignal) => Promise<Uint8Array>;
  close(): Promise<void>;
};

export type PolicyLookOptions = {
  /** Whether modules may be downloaded, on the terms on which the policy runs. */
  readonly pull: boolean;
  readonly io: Io;
  readonly signal: AbortSignal;
};
