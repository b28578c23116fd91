import { lookup } from 'node:dns/promises';
import { toHostCapabilities } from '../evaluation/wasm/capabilities/answers.ts';
import type { HostCapabilities } from '../evaluation/wasm/capabilities/host-capabilities.ts';
import type { ImageRegistry } from '../evaluation/wasm/capabilities/image-registry.ts';
import { createNetAnswers } from '../evaluation/wasm/capabilities/net.ts';
import { createOciAnswers } from '../evaluation/wasm/capabilities/oci.ts';

export type CapabilityParts = {
  /** Undefined where no registry may be asked; then every question about an image is an error. */
  readonly images: ImageRegistry | undefined;
  /** Nothing may be asked of the network. */
  readonly offline: boolean;
};

/** What the engine of this process does for policies, of files and of live clusters alike. */
export function createHostCapabilities({ images, offline }: CapabilityParts): HostCapabilities {
  return toHostCapabilities({
    ...createOciAnswers(images),
    ...createNetAnswers(offline ? undefined : lookUpHost),
  });
}

async function lookUpHost(host: string): Promise<readonly string[]> {
  const addresses = await lookup(host, { all: true });
  return addresses.map(({ address }) => address);
}
