import { z } from 'zod';
import { parseJson } from '../text/index.ts';
import { DownloadError } from './download.ts';
import { digestOf, type Manifest, type Repository } from './registry.ts';

/** Signatures and manifests; the module itself is stored elsewhere. */
const maxBlobBytes = 64 * 2 ** 10;

const encoded = z.record(z.string(), z.base64());
const evidenceSchema = z.object({ manifests: encoded, blobs: encoded });

/** A repository that remembers what it was asked for, and `evidence` as a text to be kept. */
export type RecordedRepository = Repository & { readonly evidence: () => string };

/** What is asked of a registry to verify a module, to be asked again where there is no registry. */
export function recordRepository(repository: Repository): RecordedRepository {
  const manifests: Record<string, string> = {};
  const blobs: Record<string, string> = {};
  const encode = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
  const keep = (version: string, manifest: Manifest): Manifest => {
    manifests[version] = encode(manifest.bytes);
    return manifest;
  };
  return {
    readManifest: async (version, signal) => keep(version, await repository.readManifest(version, signal)),
    findManifest: async (version, signal) => {
      const manifest = await repository.findManifest(version, signal);
      return manifest && keep(version, manifest);
    },
    readBlob: async (digest, signal) => {
      const blob = await repository.readBlob(digest, signal);
      if (blob.length <= maxBlobBytes && !isModule(blob)) blobs[digest] = encode(blob);
      return blob;
    },
    evidence: () => JSON.stringify({ manifests, blobs }),
  };
}

/**
 * The registry as it was then. Nothing in it is trusted: blobs must match their digests, and the caller verifies the signatures
 * as if they came from the registry. Undefined for what is not evidence.
 */
export function replayRepository(evidence: string): Repository | undefined {
  const kept = evidenceSchema.safeParse(parseJson(evidence)).data;
  if (kept === undefined) return undefined;
  const { manifests, blobs } = kept;
  const decode = (from: Readonly<Record<string, string>>, key: string): Buffer | undefined =>
    Object.hasOwn(from, key) ? Buffer.from(from[key] ?? '', 'base64') : undefined;
  const find = (version: string): Manifest | undefined => {
    const bytes = decode(manifests, version);
    if (bytes === undefined) return undefined;
    const digest = digestOf(bytes);
    return version.startsWith('sha256:') && version !== digest ? undefined : { bytes, digest };
  };
  return {
    findManifest: (version) => Promise.resolve(find(version)),
    readManifest: (version) => orNotKept(find(version), 'its manifest'),
    readBlob: (digest) => {
      const blob = decode(blobs, digest);
      return orNotKept(blob !== undefined && digestOf(blob) === digest ? blob : undefined, 'a part of it');
    },
  };
}

function isModule(blob: Uint8Array): boolean {
  return Buffer.from(blob.subarray(0, 4)).equals(Buffer.from('\0asm', 'latin1'));
}

function orNotKept<T>(kept: T | undefined, what: string): Promise<T> {
  return kept === undefined
    ? Promise.reject(new DownloadError(`${what} was not kept`))
    : Promise.resolve(kept);
}
