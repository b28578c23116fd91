export { findConfigFile } from './find.ts';
export { type ConfigEntry, readConfigFile } from './read.ts';
export type { ConfigVocabulary, OtherCommand } from './vocabulary.ts';
