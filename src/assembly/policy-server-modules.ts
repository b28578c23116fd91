import { errorCodes, NoAnswerError, type Policy } from '../domain/index.ts';
import type { FindImageRegistry, ImageRegistry } from '../engine/index.ts';
import type { Io } from '../host/index.ts';
import { grantCommand, isApiStatus, type KubernetesClient, userOf } from '../kubernetes/index.ts';
import {
  anonymous,
  createSecretCredentials,
  type Modules,
  type ModuleTerms,
  openModules,
  parseDockerConfig,
  parseVerificationConfig,
  readSourceSettings,
} from '../modules/index.ts';
import {
  createPolicyServerTerms,
  type FindPolicyServerTerms,
  type PolicyServerTerms,
} from '../sources/kubernetes/index.ts';
import type { FindModules } from './engine.ts';
import { toImageRegistry } from './host-capabilities.ts';
import { createProxyFinder, readDocument } from './module-terms.ts';

export type PolicyServerModules = {
  /** The modules of a policy under the terms of its PolicyServer. */
  readonly findModules: FindModules;
  /** For policies whose modules were found. */
  readonly findImageRegistry: FindImageRegistry;
  readonly close: () => Promise<void>;
};

type Opened = {
  readonly terms: PolicyServerTerms;
  readonly modules: Modules;
  readonly registry: ImageRegistry | undefined;
};

/**
 * Has modules as each PolicyServer would: with its pull secret and not with what the user of this machine may do, and nothing from
 * an earlier run.
 */
export function createPolicyServerModules(
  client: KubernetesClient,
  { namespace, ...surroundings }: PolicyServerSurroundings & { readonly namespace: string },
): PolicyServerModules {
  const findTerms = createPolicyServerTerms(client, { namespace });
  const opened = new Map<string, Promise<Opened>>();
  const registries = new Map<string, ImageRegistry | undefined>();

  return {
    findModules: async (policy: Policy, signal) => {
      const { policyServer, uniqueName, namespace: isNamespaced } = policy;
      const opening =
        opened.get(policyServer) ?? open(policyServer, { ...surroundings, client, findTerms, signal });
      opened.set(policyServer, opening);
      const { terms, modules, registry } = await opening;
      registries.set(uniqueName, registry);
      const { namespacedPoliciesCapabilities } = terms;
      return {
        load: modules.load,
        hostCapabilities: isNamespaced === undefined ? undefined : namespacedPoliciesCapabilities,
      };
    },
    findImageRegistry: (policy) => registries.get(policy ?? ''),
    close: async () => {
      const all = await Promise.allSettled(opened.values());
      await Promise.all(
        all.map(async (one) => {
          if (one.status === 'fulfilled') await one.value.modules.close();
        }),
      );
    },
  };
}

type PolicyServerSurroundings = {
  readonly env: Io['env'];
  readonly verifyKeyless: ModuleTerms['verifyKeyless'];
};

type Opening = PolicyServerSurroundings & {
  readonly client: KubernetesClient;
  readonly findTerms: FindPolicyServerTerms;
  readonly signal: AbortSignal;
};

/** Rejects with `policyServerTermsUnknown` for a PolicyServer whose terms cannot be found out or kept. */
async function open(
  server: string,
  { client, findTerms, env, verifyKeyless, signal }: Opening,
): Promise<Opened> {
  try {
    const terms = await findTerms(server, signal);
    const modules = openModules(
      { ...(await toModuleTerms(terms)), verifyKeyless },
      {
        offline: false,
        findProxy: createProxyFinder(env),
        store: undefined,
      },
    );
    return { terms, modules, registry: modules.images && toImageRegistry(modules.images) };
  } catch (thrown) {
    signal.throwIfAborted();
    throw termsUnknown(server, thrown, client);
  }
}

function termsUnknown(server: string, cause: unknown, client: KubernetesClient): NoAnswerError {
  const why = cause instanceof Error ? cause.message : String(cause);
  const refusal = cause instanceof Error && isApiStatus(cause.cause, 403) ? cause.cause : undefined;
  const granting = refusal && grantCommand(userOf(refusal, client), ['--engine embedded']);
  return new NoAnswerError(
    errorCodes.policyServerTermsUnknown,
    `the policies of policy server "${server}" cannot run here: ${why}`,
    { tries: [granting ?? `kubectl get policyserver ${server} -o yaml`], cause },
  );
}

async function toModuleTerms(terms: PolicyServerTerms): Promise<ModuleTerms> {
  const { imagePullSecret, insecureSources, sourceAuthorities, verificationConfig } = terms;
  const authorities = Object.entries(sourceAuthorities).map(
    ([host, certificates]) => [host, certificates.map((data) => ({ type: 'Data', data }))] as const,
  );
  return {
    sources: await readSourceSettings({
      insecure_sources: insecureSources,
      source_authorities: Object.fromEntries(authorities),
    }),
    findCredentials:
      imagePullSecret === undefined ? () => Promise.resolve(anonymous) : toCredentials(imagePullSecret),
    verification:
      verificationConfig &&
      (await readDocument(
        { path: verificationConfig.name, text: verificationConfig.text },
        parseVerificationConfig,
      )),
  };
}

function toCredentials({ name, text }: NonNullable<PolicyServerTerms['imagePullSecret']>) {
  const config = parseDockerConfig(text);
  if (config === undefined) throw new Error(`${name} contains no Docker configuration`);
  return createSecretCredentials(config);
}
