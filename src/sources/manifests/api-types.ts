import { z } from 'zod';
import { type ApiResource, formatApiVersion, parseApiVersion } from '../../domain/index.ts';
import { builtInTypes, listedVerbs } from './built-in-types.ts';
import type { ManifestObject } from './objects.ts';

const definitionSchema = z.object({
  spec: z.object({
    group: z.string(),
    scope: z.enum(['Namespaced', 'Cluster']),
    names: z.object({ plural: z.string(), kind: z.string() }),
    versions: z.array(z.object({ name: z.string(), served: z.boolean().default(true) })),
  }),
});

/** The types of the input: the built-in ones, those that a CustomResourceDefinition in it defines, and the guessed rest. */
export class ApiTypes {
  readonly #types = new Map<string, ApiResource>();

  constructor() {
    for (const type of builtInTypes) this.#add(type);
  }

  /** Learns from a CustomResourceDefinition; one that is malformed teaches nothing. */
  learn({ value }: ManifestObject): void {
    const definition = definitionSchema.safeParse(value).data?.spec;
    if (definition === undefined) return;
    const { group, scope, names, versions } = definition;
    const namespaced = scope === 'Namespaced';
    for (const { name: version, served } of versions) {
      if (!served) continue;
      this.#add({ group, version, resource: names.plural, kind: names.kind, namespaced, verbs: listedVerbs });
    }
  }

  /** Takes over what somebody else knows, but for what is known already. */
  learnMore(types: readonly ApiResource[]): void {
    for (const type of types)
      if (this.find({ apiVersion: formatApiVersion(type), kind: type.kind }) === undefined) this.#add(type);
  }

  /** Undefined where only a guess is possible. */
  find({ apiVersion, kind }: TypeName): ApiResource | undefined {
    return this.#types.get(keyOf(apiVersion, kind));
  }

  /**
   * What a type is that nothing defines in this version: like its other versions, else a guess, with a plural that no other type of
   * its group has. `namespaced` counts for guesses only.
   */
  derive({ apiVersion, kind }: TypeName, namespaced: boolean): ApiResource {
    const { group, version } = parseApiVersion(apiVersion);
    const ofGroup = [...this.#types.values()].filter((type) => type.group === group);
    const sibling = ofGroup.find((type) => type.kind === kind);
    const type = sibling ?? {
      ...{ group, resource: freePlural(kind, ofGroup), kind, namespaced, verbs: listedVerbs },
      isGuess: true,
    };
    const derived = { ...type, version };
    this.#add(derived);
    return derived;
  }

  all(): readonly ApiResource[] {
    return [...this.#types.values()];
  }

  #add(type: ApiResource): void {
    this.#types.set(keyOf(formatApiVersion(type), type.kind), type);
  }
}

type TypeName = { readonly apiVersion: string; readonly kind: string };

function keyOf(apiVersion: string, kind: string): string {
  return `${apiVersion}/${kind}`;
}

function freePlural(kind: string, others: readonly ApiResource[]): string {
  let plural = guessPlural(kind);
  while (others.some(({ resource }) => resource === plural)) plural += 's';
  return plural;
}

/** As Kubernetes itself guesses where it cannot ask. */
function guessPlural(kind: string): string {
  const singular = kind.toLowerCase();
  if (singular.endsWith('endpoints')) return singular;
  if (singular.endsWith('s')) return `${singular}es`;
  return singular.endsWith('y') ? `${singular.slice(0, -1)}ies` : `${singular}s`;
}
