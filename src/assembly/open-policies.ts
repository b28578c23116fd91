import type { ScanConfig } from '../config/index.ts';
import { AuditError, errorCodes, formatPolicy, type Policy } from '../domain/index.ts';
import type { KubernetesClient } from '../kubernetes/index.ts';
import { createOverlaidPolicySource, createPairedPolicySource, type PolicySource } from '../sources/index.ts';
import type { Surroundings } from './composed-audit.ts';
import { openFilePolicies } from './file-policies.ts';
import type { PolicySet } from './policy-set.ts';

export type PolicySetParts = Pick<Surroundings, 'io' | 'onNotice' | 'onPaired'> & {
  /** Undefined where no cluster is asked. */
  readonly client: KubernetesClient | undefined;
};

/** The policies that the user named. Rejects with an AuditError when a file that the user named cannot be used; lists none. */
export async function openPolicySet(config: ScanConfig, parts: PolicySetParts): Promise<PolicySet> {
  const { policySources, trustRoot } = config;
  const files = policySources.files && (await openFilePolicies(policySources.files, trustRoot, parts));
  if (!policySources.installed && files !== undefined) return files;
  const installed = await openInstalled(config, parts);
  if (files === undefined) return installed;
  return combine({ installed, files }, toSource({ installed, files }, config, parts));
}

function toSource(
  { installed, files }: Both,
  { compare }: Pick<ScanConfig, 'compare'>,
  { onNotice, onPaired }: PolicySetParts,
): PolicySource {
  if (compare === true) {
    const inForce = orNone(installed.source, onNotice);
    return createPairedPolicySource({ installed: inForce, files: files.source }, (pairs) =>
      onPaired?.(pairs),
    );
  }
  return createOverlaidPolicySource({ installed: installed.source, files: files.source }, (policy) => {
    onNotice(`${formatPolicy(policy)} of a file replaces the installed one`);
  });
}

/** Where Kubewarden is not installed, no policy is. */
function orNone(source: PolicySource, onNotice: Surroundings['onNotice']): PolicySource {
  return {
    list: async (signal) => {
      try {
        return await source.list(signal);
      } catch (thrown) {
        if (!(thrown instanceof AuditError) || thrown.code !== errorCodes.kubewardenMissing) throw thrown;
        onNotice(`${thrown.message}, so there is nothing to compare with [${thrown.code}]`);
        return { policies: [], broken: [] };
      }
    },
  };
}

/** Only for policies of a cluster is the client of one loaded. */
async function openInstalled(config: ScanConfig, { client, io }: PolicySetParts): Promise<PolicySet> {
  if (client === undefined) throw new TypeError('installed policies are those of a cluster');
  return (await import('./installed-policies.ts')).openInstalledPolicies(config, client, io);
}

type Both = { readonly installed: PolicySet; readonly files: PolicySet };

function combine({ installed, files }: Both, source: PolicySource): PolicySet {
  const owners = new Map<string, PolicySet>();
  return {
    source,
    findModules: (policy: Policy, signal) => {
      const owner = policy.origin === 'files' ? files : installed;
      owners.set(policy.uniqueName, owner);
      return owner.findModules(policy, signal);
    },
    findImageRegistry: (name) => owners.get(name ?? '')?.findImageRegistry(name),
    close: async () => {
      await Promise.all([installed.close(), files.close()]);
    },
  };
}
