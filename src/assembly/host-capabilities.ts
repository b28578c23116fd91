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
  type ImageRegistry,
  type ImageVerification,
  readInventoryFrom,
  readInventoryOf,
  recordAnswers,
  replayAnswers,
  type Snapshot,
  toAnswerRequest,
  toHostCapabilities,
} from '../engine/index.ts';
import type { EmbeddedEvaluatorOptions } from '../evaluation/embedded/index.ts';
import type { Images } from '../modules/index.ts';
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

async function lookUpHost(host: string): Promise<readonly string[]> {
  const addresses = await lookup(host, { all: true });
  return addresses.map(({ address }) => address);
}

/** What policies may ask about images, answered by the registries themselves. */
export function toImageRegistry({ manifest, manifestAndConfig, verify }: Images): ImageRegistry {
  return {
    manifestDigest: async (image, signal) => (await manifest(image, signal)).digest,
    manifest: async (image, signal) => (await manifest(image, signal)).bytes,
    manifestAndConfig,
    verify: async (request, signal) => {
      if (request.type !== 'SigstorePubKeyVerify') throw notSupported(request);
      if (request.pub_keys.length === 0) throw new Error('Must provide at least one pub key');
      return verify(request, signal);
    },
  };
}

function notSupported({ image, type }: ImageVerification): Error {
  return new Error(
    `${image} cannot be verified here: ${type} is not supported, only signatures made with a key pair are`,
  );
}
