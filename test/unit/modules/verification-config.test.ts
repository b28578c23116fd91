import { generateKeyPairSync } from 'node:crypto';
import { expect, it } from 'vitest';
import { parseVerificationConfig } from '../../../src/modules/verification-config.ts';

const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const key = publicKey.export({ type: 'spki', format: 'pem' }).toString();
const secret = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const pubKey = { kind: 'pubKey', owner: null, key };
const v1 = { apiVersion: 'v1' };

it('asks for one of the signatures unless it says how many', () => {
  expect(parseVerificationConfig({ ...v1, anyOf: { signatures: [pubKey] } })).toEqual({
    allOf: [],
    anyOf: { minimumMatches: 1, signatures: [pubKey] },
  });
});

it.each([
  ['nothing', undefined, ''],
  ['another version', { apiVersion: 'v2', allOf: [pubKey] }, 'apiVersion'],
  ['no signature', v1, 'it requires no signature'],
  ['no signature in its lists', { ...v1, allOf: [] }, 'allOf'],
  ['an empty choice', { ...v1, anyOf: { signatures: [] } }, 'anyOf.signatures'],
  ['a choice of none', { ...v1, anyOf: { minimumMatches: 0, signatures: [pubKey] } }, 'anyOf.minimumMatches'],
  ['an unknown kind', { ...v1, allOf: [{ kind: 'magic' }] }, 'allOf.0.kind'],
  ['a misspelt field', { ...v1, allOff: [pubKey] }, 'allOff'],
  ['a misspelt field of a signature', { ...v1, allOf: [{ ...pubKey, anotations: {} }] }, 'anotations'],
  [
    'no key',
    { ...v1, allOf: [{ kind: 'pubKey', key: 'abc' }] },
    'allOf.0.key: it is not a public key in PEM',
  ],
  ['a private key', { ...v1, allOf: [{ kind: 'pubKey', key: secret }] }, 'not a public key'],
])('refuses %s', (_what, document, message) => {
  expect(() => parseVerificationConfig(document)).toThrow(message);
  // The text of a key is nobody's business.
  expect(() => parseVerificationConfig(document)).not.toThrow('PRIVATE');
});
