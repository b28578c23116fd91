import { lookup } from 'node:dns/promises';
import { AuditError, errorCodes } from '../domain/index.ts';
import {
  type Capabilities,
  type CapabilityPorts,
  createCapabilities,
  type ImageRegistry,
  type ImageVerification,
} from '../engine/index.ts';
import type { Images } from '../modules/index.ts';

export type CapabilityParts = Omit<CapabilityPorts, 'leavesSome' | 'lookUpHost'> & {
  /** Nothing may be asked of the network but what `objects` does. */
  readonly offline: boolean;
};

/**
 * What the engine of this process does for policies, of files and of live clusters alike. Whatever policies read of a cluster is read
 * once per call of this function, so it is called once per scan.
 */
export function createHostCapabilities({ offline, ...ports }: CapabilityParts): Capabilities {
  return createCapabilities({ ...ports, leavesSome, lookUpHost: offline ? undefined : lookUpHost });
}

/** Somebody who may not list everything may still read a part of it. */
function leavesSome(thrown: unknown): boolean {
  const reasons: readonly string[] = [errorCodes.listForbidden, errorCodes.namespaceUnknown];
  return thrown instanceof AuditError && reasons.includes(thrown.code);
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
