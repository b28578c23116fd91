import { z } from 'zod';
import { AuditError, errorCodes } from '../../domain/errors.ts';
import type { KubernetesClient } from '../../kubernetes/client.ts';
import { optional, policyApi } from '../policy-schema.ts';
import { readList } from './lists.ts';

/** What a PolicyServer decides about the policies that name it. */
export type PolicyServerTerms = {
  /** What the modules of namespaced policies may ask their host. */
  readonly namespacedPoliciesCapabilities: readonly string[];
};

/** The terms of a PolicyServer by its name. Rejects with `policyServerTermsUnknown` for one whose terms cannot be kept. */
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

type PolicyServerSpec = z.infer<typeof policyServerSchema>['spec'];

/** Reads the PolicyServers of a live cluster, once. */
export function createPolicyServerTerms(client: KubernetesClient): FindPolicyServerTerms {
  const type = { ...policyApi, resource: 'policyservers', namespace: undefined };
  let reading: Promise<readonly unknown[]> | undefined;
  return async (name, signal) => {
    const documents = await (reading ??= readList(client, type, signal)).catch((thrown: unknown) => {
      signal.throwIfAborted();
      throw unknown(name, thrown instanceof Error ? thrown.message : String(thrown), thrown);
    });
    const document = documents.find((candidate) => nameOf(candidate) === name);
    if (document === undefined) throw unknown(name, `there is no PolicyServer "${name}"`);
    const parsed = policyServerSchema.safeParse(document);
    if (parsed.error !== undefined)
      throw unknown(name, `PolicyServer "${name}" does not have the shape of one`, parsed.error);
    return toTerms(name, parsed.data.spec);
  };
}

const nameSchema = z.object({ metadata: z.object({ name: z.string() }) });

function nameOf(document: unknown): string | undefined {
  return nameSchema.safeParse(document).data?.metadata.name;
}

function toTerms(name: string, spec: PolicyServerSpec): PolicyServerTerms {
  for (const field of [
    'imagePullSecret',
    'insecureSources',
    'sourceAuthorities',
    'verificationConfig',
  ] as const) {
    if (Object.keys(spec[field] ?? {}).length > 0)
      throw unknown(name, `its spec.${field} is not supported by the embedded engine`);
  }
  // Kubewarden's controller grants everything where the field is missing, and nothing where the list is empty.
  return { namespacedPoliciesCapabilities: spec.namespacedPoliciesCapabilities ?? ['*'] };
}

function unknown(name: string, why: string, cause?: unknown): AuditError {
  return new AuditError(
    errorCodes.policyServerTermsUnknown,
    `the policies of policy server "${name}" cannot run here: ${why}`,
    { tries: [`kubectl get policyserver ${name} -o yaml`], cause },
  );
}
