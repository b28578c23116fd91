import { formatPolicy, type Policy, type PolicyPair, uniqueNameOf } from '../domain/index.ts';
import { sortByKind } from './policy-schema.ts';
import type { PolicySource } from './source.ts';

type ListedPolicies = Awaited<ReturnType<PolicySource['list']>>;

type Both = { readonly installed: ListedPolicies; readonly files: ListedPolicies };

/**
 * The policies of a cluster as if those of files were applied to it: where both have one, that of the files, of which `onReplaced` is
 * told. A broken one of the files replaces the installed one, too, because it was meant to.
 */
export function createOverlaidPolicySource(
  sources: { readonly installed: PolicySource; readonly files: PolicySource },
  onReplaced: (policy: Policy) => void,
): PolicySource {
  return {
    async list(signal) {
      const { installed, files } = await listBoth(sources, signal);
      const isReplaced = (policy: Policy): boolean =>
        files.policies.some((file) => isSamePolicy(file, policy)) || isAmong(files.broken, policy);
      for (const policy of installed.policies.filter(isReplaced)) onReplaced(policy);
      return {
        policies: sortByKind([
          ...installed.policies.filter((policy) => !isReplaced(policy)),
          ...files.policies,
        ]),
        broken: [
          ...installed.broken.filter(
            ({ name }) => !files.policies.some((file) => formatPolicy(file) === name),
          ),
          ...files.broken,
        ],
      };
    },
  };
}

/**
 * The policies of files, each with the installed one of the same kind, namespace and name, which gets a unique name of its own: the two
 * are asked side by side. `onPaired` gets the pairs.
 */
export function createPairedPolicySource(
  sources: { readonly installed: PolicySource; readonly files: PolicySource },
  onPaired: (pairs: readonly PolicyPair[]) => void,
): PolicySource {
  return {
    async list(signal) {
      const { installed, files } = await listBoth(sources, signal);
      const pairs = files.policies.map((proposed): PolicyPair => {
        const same = installed.policies.find((policy) => isSamePolicy(proposed, policy));
        const broken = installed.broken.find(({ name }) => name === formatPolicy(proposed));
        return { proposed, installed: same === undefined ? broken?.error : withOwnName(same) };
      });
      onPaired(pairs);
      const beside = pairs.flatMap(({ installed: one }) =>
        one === undefined || one instanceof Error ? [] : [one],
      );
      return {
        policies: sortByKind([...beside, ...files.policies]),
        broken: [
          ...installed.broken.filter(({ name }) =>
            files.policies.some((file) => formatPolicy(file) === name),
          ),
          ...files.broken,
        ],
      };
    },
  };
}

/** No name in Kubernetes has an `@`, so it is nobody else's. */
function withOwnName(policy: Policy): Policy {
  return { ...policy, uniqueName: `${policy.uniqueName}@installed` };
}

async function listBoth(
  { installed, files }: { readonly installed: PolicySource; readonly files: PolicySource },
  signal: AbortSignal,
): Promise<Both> {
  const [ofCluster, ofFiles] = await Promise.all([installed.list(signal), files.list(signal)]);
  return { installed: withOrigin(ofCluster, 'installed'), files: withOrigin(ofFiles, 'files') };
}

function withOrigin({ policies, broken }: ListedPolicies, origin: Policy['origin']): ListedPolicies {
  return { policies: policies.map((policy) => ({ ...policy, origin })), broken };
}

function isAmong(broken: ListedPolicies['broken'], policy: Policy): boolean {
  return broken.some(({ name }) => name === formatPolicy(policy));
}

/** A policy of a policies.yml is known by its id, which is the unique name that the controller has given to the installed one. */
function isSamePolicy(file: Policy, installed: Policy): boolean {
  if (formatPolicy(file) === formatPolicy(installed)) return true;
  const isOfServer = file.uniqueName !== uniqueNameOf(file);
  return isOfServer && file.kind === installed.kind && file.uniqueName === installed.uniqueName;
}
