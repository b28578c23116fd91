import { lookup } from 'node:dns/promises';
import type { ObjectReader } from '../domain/object-reader.ts';
import { toHostCapabilities } from '../evaluation/wasm/capabilities/answers.ts';
import { createCryptoAnswers } from '../evaluation/wasm/capabilities/crypto.ts';
import type { ImageRegistry } from '../evaluation/wasm/capabilities/image-registry.ts';
import { createInventoryReader, readPartOf } from '../evaluation/wasm/capabilities/inventory.ts';
import { createKubernetesAnswers } from '../evaluation/wasm/capabilities/kubernetes.ts';
import { createNetAnswers } from '../evaluation/wasm/capabilities/net.ts';
import { createOciAnswers } from '../evaluation/wasm/capabilities/oci.ts';
import { createSnapshot } from '../evaluation/wasm/capabilities/snapshot.ts';
import type { EmbeddedEvaluatorOptions } from '../evaluation/wasm/evaluator.ts';
import type { KubernetesClient } from '../kubernetes/client.ts';
import { createKubernetesObjectReader } from '../sources/kubernetes/object-reader.ts';

export type CapabilityParts = {
  /** Where policies read objects from: the cluster, or the manifests. */
  readonly objects: ObjectReader;
  /** Undefined where no registry may be asked; then every question about an image is an error. */
  readonly images: ImageRegistry | undefined;
  /** Nothing may be asked of the network but what `objects` does. */
  readonly offline: boolean;
  readonly now: () => Date;
};

/**
 * What the engine of this process does for policies, of files and of live clusters alike; the result is spread into the options
 * of createEmbeddedEvaluator. Whatever policies read of a cluster is read once per call of this function, so it is called once
 * per scan.
 */
export function createHostCapabilities({
  objects,
  images,
  offline,
  now,
}: CapabilityParts): Pick<EmbeddedEvaluatorOptions, 'hostCapabilities' | 'readInventory'> {
  const snapshot = createSnapshot(objects);
  return {
    hostCapabilities: toHostCapabilities({
      ...createKubernetesAnswers(snapshot, objects),
      ...createOciAnswers(images),
      ...createNetAnswers(offline ? undefined : lookUpHost),
      ...createCryptoAnswers(now),
    }),
    readInventory: createInventoryReader(readPartOf(snapshot)),
  };
}

export type ClusterCapabilityParts = {
  readonly client: KubernetesClient;
  /** Objects per page of a LIST; 0 asks for everything at once. */
  readonly pageSize: number;
  readonly images: ImageRegistry | undefined;
  readonly now: () => Date;
};

/** createHostCapabilities for a live cluster: policies read its objects with the rights of whoever scans. */
export function createClusterCapabilities({
  client,
  pageSize,
  images,
  now,
}: ClusterCapabilityParts): ReturnType<typeof createHostCapabilities> {
  const objects = createKubernetesObjectReader(client, pageSize);
  return createHostCapabilities({ objects, images, offline: false, now });
}

async function lookUpHost(host: string): Promise<readonly string[]> {
  const addresses = await lookup(host, { all: true });
  return addresses.map(({ address }) => address);
}
