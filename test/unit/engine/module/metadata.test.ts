import { expect, it } from 'vitest';
import { readMetadata } from '../../../../src/engine/module/metadata.ts';
import { assemble } from '../../../fixtures/wasm/modules.ts';

const rule = { apiGroups: [''], apiVersions: ['v1'], resources: ['pods'], operations: ['CREATE'] };

it('the metadata of a module say what its policy is about', () => {
  const wasm = assemble('(module)', { rules: [rule], mutating: true, annotations: { title: 't' } });
  expect(readMetadata(wasm)).toEqual({
    rules: [rule],
    mutating: true,
    backgroundAudit: true,
    annotations: { title: 't' },
  });
});

it.each([
  ['other bytes', Buffer.from('PK\u0003\u0004'), 'it is not a WebAssembly module'],
  ['a module without metadata', assemble('(module)', undefined), 'it has no metadata'],
  ['metadata of another shape', assemble('(module)', { rules: 7 }), 'its metadata cannot be read'],
  [
    'metadata without end',
    assemble('(module)', { annotations: { usage: 'x'.repeat(2 ** 20) } }),
    'its metadata is larger than 1048576 bytes',
  ],
])('%s are refused with a reason', (_what, wasm, why) => {
  expect(() => readMetadata(wasm)).toThrow(why);
});
