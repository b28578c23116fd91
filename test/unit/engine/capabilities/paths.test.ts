import { describe, expect, it } from 'vitest';
import { findPatternError, grants } from '../../../../src/engine/capabilities/paths.ts';

describe('grants', () => {
  it.each([
    [[], 'oci/v1/verify', false],
    [['*'], 'oci/v1/verify', true],
    [['oci/v1/verify'], 'oci/v1/verify', true],
    [['oci/v1/verify'], 'oci/v2/verify', false],
    [['oci/*'], 'oci/v2/verify', true],
    [['oci/v1/*'], 'oci/v2/verify', false],
    [['net/*', ' kubernetes/can_i '], 'kubernetes/can_i', true],
    [['oci/v1/*'], 'oci/v1', false],
  ])('%j covers %s: %s', (patterns, path, granted) => {
    expect(grants(patterns, path)).toBe(granted);
  });
});

describe('findPatternError', () => {
  it.each([[[]], [['*']], [['*', 'nonsense']], [['oci/*', 'oci/v1/*', 'net/v1/dns_lookup_host']]])(
    'accepts %j',
    (patterns) => {
      expect(findPatternError(patterns)).toBeUndefined();
    },
  );

  it.each([
    ['', 'invalid pattern: pattern must not be empty'],
    [
      'oci*',
      `invalid pattern "oci*": wildcard '*' must be the entire last path segment (e.g. 'oci/*'), not a partial match`,
    ],
    [
      'event/v1/*',
      'invalid pattern "event/v1/*": unknown segment "event", valid options at this level are: crypto, kubernetes, net, oci',
    ],
    ['oci/v3/*', 'invalid pattern "oci/v3/*": unknown segment "v3", valid options at this level are: v1, v2'],
    [
      'kubernetes/can_i/*',
      'invalid pattern "kubernetes/can_i/*": unknown segment "*", valid options at this level are: ',
    ],
    [
      'oci/v1',
      'invalid pattern "oci/v1": not a complete capability path; use "oci/v1/*" to allow all capabilities under it',
    ],
  ])('refuses %j', (pattern, text) => {
    expect(findPatternError(['net/*', pattern])).toBe(text);
  });
});
