import { expect, it } from 'vitest';
import { findPaths } from '../../../../src/commands/scan/paths.ts';

it.each([
  [[], {}, {}, []],
  [['a', '-'], {}, {}, ['a', '-']],
  [['a'], { filename: ['b', 'c'], kustomize: ['k'] }, {}, ['a', 'b', 'c', 'k']],
  [[], {}, { AUDIT_SCANNER_FILENAME: 'b', AUDIT_SCANNER_KUSTOMIZE: '' }, ['b']],
  [[], { filename: ['a'] }, { AUDIT_SCANNER_FILENAME: 'b' }, ['a']],
])('%j with %j and %j is %j', (words, flags, environment, paths) => {
  expect(findPaths(words, flags, environment)).toEqual(paths);
});
