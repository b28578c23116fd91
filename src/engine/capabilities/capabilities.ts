import { type AnswerRequest, toAnswerRequest, toHostCapabilities } from './answers.ts';
import { createCryptoAnswers } from './crypto.ts';
import type { HostCapabilities } from './host-capabilities.ts';
import type { FindImageRegistry } from './image-registry.ts';
import { createInventoryReader, type ReadInventory, readInventoryOf } from './inventory.ts';
import { createKubernetesAnswers } from './kubernetes.ts';
import { createNetAnswers, type LookUpHost } from './net.ts';
import type { ObjectReader } from './object-reader.ts';
import { createOciAnswers } from './oci.ts';
import { readInventoryFrom, recordAnswers, replayAnswers } from './recorded-answers.ts';
import type { Exchange } from './session.ts';
import { createSnapshot, type Snapshot, type SnapshotOptions } from './snapshot.ts';

/** Where what policies ask their host is answered. */
export type CapabilityPorts = Pick<SnapshotOptions, 'leavesSome'> & {
  readonly objects: ObjectReader;
  readonly findImageRegistry: FindImageRegistry;
  /** Undefined where nobody may be asked. */
  readonly lookUpHost: LookUpHost | undefined;
  readonly now: () => Date;
  readonly session?: CapabilitySession | undefined;
};

/** Where what policies are told is kept, or comes from; then nothing else is asked. */
export type CapabilitySession = {
  readonly record: ((exchange: Exchange) => void) | undefined;
  /** Its name is for messages. */
  readonly replay: { readonly exchanges: readonly Exchange[]; readonly name: string } | undefined;
};

/** What the engine does for policies; it is spread into its options. */
export type Capabilities = {
  readonly hostCapabilities: HostCapabilities;
  readonly readInventory: ReadInventory;
};

/** Per call of this function, everything that policies read from a cluster is read once. */
export function createCapabilities(ports: CapabilityPorts): Capabilities {
  const { record, replay } = ports.session ?? {};
  if (replay !== undefined) return answerWith(replayAnswers(replay.exchanges, replay.name));
  const snapshot = createSnapshot(ports.objects, { leavesSome: ports.leavesSome });
  const answer = createAnswers(ports, snapshot);
  const { onProgress } = snapshot;
  if (record !== undefined) return answerWith(recordAnswers(answer, record), onProgress);
  return {
    hostCapabilities: toHostCapabilities(answer, onProgress),
    readInventory: createInventoryReader(readInventoryOf(snapshot)),
  };
}

function answerWith(answer: AnswerRequest, onProgress?: Snapshot['onProgress']): Capabilities {
  return {
    hostCapabilities: toHostCapabilities(answer, onProgress),
    readInventory: createInventoryReader(readInventoryFrom(answer)),
  };
}

function createAnswers(
  { objects, findImageRegistry, lookUpHost, now }: CapabilityPorts,
  snapshot: Snapshot,
): AnswerRequest {
  return toAnswerRequest({
    ...createKubernetesAnswers(snapshot, objects),
    ...createOciAnswers(findImageRegistry),
    ...createNetAnswers(lookUpHost),
    ...createCryptoAnswers(now),
  });
}
