export { parseDocuments, type SourceText } from './documents.ts';
export { type InputPart, readSources } from './input.ts';
export { loadManifests, type Manifests } from './manifests.ts';
export { createFilePolicySource } from './policies.ts';
export { readText } from './read-text.ts';
export { createRenderer } from './render.ts';
export { createManifestSources, type ManifestSources } from './sources.ts';
