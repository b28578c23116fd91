import { setTimeout as delay } from 'node:timers/promises';
import { createCertificateAuthority } from '../certificates.ts';
import { ApiError, type ApiObject } from '../cluster/api-client.ts';
import type { Cluster } from '../cluster/connection.ts';
import { type PolicyServer, startPolicyServer } from '../policy-server.ts';
import { customTypes, definitions, group, namespaces, type TestObject } from './world.ts';

export type Webhook = {
  /** Never used before, so that no answer is taken for that of another. */
  readonly id: string;
  readonly spec: object;
};

const configurations = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations';

/** Which webhooks a real API server asks about an object. It has the namespaces and types of the world of webhooks meanwhile. */
export class Admission {
  readonly #cluster: Cluster;
  readonly #server: PolicyServer;
  readonly #certificate: string;
  /** `webhook object` to the version in which the API server asked. */
  readonly #seen: ReadonlyMap<string, string>;

  static async start(cluster: Cluster): Promise<Admission> {
    const authority = await createCertificateAuthority();
    const seen = new Map<string, string>();
    const server = await startPolicyServer({
      certificate: await authority.issueServer(),
      recordRequests: false,
      answer: (id, request) => {
        const { metadata } = request.object as ApiObject;
        seen.set(`${id} ${metadata.annotations?.['id'] ?? ''}`, request.resource.version);
        const response = { uid: request.uid, allowed: true };
        const review = { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response };
        return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(review) };
      },
    });
    await createWorld(cluster);
    return new Admission({ cluster, server, certificate: authority.cert, seen });
  }

  private constructor(parts: {
    cluster: Cluster;
    server: PolicyServer;
    certificate: string;
    seen: ReadonlyMap<string, string>;
  }) {
    this.#cluster = parts.cluster;
    this.#server = parts.server;
    this.#certificate = Buffer.from(parts.certificate).toString('base64');
    this.#seen = parts.seen;
  }

  /** Runs `work` while the API server asks these webhooks, in a configuration of this name. */
  async withWebhooks(name: string, webhooks: readonly Webhook[], work: () => Promise<void>): Promise<void> {
    const canary = {
      id: `${name}-canary`,
      spec: {
        rules: [{ apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'], operations: ['CREATE'] }],
        objectSelector: { matchLabels: { canary: name } },
      },
    };
    await this.#cluster.request('POST', configurations, {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingWebhookConfiguration',
      metadata: { name },
      webhooks: [canary, ...webhooks].map(({ id, spec }) => ({
        failurePolicy: 'Ignore',
        ...spec,
        name: `${id}.matching.example.com`,
        clientConfig: {
          url: new URL(`/audit/${id}`, this.#server.url).href,
          caBundle: this.#certificate,
        },
        sideEffects: 'None',
        admissionReviewVersions: ['v1'],
        timeoutSeconds: 30,
      })),
    });
    try {
      await this.#waitFor(canary.id, name);
      await work();
    } finally {
      await this.#cluster.request('DELETE', `${configurations}/${name}`);
    }
  }

  /** Creates the object in a dry run. Answers it as the API server would store it. */
  async create({ type, version, object }: TestObject): Promise<ApiObject> {
    const api = type.group === '' ? `/api/${version}` : `/apis/${type.group}/${version}`;
    const { namespace } = object.metadata;
    const where = namespace === undefined ? '' : `/namespaces/${namespace}`;
    try {
      return await this.#cluster.request('POST', `${api}${where}/${type.plural}?dryRun=All`, object);
    } catch (error) {
      // A Namespace that is there already.
      if (error instanceof ApiError && error.status === 409) return object;
      throw error;
    }
  }

  /** The version in which the API server asked a webhook about the object with this annotation `id`; undefined if it did not. */
  askedIn(webhookId: string, objectId: string): string | undefined {
    return this.#seen.get(`${webhookId} ${objectId}`);
  }

  async close(): Promise<void> {
    const paths = customTypes.map(
      ({ plural }) => `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${plural}.${group}`,
    );
    const spaces = Object.keys(namespaces).map((name) => `/api/v1/namespaces/${name}`);
    await Promise.all([...paths, ...spaces].map((path) => this.#cluster.request('DELETE', path)));
    await this.#server.close();
  }

  async #waitFor(id: string, name: string): Promise<void> {
    for (let tries = 0; tries <= 2_500; tries += 1) {
      await this.#cluster.request('POST', '/api/v1/namespaces/matching-a/configmaps?dryRun=All', {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'canary', labels: { canary: name }, annotations: { id: 'canary' } },
      });
      if (this.askedIn(id, 'canary') !== undefined) return;
      await delay(20);
    }
    throw new Error(`the API server does not ask ${id}`);
  }
}

async function createWorld(cluster: Cluster): Promise<void> {
  const spaces = Object.entries(namespaces).map(([name, labels]) => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, labels },
  }));
  await cluster.apply([...definitions(), ...spaces]);
  // That waits until the new types are served.
  await cluster.apply(
    customTypes.map(({ kind, namespaced }) => ({
      apiVersion: `${group}/v1`,
      kind,
      metadata: { name: 'first', ...(namespaced && { namespace: 'matching-a' }) },
    })),
  );
}
