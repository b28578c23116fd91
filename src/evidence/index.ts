export { compareWithResult, findContradictions } from './agreement.ts';
export { type Digest, digestOf, toCanonicalJson } from './canonical.ts';
export type { Difference } from './differences.ts';
export { readStatement } from './read.ts';
export type { Statement } from './schema.ts';
export {
  type DigestedFile,
  type ModuleFacts,
  toStatement,
} from './statement.ts';
