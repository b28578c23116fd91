import { describe, expect, it } from 'vitest';
import { readSigningConfig } from '../../../src/signatures/keyless/index.ts';

const now = Date.parse('2026-06-01T00:00:00Z');
const mediaType = 'application/vnd.dev.sigstore.signingconfig.v0.2+json';

function service(url: string, more: object = {}): object {
  return { url, majorApiVersion: 1, validFor: { start: '2025-01-01T00:00:00Z' }, operator: url, ...more };
}

function read(parts: object) {
  const usual = { mediaType, caUrls: [service('https://ca.example.com/')] };
  return readSigningConfig(JSON.stringify({ ...usual, ...parts }), now);
}

const logs = (selection: object, ...rekorTlogUrls: readonly object[]) => ({
  rekorTlogUrls,
  rekorTlogConfig: selection,
});

describe('a signing config', () => {
  it('names the newest of those that are valid and known', () => {
    const services = read({
      caUrls: [
        service('https://old.example.com'),
        service('https://new.example.com', { validFor: { start: '2026-01-01T00:00:00Z' } }),
        service('https://later.example.com', { validFor: { start: '2027-01-01T00:00:00Z' } }),
        service('https://ended.example.com', {
          validFor: { start: '2026-02-01T00:00:00Z', end: '2026-03-01T00:00:00Z' },
        }),
        service('https://unknown.example.com', { majorApiVersion: 2 }),
      ],
      tsaUrls: [service('https://tsa.example.com/api/v1/timestamp')],
      tsaConfig: { selector: 'ANY' },
    });
    expect(services).toEqual({
      authority: 'https://new.example.com',
      logs: [],
      timestampAuthorities: ['https://tsa.example.com/api/v1/timestamp'],
    });
  });

  it.each([
    [{ selector: 'ANY' }, ['https://a.example.com']],
    [{ selector: 'ALL' }, ['https://a.example.com', 'https://c.example.com']],
    [{ selector: 'EXACT', count: 2 }, ['https://a.example.com', 'https://c.example.com']],
  ])('names as many as %j asks for, one of each operator', (selection, expected) => {
    const [a, b, c] = ['a', 'b', 'c'].map((name) => `https://${name}.example.com`);
    const same = { operator: 'one' };
    const services = read(logs(selection, service(a!, same), service(b!, same), service(c!)));
    expect(services.logs).toEqual(expected);
  });

  it.each<[object, string]>([
    [{ mediaType: undefined }, 'it has no mediaType'],
    [{ mediaType: mediaType.replace('2', '9') }, `only ${mediaType} is read`],
    [{ caUrls: [] }, 'caUrls is not as it must be'],
    [
      { caUrls: [{ url: 'ftp://example.com' }] },
      'caUrls.0.url is not as it must be (it is no URL of http or https)',
    ],
    [{ caUrls: [service('https://a.example.com', { majorApiVersion: 9 })] }, 'caUrls names 0 of the 1'],
    [{}, 'nobody who says when something was signed'],
    [logs({ selector: 'ANY' }), 'rekorTlogUrls names 0 of the 1'],
    [
      logs({ selector: 'EXACT', count: 2 }, service('https://a.example.com')),
      'rekorTlogUrls names 1 of the 2',
    ],
    [logs({ selector: 'SOME' }), 'rekorTlogConfig.selector is not as it must be'],
  ])('%# is refused', (parts, why) => {
    expect(() => read(parts)).toThrow(why);
  });

  it('is JSON', () => {
    expect(() => readSigningConfig('caUrls: []', now)).toThrow('it is no signing config of Sigstore');
  });
});
