import { describe, expect, it } from 'vitest';
import { readAnnotation, readOwner } from '../../../src/sources/metadata.ts';
import { anOwner } from '../../support/builders.ts';

const web = anOwner('apps/v1/ReplicaSet/web');
const other = anOwner('v1/ConfigMap/other', { controller: false });
const written = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web', uid: 'uid-web' };

function read(metadata: unknown) {
  return readOwner(Buffer.from(JSON.stringify({ kind: 'Pod', spec: { metadata: 1 }, metadata })));
}

describe('readOwner', () => {
  it.each([
    ['the controller', [other, web], written],
    ['the first, where none is the controller', [{ ...web, controller: undefined }, other], written],
    ['one without a UID', [{ ...web, uid: undefined }], { ...written, uid: '' }],
    ['what can be read beside what cannot', [{ kind: 'Job' }, 7, null, web], written],
    ['nothing of what has no name', [{ ...web, name: '' }], undefined],
    ['nothing of an empty list', [], undefined],
    ['nothing of what is no list', { 0: web }, undefined],
    ['nothing of null', null, undefined],
  ])('reads %s', (_, ownerReferences, owner) => {
    expect(read({ name: 'web-1', ownerReferences })).toEqual(owner);
  });

  it('takes odd metadata for that of an object without owners', () => {
    expect([read(undefined), read(null), read('text'), read([web])]).toEqual(Array(4).fill(undefined));
  });

  it('reads text that lies in the middle of a page', () => {
    const text = JSON.stringify({ metadata: { ownerReferences: [web] } });
    const page = Buffer.from(`[{},${text}]`);
    expect(readOwner(page.subarray(4, 4 + text.length))).toEqual(written);
  });
});

describe('an annotation of an object', () => {
  const name = 'example.com/said';
  const read = (text: string): unknown => readAnnotation(Buffer.from(text), name);

  it('is what its metadata says, and nobody else', () => {
    expect(read('{"metadata":{"annotations":{"other":"x","example.com/said":"a: 1"}}}')).toBe('a: 1');
    expect(read('{"metadata":{"annotations":{"example.com\\/said":"slash"}}}')).toBe('slash');
    expect(read('{"spec":{"template":{"metadata":{"annotations":{"example.com/said":"of Pods"}}}}}')).toBe(
      undefined,
    );
    expect(read('{"metadata":{"annotations":{"last":"{\\"example.com/said\\":1}"}}}')).toBe(undefined);
  });

  it('need not be a text in a file, and is none where there are no annotations', () => {
    expect(read('{"metadata":{"annotations":{"example.com/said":[1]}}}')).toEqual([1]);
    expect(read('{"metadata":{"annotations":null,"name":"example.com"}}')).toBe(undefined);
    expect(read('{"metadata":{"name":"example.com"}}')).toBe(undefined);
  });
});
