import { lookup } from 'node:dns/promises';
import type { ObjectReader } from '../domain/index.ts';
import {
  type AnswerRequest,
  createCryptoAnswers,
  createInventoryReader,
  createKubernetesAnswers,
  createNetAnswers,
  createOciAnswers,
  createSnapshot,
  type FindImageRegistry,
  readInventoryFrom,
  readInventoryOf,
  recordAnswers,
  replayAnswers,
  type Snapshot,
  toAnswerRequest,
  toHostCapabilities,
} from '../engine/index.ts';
import type { EmbeddedEvaluatorOptions } from '../evaluation/embedded/index.ts';
import type { KubernetesClient } from '../kubernetes/index.ts';
import { createKubernetesObjectReader } from '../sources/kubernetes/index.ts';
import type { HostCallSession } from './host-call-session.ts';

export type CapabilityParts = {
  /** Where policies read objects from: the cluster, or the manifests. */
  readonly objects: ObjectReader;
  readonly findImageRegistry: FindImageRegistry;
  /** Nothing may be asked of the network but what `objects` does. */
  readonly offline: boolean;
  readonly now: () => Date;
  /** Where what policies are told is kept or comes from; undefined if nobody asked for that. */
  readonly session?: Pick<HostCallSession, 'record' | 'replay'> | undefined;
};

export type EngineCapabilities = Pick<EmbeddedEvaluatorOptions, 'hostCapabilities' | 'readInventory'>;

/**
 * What the engine of this process does for policies, of files and of live clusters alike; the result is spread into the options
 * of createEmbeddedEvaluator. Whatever policies read of a cluster is read once per call of this function, so it is called once
 * per scan.
 */
export function createHostCapabilities(parts: CapabilityParts): EngineCapabilities {
  const { record, replay } = parts.session ?? {};
  if (replay !== undefined) return answerWith(replayAnswers(replay.exchanges, replay.name));
  const snapshot = createSnapshot(parts.objects);
  const answer = createAnswers(parts, snapshot);
  const { onProgress } = snapshot;
  if (record !== undefined) return answerWith(recordAnswers(answer, record), onProgress);
  return {
    hostCapabilities: toHostCapabilities(answer, onProgress),
    readInventory: createInventoryReader(readInventoryOf(snapshot)),
  };
}

function answerWith(answer: AnswerRequest, onProgress?: Snapshot['onProgress']): EngineCapabilities {
  return {
    hostCapabilities: toHostCapabilities(answer, onProgress),
    readInventory: createInventoryReader(readInventoryFrom(answer)),
  };
}

function createAnswers(
  { objects, findImageRegistry, offline, now }: CapabilityParts,
  snapshot: Snapshot,
): AnswerRequest {
  return toAnswerRequest({
    ...createKubernetesAnswers(snapshot, objects),
    ...createOciAnswers(findImageRegistry),
    ...createNetAnswers(offline ? undefined : lookUpHost),
    ...createCryptoAnswers(now),
  });
}

export type ClusterCapabilityParts = Omit<CapabilityParts, 'objects' | 'offline'> & {
  readonly client: KubernetesClient;
  /** Objects per page of a LIST; 0 asks for everything at once. */
  readonly pageSize: number;
};

/** createHostCapabilities for a live cluster: policies read its objects with the rights of whoever scans. */
export function createClusterCapabilities({
  client,
  pageSize,
  ...parts
}: ClusterCapabilityParts): EngineCapabilities {
  const objects = createKubernetesObjectReader(client, pageSize);
  return createHostCapabilities({ ...parts, objects, offline: false });
}

async function lookUpHost(host: string): Promise<readonly string[]> {
  const addresses = await lookup(host, { all: true });
  return addresses.map(({ address }) => address);
}
