import { loadManifests } from '../../../src/sources/manifests/manifests.ts';
import { createManifestSources } from '../../../src/sources/manifests/sources.ts';
import type { ObjectReader } from '../../../src/sources/object-reader.ts';

/** The objects of these YAML texts, as policies read them. */
export function readManifests(...texts: readonly string[]): ObjectReader {
  const { reader } = createManifestSources(() =>
    loadManifests(
      { sources: toSources(texts) },
      { defaultNamespace: 'default', named: [] },
      new AbortController().signal,
    ),
  );
  return reader;
}

async function* toSources(texts: readonly string[]) {
  await Promise.resolve();
  for (const [index, text] of texts.entries()) yield { path: `${index}.yaml`, text };
}
