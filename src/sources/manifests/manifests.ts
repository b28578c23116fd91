import {
  type ApiResource,
  AuditError,
  type AuditedObject,
  compareText,
  errorCodes,
  formatApiVersion,
  formatGroupResource,
  formatLine,
  type InputCoverage,
  parseApiVersion,
  type ResourceOrigin,
} from '../../domain/index.ts';
import type { KnownCluster, Namespace, UnreadInput } from '../index.ts';
import { ApiTypes } from './api-types.ts';
import { type ManifestDocument, parseDocuments } from './documents.ts';
import type { InputPart, ManifestSource } from './input.ts';
import { InputLog } from './input-log.ts';
import { isJsonObject, type ManifestObject, readObjects, toReference } from './objects.ts';
import type { LeftOut } from './walk.ts';

/** Everything that the input holds, ready to be listed. */
export type Manifests = {
  readonly types: readonly ApiResource[];
  /** By group and plural, in the order of namespace and name; an object that stands in the input twice is there twice. */
  readonly objects: ReadonlyMap<string, readonly AuditedObject[]>;
  /** What else is known to be in the cluster, in the same form: it is not audited, and the input wins where both have an object. */
  readonly facts: ReadonlyMap<string, readonly AuditedObject[]>;
  readonly namespaces: readonly Namespace[];
  readonly unread: readonly UnreadInput[];
  readonly input: InputCoverage;
  /** Sentences about what was guessed. */
  readonly notices: readonly string[];
};

export type ManifestOptions = {
  /** For namespaced objects that name none, as kubectl takes it from its flags and context. */
  readonly defaultNamespace: string;
  /** Paths that the user named: what is not a Kubernetes object in one of these is a mistake, and not a stray file. */
  readonly named: readonly string[];
  /** Whether the definitions that charts bring in `crds/` are objects as others are; their types are known in any case. */
  readonly includeCrds?: boolean | undefined;
};

export type ManifestInput = {
  /** What is audited. */
  readonly sources: AsyncIterable<InputPart>;
  /** What is there besides: Namespaces, definitions of types, and what policies may ask for. */
  readonly facts?: AsyncIterable<InputPart> | undefined;
  /** Asked for types and Namespaces that neither of them tells. */
  readonly cluster?: Pick<KnownCluster, 'types' | 'namespaces'> | undefined;
};

/** Parses every source. Never rejects for what is in them: that is `unread`. Rejects with an AuditError where the cluster does. */
export async function loadManifests(
  { sources, facts, cluster }: ManifestInput,
  options: ManifestOptions,
  signal: AbortSignal,
): Promise<Manifests> {
  const loader = new Loader(options);
  // What the input says of a Namespace comes last, and so it counts.
  if (facts !== undefined) await readAll(facts, 'facts', loader);
  await readAll(sources, 'objects', loader);
  if (cluster !== undefined && loader.hasUnknownTypes()) loader.learnTypes(await cluster.types(signal));
  loader.placeObjects();
  const unseen = loader.unseenNamespaces();
  if (cluster !== undefined && unseen.length > 0)
    loader.learnNamespaces(await cluster.namespaces(unseen, signal));
  return loader.finish();
}

type Part = 'objects' | 'facts';

async function readAll(sources: AsyncIterable<InputPart>, part: Part, loader: Loader): Promise<void> {
  for await (const source of sources) {
    if ('error' in source) loader.unread.push(source);
    else if ('reason' in source) loader.leaveOut(source, part);
    else loader.read(source, part);
  }
}

/** What was seen in one source. */
type Found = { objects: number; readonly foreign: ResourceOrigin[] };
type Reading = { readonly source: ManifestSource; readonly part: Part; readonly found: Found };

class Loader {
  readonly #options: ManifestOptions;
  readonly #types = new ApiTypes();
  readonly #kept: Readonly<Record<Part, AuditedObject[]>> = { objects: [], facts: [] };
  /** Objects of types that a definition later in the input may explain. */
  readonly #waiting: { readonly object: ManifestObject; readonly part: Part }[] = [];
  readonly #labelsOfNamespaces = new Map<string, AuditedObject['labels']>();
  readonly unread: UnreadInput[] = [];
  readonly #input = new InputLog();

  constructor(options: ManifestOptions) {
    this.#options = options;
  }

  read(source: ManifestSource, part: Part): void {
    const found: Found = { objects: 0, foreign: [] };
    for (const document of parseDocuments(source, { repeatedKeys: 'take-last' })) {
      if (document instanceof Error) this.#missDocument(source, document);
      else this.#readDocument(document, { source, part, found });
    }
    if (part === 'objects') this.#leaveOutForeign(source.path, found);
  }

  #readDocument(document: ManifestDocument, { source, part, found }: Reading): void {
    for (const read of readObjects(document)) {
      if ('error' in read) this.unread.push({ path: source.path, error: read.error });
      else if ('foreign' in read) found.foreign.push(read.foreign);
      else this.#take(read.object, source, part);
      if ('object' in read) found.objects += 1;
    }
    for (const key of document.repeatedKeys) this.#input.warn(key);
  }

  /** Other files beside the facts need not be readable. */
  leaveOut(leftOut: LeftOut, part: Part): void {
    if (part === 'objects') this.#input.leaveOut(leftOut);
  }

  #missDocument({ path, chart }: ManifestSource, error: AuditError): void {
    if (chart === undefined) this.unread.push({ path, error });
    else this.#input.leaveOut({ path, reason: 'files of a chart that are not YAML', together: true });
  }

  #leaveOutForeign(path: string, { foreign, objects }: Found): void {
    if (this.#options.named.includes(path)) {
      for (const origin of foreign) {
        const message = `${formatLine(origin)}: it is not a Kubernetes object: it has neither apiVersion nor kind`;
        this.unread.push({ path, error: new AuditError(errorCodes.manifestInvalid, message) });
      }
    } else if (objects > 0) {
      const reason = 'a document without apiVersion and kind';
      for (const origin of foreign)
        this.#input.leaveOut({ path: formatLine(origin), reason, together: false });
    } else if (foreign.length > 0) {
      this.#input.leaveOut({ path, reason: 'no apiVersion and kind', together: true });
    }
  }

  #take(object: ManifestObject, { isDefinition, path }: ManifestSource, part: Part): void {
    if (isDefinition !== true || part === 'facts' || this.#options.includeCrds === true) {
      this.#add(object, part);
      return;
    }
    this.#types.learn(object);
    const reason = 'definitions of a chart, used but only audited with --include-crds';
    this.#input.leaveOut({ path, reason, together: true });
  }

  #add(object: ManifestObject, part: Part): void {
    if (object.kind === 'CustomResourceDefinition') this.#types.learn(object);
    if (object.kind === 'Namespace' && object.apiVersion === 'v1')
      this.#labelsOfNamespaces.set(object.name, object.labels);
    const type = this.#types.find(object);
    if (type === undefined) this.#waiting.push({ object, part });
    else this.#keep(object, type, part);
  }

  /** Only the text is kept: of many objects, values would need several times the memory. */
  #keep(object: ManifestObject, resource: ApiResource, part: Part): void {
    const { defaultNamespace } = this.#options;
    const namespace = resource.namespaced ? (object.namespace ?? defaultNamespace) : undefined;
    const { labels, origin, value } = object;
    const complete =
      namespace === undefined || object.namespace !== undefined ? value : withNamespace(value, namespace);
    const json = Buffer.from(JSON.stringify(complete));
    const reference = toReference(object, namespace);
    const perhapsIn = resource.isGuess === true && namespace === undefined ? defaultNamespace : undefined;
    this.#kept[part].push({ resource, reference, labels, json, origin, ...(perhapsIn && { perhapsIn }) });
  }

  hasUnknownTypes(): boolean {
    return this.#waiting.some(({ object }) => this.#types.find(object) === undefined);
  }

  learnTypes(types: readonly ApiResource[]): void {
    this.#types.learnMore(types);
  }

  /** Gives every object that waits for it a type; to be called once, when all is known of types. */
  placeObjects(): void {
    const placed = new Set(
      this.#waiting
        .filter(({ object }) => object.namespace !== undefined)
        .map(({ object }) => typeName(object)),
    );
    for (const { object, part } of this.#waiting) {
      // Who names a namespace for an object of a type takes that type for a namespaced one.
      const type = this.#types.find(object) ?? this.#types.derive(object, placed.has(typeName(object)));
      this.#keep(object, type, part);
    }
  }

  /** The namespaces of the input of which no more is known than the name. */
  unseenNamespaces(): readonly string[] {
    return [...this.#namespaceNames()].filter((name) => !this.#labelsOfNamespaces.has(name));
  }

  learnNamespaces(namespaces: readonly Namespace[]): void {
    for (const { name, labels } of namespaces) this.#labelsOfNamespaces.set(name, labels);
  }

  finish(): Manifests {
    const { objects, facts } = this.#kept;
    return {
      types: this.#types.all(),
      objects: groupByType(objects),
      facts: groupByType(facts),
      namespaces: this.#namespaces(),
      unread: this.unread,
      input: this.#input.describe(objects.length),
      notices: this.#notices(),
    };
  }

  /** Those of the input. */
  #namespaceNames(): ReadonlySet<string> {
    const { objects } = this.#kept;
    return new Set(
      objects.flatMap(({ reference, perhapsIn, resource: { group, kind } }) =>
        group === '' && kind === 'Namespace' ? reference.name : (reference.namespace ?? perhapsIn ?? []),
      ),
    );
  }

  /** With what the facts say of them. */
  #namespaces(): readonly Namespace[] {
    return [...this.#namespaceNames()].sort().map((name) => {
      const labels = this.#labelsOfNamespaces.get(name);
      // The API server gives this label to every namespace.
      const own = { 'kubernetes.io/metadata.name': name };
      return { name, labels: { ...labels, ...own }, ...(labels === undefined && { isNameOnly: true }) };
    });
  }

  #notices(): string[] {
    const guesses = this.#kept.objects
      .map(({ resource }) => resource)
      .filter(({ isGuess }) => isGuess === true);
    const guessed = new Set(guesses.map((type) => `${formatApiVersion(type)} ${type.kind}`));
    return guessed.size === 0
      ? []
      : [
          `nothing defines ${[...guessed].join(', ')}: only policies that cover every type are asked about them; give their CustomResourceDefinitions with --facts`,
        ];
  }
}

function groupByType(objects: readonly AuditedObject[]): Manifests['objects'] {
  const sorted = objects
    .map((object) => ({ object, key: `${object.reference.namespace ?? ''}/${object.reference.name}` }))
    .sort((a, b) => compareText(a.key, b.key))
    .map(({ object }) => object);
  return Map.groupBy(sorted, ({ resource }) => formatGroupResource(resource));
}

function typeName({ apiVersion, kind }: ManifestObject): string {
  return `${parseApiVersion(apiVersion).group}/${kind}`;
}

function withNamespace(value: ManifestObject['value'], namespace: string): object {
  const { metadata } = value;
  return { ...value, metadata: { ...(isJsonObject(metadata) ? metadata : {}), namespace } };
}
