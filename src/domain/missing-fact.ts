import type { ApiResource } from './resource.ts';

/** What would decide whether a policy is asked about an object, and is not known: a Namespace, or what defines a type. */
export type MissingFact =
  | { readonly kind: 'namespace'; readonly name: string }
  | { readonly kind: 'type'; readonly type: ApiResource };
