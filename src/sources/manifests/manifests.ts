import { AuditError, errorCodes } from '../../domain/errors.ts';
import { compareText } from '../../domain/report.ts';
import {
  type ApiResource,
  type AuditedObject,
  formatApiVersion,
  formatGroupResource,
  type ResourceOrigin,
} from '../../domain/resource.ts';
import type { Namespace, UnreadInput } from '../source.ts';
import { ApiTypes } from './api-types.ts';
import { parseDocuments, type SourceText } from './documents.ts';
import { isJsonObject, type ManifestObject, readObjects, toReference } from './objects.ts';

/** Everything that the input holds, ready to be listed. */
export type Manifests = {
  readonly types: readonly ApiResource[];
  /** By group and plural, in the order of namespace and name; an object that stands in the input twice is there twice. */
  readonly objects: ReadonlyMap<string, readonly AuditedObject[]>;
  readonly namespaces: readonly Namespace[];
  readonly unread: readonly UnreadInput[];
  /** Sentences about what was guessed or left out. */
  readonly notices: readonly string[];
};

export type ManifestOptions = {
  /** For namespaced objects that name none, as kubectl takes it from its flags and context. */
  readonly defaultNamespace: string;
  /** Paths that the user named: what is no Kubernetes object in one of these is a mistake, and not a stray file. */
  readonly named: readonly string[];
};

/** Parses every source. Never rejects for what is in them: that is `unread`. */
export async function loadManifests(
  sources: AsyncIterable<SourceText | UnreadInput>,
  options: ManifestOptions,
): Promise<Manifests> {
  const loader = new Loader(options);
  for await (const source of sources) {
    if ('error' in source) loader.unread.push(source);
    else loader.read(source);
  }
  return loader.finish();
}

class Loader {
  readonly #options: ManifestOptions;
  readonly #types = new ApiTypes();
  readonly #objects: AuditedObject[] = [];
  /** Objects of types that a definition later in the input may explain. */
  readonly #waiting: ManifestObject[] = [];
  readonly #labelsOfNamespaces = new Map<string, AuditedObject['labels']>();
  readonly #foreign: string[] = [];
  readonly unread: UnreadInput[] = [];

  constructor(options: ManifestOptions) {
    this.#options = options;
  }

  read(source: SourceText): void {
    for (const document of parseDocuments(source)) {
      if (document instanceof Error) {
        this.unread.push({ path: source.path, error: document });
        continue;
      }
      for (const read of readObjects(document)) {
        if ('object' in read) this.#add(read.object);
        else if ('error' in read) this.unread.push({ path: source.path, error: read.error });
        else this.#addForeign(source.path, read.foreign);
      }
    }
  }

  #addForeign(path: string, { line }: ResourceOrigin): void {
    if (!this.#options.named.includes(path)) {
      this.#foreign.push(path);
      return;
    }
    const message = `${path}:${line}: it is no Kubernetes object: it has neither apiVersion nor kind`;
    this.unread.push({ path, error: new AuditError(errorCodes.manifestInvalid, message) });
  }

  #add(object: ManifestObject): void {
    if (object.kind === 'CustomResourceDefinition') this.#types.learn(object);
    const type = this.#types.find(object);
    if (type === undefined) this.#waiting.push(object);
    else this.#keep(object, type);
  }

  /** Only the text is kept: of many objects, values would need several times the memory. */
  #keep(object: ManifestObject, resource: ApiResource): void {
    const namespace = resource.namespaced ? (object.namespace ?? this.#options.defaultNamespace) : undefined;
    const { labels, origin, value } = object;
    const complete =
      namespace === undefined || object.namespace !== undefined ? value : withNamespace(value, namespace);
    const json = Buffer.from(JSON.stringify(complete));
    this.#objects.push({ resource, reference: toReference(object, namespace), labels, json, origin });
    if (object.kind === 'Namespace' && object.apiVersion === 'v1')
      this.#labelsOfNamespaces.set(object.name, labels);
  }

  finish(): Manifests {
    for (const object of this.#waiting) {
      this.#keep(object, this.#types.find(object) ?? this.#types.guess(object));
    }
    const sorted = this.#objects
      .map((object) => ({ object, key: `${object.reference.namespace ?? ''}/${object.reference.name}` }))
      .sort((a, b) => compareText(a.key, b.key))
      .map(({ object }) => object);
    return {
      types: this.#types.all(),
      objects: Map.groupBy(sorted, ({ resource }) => formatGroupResource(resource)),
      namespaces: this.#namespaces(),
      unread: this.unread,
      notices: this.#notices(),
    };
  }

  #namespaces(): readonly Namespace[] {
    const names = new Set(this.#objects.flatMap(({ reference: { namespace } }) => namespace ?? []));
    for (const name of this.#labelsOfNamespaces.keys()) names.add(name);
    return [...names].sort().map((name) => {
      // The API server gives this label to every namespace.
      const own = { 'kubernetes.io/metadata.name': name };
      return { name, labels: { ...this.#labelsOfNamespaces.get(name), ...own } };
    });
  }

  #notices(): string[] {
    const guessed = this.#types.guessed().map((type) => `${formatApiVersion(type)} ${type.kind}`);
    const stray = [...new Set(this.#foreign)];
    return [
      ...(guessed.length === 0
        ? []
        : [
            `no CustomResourceDefinition in the input describes ${guessed.join(', ')}: taken as namespaced, with the usual plural`,
          ]),
      ...(stray.length === 0
        ? []
        : [`left out, because they hold no Kubernetes objects: ${stray.join(', ')}`]),
    ];
  }
}

function withNamespace(value: ManifestObject['value'], namespace: string): object {
  const { metadata } = value;
  return { ...value, metadata: { ...(isJsonObject(metadata) ? metadata : {}), namespace } };
}
