import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { expect } from 'vitest';
import { createSecretCredentials, parseDockerConfig } from '../../src/modules/docker-config.ts';
import { readSourceSettings } from '../../src/modules/source-settings.ts';
import { parseVerificationConfig } from '../../src/modules/verification-config.ts';
import { almost, json, key, mutated, text } from './arbitraries.ts';
import { fuzz } from './fuzz.ts';

/** What these readers refuse, they refuse with an Error that somebody wrote; any other kind is a defect. */
async function refusing<T>(read: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (thrown) {
    const isWritten = thrown instanceof Error && thrown.constructor === Error && thrown.message !== '';
    if (!isWritten) throw thrown;
    return undefined;
  }
}

const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();

const requirement = fc.oneof(
  almost({ kind: fc.constant('pubKey'), key: mutated(fc.constant(pem), 'ABab09+/=-\n'), owner: text }),
  almost({ kind: fc.constant('genericIssuer'), issuer: text, subject: almost({ equal: text }) }),
  almost({ kind: fc.constant('githubAction'), owner: text }),
);

fuzz({
  name: 'a verification config asks for at least one signature, or is refused',
  inputs: almost({
    apiVersion: fc.constant('v1'),
    allOf: fc.array(requirement, { maxLength: 2 }),
    anyOf: almost({
      minimumMatches: fc.integer({ min: -1, max: 300 }),
      signatures: fc.array(requirement, { maxLength: 2 }),
    }),
  }),
  check: async (document) => {
    const config = await refusing(() => parseVerificationConfig(document));
    if (config === undefined) return;
    const { allOf, anyOf } = config;
    expect(allOf.length + Math.min(anyOf.minimumMatches, anyOf.signatures.length)).toBeGreaterThan(0);
    expect(anyOf.signatures.length === 0 || anyOf.minimumMatches > 0).toBe(true);
  },
});

fuzz({
  name: 'a sources.yml is read, or refused, and trusts nothing that it does not name',
  inputs: almost({
    insecure_sources: fc.array(text, { maxLength: 2 }),
    source_authorities: fc.dictionary(
      key,
      fc.array(almost({ type: fc.constant('Data'), data: text }), { maxLength: 2 }),
      { maxKeys: 2 },
    ),
    proxies: almost({ http_proxy: text, no_proxy: text }),
  }),
  check: async (document) => {
    const settings = await refusing(() => readSourceSettings(document));
    if (settings === undefined) return;
    const { insecure_sources: insecure = [] } = document as { insecure_sources?: unknown[] };
    expect(settings.insecureHosts).toEqual(insecure);
    // None of these texts is a certificate.
    expect(Object.values(settings.authorities).flat()).toEqual([]);
  },
});

fuzz({
  name: 'a pull secret gives the credentials of a host, or none',
  inputs: mutated(
    fc
      .oneof(
        almost({
          auths: fc.dictionary(
            fc.oneof(fc.constant('registry.example.com'), key),
            almost({ auth: fc.oneof(fc.constant('dTpw'), text), username: text, password: text }),
            { maxKeys: 2 },
          ),
          credsStore: text,
        }),
        json,
      )
      .map((value) => JSON.stringify(value)),
    '{}[]":,\\u0',
  ),
  check: async (content) => {
    const config = parseDockerConfig(content);
    for (const host of ['registry.example.com', '__proto__', 'constructor']) {
      const place = { host, repository: 'a' };
      const given =
        config && (await createSecretCredentials(config)(place, new AbortController().signal)).basic;
      expect(given === undefined || typeof given === 'string').toBe(true);
      if (host === 'registry.example.com' && !content.includes('registry')) expect(given).toBeUndefined();
    }
  },
});
