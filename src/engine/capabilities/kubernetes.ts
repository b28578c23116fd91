import {
  findBrokenRequirement,
  type LabelSelector,
  matchesSelector,
  parseLabelSelector,
} from '../../text/index.ts';
import type { Answers } from './answers.ts';
import { pruneObject } from './field-mask.ts';
import { readFieldSelector } from './field-selector.ts';
import { createKeptAnswers, type KeepAnswer } from './kept-answers.ts';
import type { ObjectReader, ObjectType, ReadableObject } from './object-reader.ts';
import type { HostRequest } from './requests.ts';
import type { Snapshot } from './snapshot.ts';

type KubernetesRequest = HostRequest<
  | 'KubernetesListResourceNamespace'
  | 'KubernetesListResourceAll'
  | 'KubernetesGetResource'
  | 'KubernetesGetResourcePluralName'
  | 'KubernetesCanI'
>;

const maxKeptBytes = 128 * 2 ** 20;

/**
 * What policies ask about a cluster. Objects come from the snapshot of the scan, whether or not the policy wants them from a
 * cache; only access reviews are repeated if it says so.
 */
export function createKubernetesAnswers(
  snapshot: Snapshot,
  reader: Pick<ObjectReader, 'canI'>,
): Pick<Answers, KubernetesRequest['type']> {
  const keep = createKeptAnswers(maxKeptBytes);
  const kept = <Request extends KubernetesRequest>(
    answer: (request: Request, signal: AbortSignal) => Promise<Uint8Array>,
  ) => keepAnswers(keep, answer);
  const canI = (request: HostRequest<'KubernetesCanI'>, signal: AbortSignal): Promise<Uint8Array> =>
    reviewAccess(reader, request, signal);
  const keptCanI = kept(canI);
  return {
    KubernetesListResourceNamespace: kept(
      async (request: HostRequest<'KubernetesListResourceNamespace'>, signal) => {
        const type = await snapshot.findType(typeNameOf(request), signal);
        if (!type.namespaced)
          throw new Error(
            `resource ${formatType(request)} is cluster wide. Cannot search for it inside of a namespace`,
          );
        return list(snapshot, { type, request, namespace: request.namespace }, signal);
      },
    ),
    KubernetesListResourceAll: kept(async (request: HostRequest<'KubernetesListResourceAll'>, signal) => {
      const type = await snapshot.findType(typeNameOf(request), signal);
      return list(snapshot, { type, request, namespace: undefined }, signal);
    }),
    KubernetesGetResource: kept((request: HostRequest<'KubernetesGetResource'>, signal) =>
      getObject(snapshot, request, signal),
    ),
    KubernetesGetResourcePluralName: async (request, signal) => {
      const { resource } = await snapshot.findType(typeNameOf(request), signal);
      return Buffer.from(JSON.stringify(resource));
    },
    KubernetesCanI: (request, signal) =>
      request.disable_cache ? canI(request, signal) : keptCanI(request, signal),
  };
}

function keepAnswers<Request extends KubernetesRequest>(
  keep: KeepAnswer,
  answer: (request: Request, signal: AbortSignal) => Promise<Uint8Array>,
): (request: Request, signal: AbortSignal) => Promise<Uint8Array> {
  return (request, signal) => keep(JSON.stringify(request), () => answer(request, signal));
}

type Named = { readonly api_version: string; readonly kind: string };

function typeNameOf({ api_version: apiVersion, kind }: Named): { apiVersion: string; kind: string } {
  return { apiVersion, kind };
}

function formatType({ api_version: apiVersion, kind }: Named): string {
  return `${apiVersion}/${kind}`;
}

type Listing = {
  readonly type: ObjectType;
  readonly request: HostRequest<'KubernetesListResourceNamespace' | 'KubernetesListResourceAll'>;
  readonly namespace: string | undefined;
};

async function list(
  snapshot: Snapshot,
  { type, request, namespace }: Listing,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const labels = readLabelSelector(request.label_selector);
  const fields = readFieldSelector(request.field_selector);
  const { objects } = await snapshot.load(type, { namespace, fieldSelector: fields.remote }, signal);
  const found = objects.filter(
    (object) =>
      (namespace === undefined || object.namespace === namespace) &&
      fields.matches(object) &&
      matchesSelector(labels, object.labels),
  );
  const head = { apiVersion: request.api_version, kind: `${request.kind}List`, metadata: {} };
  return writeList(
    head,
    found.map((object) => prune(object, request.field_masks)),
  );
}

function readLabelSelector(text: string | undefined): LabelSelector | undefined {
  if (text === undefined || text === '') return undefined;
  const broken = findBrokenRequirement(text);
  if (broken !== undefined)
    throw new Error(`unable to parse requirement: "${broken.trim()}" of the label selector "${text}"`);
  return parseLabelSelector(text);
}

function prune({ json }: ReadableObject, paths: readonly string[] | undefined): Uint8Array {
  return paths === undefined ? json : pruneObject(json, paths);
}

function writeList(head: object, items: readonly Uint8Array[]): Uint8Array {
  const start = Buffer.from(`${JSON.stringify(head).slice(0, -1)},"items":[`);
  const parts = items.flatMap((item, index) => (index === 0 ? [item] : [comma, item]));
  return Buffer.concat([start, ...parts, end]);
}

const comma = Buffer.from(',');
const end = Buffer.from(']}');

async function getObject(
  snapshot: Snapshot,
  request: HostRequest<'KubernetesGetResource'>,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const type = await snapshot.findType(typeNameOf(request), signal);
  const { name, namespace } = request;
  if (type.namespaced && namespace === undefined)
    throw new Error(`Resource ${formatType(request)} is namespaced, but no namespace was provided`);
  const object = await snapshot.get(
    type,
    { namespace: type.namespaced ? namespace : undefined, name },
    signal,
  );
  if (object !== undefined) return prune(object, request.field_masks);
  const where = namespace === undefined ? 'None' : `Some(${JSON.stringify(namespace)})`;
  throw new Error(`Cannot find ${formatType(request)} named '${name}' inside of namespace '${where}'`);
}

async function reviewAccess(
  reader: Pick<ObjectReader, 'canI'>,
  { request }: HostRequest<'KubernetesCanI'>,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const { user, groups, resource_attributes: resourceAttributes } = request;
  return Buffer.from(JSON.stringify(await reader.canI({ user, groups, resourceAttributes }, signal)));
}
