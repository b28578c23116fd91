import { describe, expect, it } from 'vitest';
import { isSeal, type StoredVerdict, sealOf } from '../../../src/domain/stored-results.ts';

const verdict: StoredVerdict = { result: 'fail', message: 'no limits' };

describe('a seal', () => {
  it('is the same for the same, in every version of the scanner', () => {
    expect(sealOf('basis', verdict)).toBe('Hts8LByNtzvlwl-Q');
    expect(sealOf('basis', { result: 'pass', message: undefined })).toBe(
      sealOf('basis', { result: 'pass', message: '' }),
    );
  });

  it.each<[string, string, StoredVerdict]>([
    ['basis', 'another basis', verdict],
    ['verdict', 'basis', { ...verdict, result: 'pass' }],
    ['message', 'basis', { ...verdict, message: 'no requests' }],
    ['message, which is gone,', 'basis', { ...verdict, message: undefined }],
    ['border between basis and message', 'basis no', { ...verdict, message: 'limits' }],
  ])('is another where the %s is another', (_what, basis, other) => {
    expect(sealOf(basis, other)).not.toBe(sealOf('basis', verdict));
  });

  it.each([
    ['AAAAAAAAAAAAAAAA', true],
    ['-_09azAZ-_09azAZ', true],
    ['', false],
    ['AAAAAAAAAAAAAAA', false],
    ['AAAAAAAAAAAAAAAAA', false],
    ['AAAAAAAA+AAAAAAA', false],
    ['AAAAAAAA\nAAAAAAA', false],
    ['AAAAAAAAAAAAAAAA\n', false],
  ])('%j: %s', (text, isOne) => {
    expect(isSeal(text)).toBe(isOne);
  });
});
