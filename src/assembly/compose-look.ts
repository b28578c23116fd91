import type { AuditPorts, AuditRequest } from '../audit/index.ts';
import type { ScanConfig } from '../config/index.ts';
import type { Io } from '../host/index.ts';
import { createCollector } from '../sinks/index.ts';
import type { PolicySource } from '../sources/index.ts';
import { composeAudit } from './compose.ts';

/** The scan that is looked at and not run. */
export type ScanLook = {
  /** Where it would look. */
  readonly subject: string;
  readonly ports: AuditPorts;
  readonly request: AuditRequest;
  close(): Promise<void>;
};

/** Builds the very adapters of the scan, so that what is said about it is what it does. Rejects as the scan would. */
export async function composeLook(config: ScanConfig, io: Io, stop: AbortSignal): Promise<ScanLook> {
  const surroundings = {
    io,
    stop,
    observer: { observe: () => undefined },
    sinks: [createCollector({ keep: () => false })] as const,
    onPolicyLog: () => undefined,
    // Its policy is named by a word and no flag.
    tellMissing: () => `there is no policy "${config.policies.include.join(',')}"`,
    onNotice: (text: string) => {
      void io.stderr.write(`${text}\n`);
    },
  };
  const composed = await composeAudit(config, surroundings);
  if (config.files === undefined || config.files.paths.length > 0) return composed;
  const { ports } = composed;
  const { defaultNamespace } = config.files;
  return {
    ...composed,
    subject: config.policySources.files?.paths.join(', ') ?? composed.subject,
    ports: { ...ports, namespaces: createNamespacesOf(ports.policies, defaultNamespace) },
  };
}

/** Without manifests, the namespaces are those that the policies are in. */
function createNamespacesOf(policies: PolicySource, defaultNamespace: string): AuditPorts['namespaces'] {
  const list = async (signal: AbortSignal): Promise<{ name: string; labels: Record<string, string> }[]> => {
    const listed = await policies.list(signal);
    const names = new Set([defaultNamespace, ...listed.policies.flatMap(({ namespace }) => namespace ?? [])]);
    return [...names].sort().map((name) => ({ name, labels: { 'kubernetes.io/metadata.name': name } }));
  };
  return {
    list,
    get: async (name, signal) => (await list(signal)).find((namespace) => namespace.name === name),
  };
}
