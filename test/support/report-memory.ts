import { randomUUID } from 'node:crypto';

export type StoredObject = {
  [field: string]: unknown;
  metadata: {
    name: string;
    namespace?: string;
    uid: string;
    resourceVersion: string;
    labels?: Record<string, string>;
    [field: string]: unknown;
  };
};

/** `verb` as RBAC knows it; `path` without the query. */
export type SeenRequest = {
  verb: string;
  path: string;
  query: Readonly<Record<string, string | undefined>>;
  contentType: string | undefined;
  body: unknown;
};

export type Answer = { status: number; body: object };

const typePath =
  /^\/apis\/(?<group>[^/]+)\/(?<version>[^/]+)(?:\/namespaces\/(?<namespace>[^/]+))?\/(?<plural>[^/]+)(?:\/(?<name>[^/]+))?$/;

/** The part of a Kubernetes API server that keeps reports, in memory. */
export class ReportMemory {
  /** Group versions with their plural names. */
  served = new Map([
    ['openreports.io/v1alpha1', ['reports', 'clusterreports']],
    ['wgpolicyk8s.io/v1alpha2', ['policyreports', 'clusterpolicyreports']],
  ]);
  readonly namespaces = new Map<string, 'Active' | 'Terminating'>();
  readonly requests: SeenRequest[] = [];
  /** Verbs that the scanner is not granted. */
  readonly forbidden = new Set<string>();
  /** May answer in place of the server, or change what it holds before it looks at the request. */
  intercept: (request: SeenRequest) => Answer | undefined = () => undefined;
  readonly #objects = new Map<string, StoredObject>();
  #revision = 1000;

  /** Stores an object as somebody else would, under `plural` of its apiVersion. */
  put(
    plural: string,
    object: { apiVersion: string; metadata: { name: string; namespace?: string } },
  ): StoredObject {
    const { apiVersion, metadata } = object;
    const stored = structuredClone(object) as unknown as StoredObject;
    stored.metadata = {
      ...stored.metadata,
      uid: randomUUID(),
      resourceVersion: this.#nextRevision(),
    };
    this.#objects.set(keyOf({ ...splitApiVersion(apiVersion), plural, ...metadata }), stored);
    return stored;
  }

  /** Changes a stored object as somebody else would. */
  touch(name: string, change: (object: StoredObject) => void): void {
    for (const object of this.#objects.values()) {
      if (object.metadata.name !== name) continue;
      change(object);
      object.metadata.resourceVersion = this.#nextRevision();
    }
  }

  remove(name: string): void {
    for (const [key, object] of this.#objects) if (object.metadata.name === name) this.#objects.delete(key);
  }

  get(name: string): StoredObject | undefined {
    return this.objects().find(({ metadata }) => metadata.name === name);
  }

  objects(): StoredObject[] {
    return [...this.#objects.values()];
  }

  /** The verbs of the requests so far, and forgets them. */
  takeVerbs(): string[] {
    return this.requests.splice(0).map(({ verb }) => verb);
  }

  #nextRevision(): string {
    this.#revision += 1;
    return String(this.#revision);
  }

  /** What the server says to a request, which is remembered. */
  answer(request: SeenRequest): Answer {
    this.requests.push(request);
    return this.intercept(request) ?? this.#answer(request);
  }

  #answer(request: SeenRequest): Answer {
    const parts = typePath.exec(request.path)?.groups;
    if (this.forbidden.has(request.verb)) {
      return failure(
        403,
        'Forbidden',
        `User "scanner" cannot ${request.verb} resource "${parts?.['plural']}"`,
      );
    }
    const namespace = /^\/api\/v1\/namespaces\/(?<name>[^/]+)$/.exec(request.path)?.groups?.['name'];
    if (namespace !== undefined) return this.#getNamespace(namespace);
    const groupVersion = /^\/apis\/(?<groupVersion>[^/]+\/[^/]+)$/.exec(request.path)?.groups?.[
      'groupVersion'
    ];
    if (groupVersion !== undefined)
      return this.served.has(groupVersion) ? ok({ kind: 'APIResourceList' }) : pageNotFound;
    if (parts === undefined) return pageNotFound;
    const target = { group: '', version: '', plural: '', ...parts };
    if (this.served.get(`${target.group}/${target.version}`)?.includes(target.plural) !== true)
      return pageNotFound;
    return this.#answerFor(target, request);
  }

  #answerFor(target: Target, request: SeenRequest): Answer {
    switch (request.verb) {
      case 'list':
        return this.#list(target, request);
      case 'create':
        return this.#create(target, request.body as StoredObject);
      case 'deletecollection':
        return this.#deleteCollection(target, request);
      default:
        return this.#answerForOne(target, request);
    }
  }

  #answerForOne(target: Target, { verb, body, contentType }: SeenRequest): Answer {
    const key = keyOf(target);
    const object = this.#objects.get(key);
    if (object === undefined) return failure(404, 'NotFound', `${target.plural} "${target.name}" not found`);
    if (verb === 'get') return ok(object);
    if (verb === 'delete')
      return this.#delete(key, object, body) ?? ok({ kind: 'Status', status: 'Success' });
    if (contentType !== 'application/merge-patch+json') return failure(415, 'UnsupportedMediaType', 'no');
    const { resourceVersion } = (body as { metadata: Partial<StoredObject['metadata']> }).metadata;
    if (resourceVersion !== undefined && resourceVersion !== object.metadata.resourceVersion)
      return failure(409, 'Conflict', 'the object has been modified');
    const patched = mergePatch(object, body) as StoredObject;
    patched.metadata.resourceVersion = this.#nextRevision();
    this.#objects.set(key, patched);
    return ok(patched);
  }

  /** The continue token is the key of the last object of the page. */
  #list(target: Target, { query }: SeenRequest): Answer {
    const start = query['continue'] ?? '';
    const rest = this.#select(target).filter(
      ([key, { metadata }]) =>
        key > start &&
        (query['labelSelector'] ?? '').split(',').every((term) => {
          const [label = '', value] = term.split('=');
          return label === '' || metadata.labels?.[label] === value;
        }),
    );
    const page = rest.slice(0, Number(query['limit'] ?? Infinity));
    const metadata = page.length < rest.length ? { continue: page.at(-1)?.[0] } : {};
    return ok({ kind: 'List', metadata, items: page.map(([, object]) => object) });
  }

  #create(target: Target, object: StoredObject): Answer {
    const { namespace } = target;
    if (namespace !== undefined && !this.namespaces.has(namespace)) {
      return failure(404, 'NotFound', `namespaces "${namespace}" not found`);
    }
    if (namespace !== undefined && this.namespaces.get(namespace) === 'Terminating') {
      return failure(
        403,
        'Forbidden',
        `unable to create new content in namespace ${namespace} because it is being terminated`,
      );
    }
    const key = keyOf({ ...target, name: object.metadata.name });
    if (this.#objects.has(key)) return failure(409, 'AlreadyExists', 'already exists');
    object.metadata = { ...object.metadata, uid: randomUUID(), resourceVersion: this.#nextRevision() };
    this.#objects.set(key, object);
    return { status: 201, body: object };
  }

  #deleteCollection(target: Target, { query, body }: SeenRequest): Answer {
    const [field, name] = (query['fieldSelector'] ?? '').split('=');
    const selected = this.#select(target).filter(
      ([, { metadata }]) => field === '' || metadata.name === name,
    );
    for (const [key, object] of selected) {
      const refusal = this.#delete(key, object, body);
      if (refusal !== undefined) return refusal;
    }
    return ok({ kind: 'List', items: selected.map(([, object]) => object) });
  }

  #delete(key: string, object: StoredObject, body: unknown): Answer | undefined {
    const { preconditions } = (body ?? {}) as { preconditions?: { uid?: string; resourceVersion?: string } };
    const { uid, resourceVersion } = object.metadata;
    const wrong =
      (preconditions?.uid ?? uid) !== uid ||
      (preconditions?.resourceVersion ?? resourceVersion) !== resourceVersion;
    if (wrong) return failure(409, 'Conflict', 'Precondition failed');
    this.#objects.delete(key);
    return undefined;
  }

  #select({ group, version, plural, namespace }: Target): [string, StoredObject][] {
    const prefix = keyOf({ group, version, plural, namespace, name: '' });
    const all = `${group}/${version}/${plural}/`;
    return [...this.#objects]
      .filter(([key]) => key.startsWith(namespace === undefined ? all : prefix))
      .sort(([a], [b]) => (a < b ? -1 : 1));
  }

  #getNamespace(name: string): Answer {
    const phase = this.namespaces.get(name);
    if (phase === undefined) return failure(404, 'NotFound', `namespaces "${name}" not found`);
    const deletionTimestamp = phase === 'Terminating' ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {};
    return ok({ kind: 'Namespace', metadata: { name, ...deletionTimestamp } });
  }
}

type Target = {
  group: string;
  version: string;
  plural: string;
  namespace?: string | undefined;
  name?: string | undefined;
};

/** A Status as the API server sends it with any answer that is not a success. */
export function failure(status: number, reason: string, message: string, metadata: object = {}): Answer {
  return {
    status,
    body: { kind: 'Status', apiVersion: 'v1', metadata, status: 'Failure', message, reason, code: status },
  };
}

const pageNotFound = failure(404, 'NotFound', 'the server could not find the requested resource');

function ok(body: object): Answer {
  return { status: 200, body };
}

function keyOf({ group, version, plural, namespace = '', name = '' }: Target): string {
  return `${group}/${version}/${plural}/${namespace}/${name}`;
}

function splitApiVersion(apiVersion: string): { group: string; version: string } {
  const [group = '', version = ''] = apiVersion.split('/');
  return { group, version };
}

/** RFC 7396. */
function mergePatch(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const isMap = typeof target === 'object' && target !== null && !Array.isArray(target);
  const merged = new Map<string, unknown>(Object.entries(isMap ? target : {}));
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key);
    else merged.set(key, mergePatch(merged.get(key), value));
  }
  return Object.fromEntries(merged);
}

/** A request as RBAC sees it. */
export function toSeenRequest(request: {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string | undefined>>;
  readonly contentType: string | undefined;
  readonly body: string | Uint8Array | undefined;
}): SeenRequest {
  const { method, path, query, contentType, body } = request;
  const isNamed = typePath.exec(path)?.groups?.['name'] !== undefined;
  return {
    verb: verbOf(method, isNamed || !typePath.test(path)),
    path,
    query,
    contentType,
    body: body === undefined || body.length === 0 ? undefined : JSON.parse(String(body)),
  };
}

function verbOf(method: string, isNamed: boolean): string {
  switch (method) {
    case 'GET':
      return isNamed ? 'get' : 'list';
    case 'POST':
      return 'create';
    case 'PATCH':
      return 'patch';
    default:
      return isNamed ? 'delete' : 'deletecollection';
  }
}
