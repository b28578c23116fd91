import { z } from 'zod';
import { type KubernetesClient, objectPath, requestJson } from '../../kubernetes/index.ts';
import { optional, type PolicyServerSource, policyApi, type ReferredObject } from '../index.ts';
import { readList } from './lists.ts';

/** What a PolicyServer decides about the policies that name it. */
export type PolicyServerTerms = {
  /** What the modules of namespaced policies may ask their host. */
  readonly namespacedPoliciesCapabilities: readonly string[];
  /** Hosts that need not be verified, like `registry.local:5000`. */
  readonly insecureSources: readonly string[];
  /** PEM certificates by host. */
  readonly sourceAuthorities: Readonly<Record<string, readonly string[]>>;
  /** The content of a Docker `config.json`, and the name of the Secret that it is from. */
  readonly imagePullSecret: NamedText | undefined;
  /** A verification config in YAML, and the name of the ConfigMap that it is from. */
  readonly verificationConfig: NamedText | undefined;
};

export type NamedText = { readonly name: string; readonly text: string };

/** The terms of a PolicyServer by its name. Rejects with an Error that says in one line why they cannot be found out. */
export type FindPolicyServerTerms = (name: string, signal: AbortSignal) => Promise<PolicyServerTerms>;

const policyServerSchema = z.object({
  metadata: z.object({ name: z.string() }),
  spec: z.object({
    namespacedPoliciesCapabilities: optional(z.array(z.string())),
    imagePullSecret: optional(z.string()),
    insecureSources: optional(z.array(z.string())),
    sourceAuthorities: optional(z.record(z.string(), z.array(z.string()))),
    verificationConfig: optional(z.string()),
  }),
});

const dataSchema = z.object({ data: optional(z.record(z.string(), z.string())) });

export type PolicyServerTermsOptions = {
  /** Where the policy servers run, and their Secrets and ConfigMaps are. */
  readonly namespace: string;
};

const policyServers = { ...policyApi, resource: 'policyservers', namespace: undefined };

/** The PolicyServers of a live cluster. One without the shape of one refers to nothing; reading its terms says so. */
export function createKubernetesPolicyServerSource(client: KubernetesClient): PolicyServerSource {
  return {
    references: async (signal) => {
      const documents = await readList(client, policyServers, signal);
      const parsed = documents.flatMap((document) => policyServerSchema.safeParse(document).data ?? []);
      return new Map(
        parsed.map(({ metadata: { name }, spec }) => [
          name,
          Object.values(toReferences(spec)).flatMap((reference) => reference ?? []),
        ]),
      );
    },
  };
}

/** Lists the PolicyServers of a live cluster once; what one refers to is read each time. */
export function createPolicyServerTerms(
  client: KubernetesClient,
  { namespace }: PolicyServerTermsOptions,
): FindPolicyServerTerms {
  let reading: Promise<readonly unknown[]> | undefined;
  return async (name, signal) => {
    const documents = await (reading ??= readList(client, policyServers, signal));
    const document = documents.find((candidate) => nameOf(candidate) === name);
    if (document === undefined) throw new Error(`there is no PolicyServer "${name}"`);
    const { error: cause, data } = policyServerSchema.safeParse(document);
    if (cause !== undefined) throw new Error(`PolicyServer "${name}" is malformed`, { cause });
    const { spec } = data;
    const { pullSecret, verificationConfig } = toReferences(spec);
    const read = async (reference: Reference | undefined): Promise<NamedText | undefined> =>
      reference && readReferred(client, { ...reference, namespace }, signal);
    return {
      // Kubewarden's controller grants everything where the field is missing, and nothing where the list is empty.
      namespacedPoliciesCapabilities: spec.namespacedPoliciesCapabilities ?? ['*'],
      insecureSources: spec.insecureSources ?? [],
      sourceAuthorities: spec.sourceAuthorities ?? {},
      imagePullSecret: await read(pullSecret),
      verificationConfig: await read(verificationConfig),
    };
  };
}

/** A text in an object that a PolicyServer names. */
type Reference = ReferredObject & {
  readonly kind: 'Secret' | 'ConfigMap';
  readonly key: string;
  readonly decode: (value: string) => string;
};

async function readReferred(
  client: KubernetesClient,
  { kind, resource, name, namespace, key, decode }: Reference & PolicyServerTermsOptions,
  signal: AbortSignal,
): Promise<NamedText> {
  const named = `${kind} ${namespace}/${name}`;
  const path = objectPath({ group: '', version: 'v1', resource }, { namespace, name });
  const object = await requestJson(client, { method: 'GET', path, signal }).catch((cause: unknown) => {
    throw new Error(
      `its ${named} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    );
  });
  const text = dataSchema.safeParse(object).data?.data?.[key];
  if (text === undefined) throw new Error(`its ${named} has no "${key}"`);
  return { name: named, text: decode(text) };
}

type References = Readonly<Record<'pullSecret' | 'verificationConfig', Reference | undefined>>;

/** An empty name is none. */
function toReferences({
  imagePullSecret,
  verificationConfig,
}: z.infer<typeof policyServerSchema>['spec']): References {
  return {
    pullSecret: imagePullSecret
      ? {
          kind: 'Secret',
          resource: 'secrets',
          name: imagePullSecret,
          key: '.dockerconfigjson',
          decode: (value) => Buffer.from(value, 'base64').toString(),
        }
      : undefined,
    verificationConfig: verificationConfig
      ? {
          kind: 'ConfigMap',
          resource: 'configmaps',
          name: verificationConfig,
          key: 'verification-config',
          decode: (value) => value,
        }
      : undefined,
  };
}

const nameSchema = z.object({ metadata: z.object({ name: z.string() }) });

function nameOf(document: unknown): string | undefined {
  return nameSchema.safeParse(document).data?.metadata.name;
}
