import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bundleMediaType,
  openTrust,
  parseAttestation,
  readSigningKey,
  readVerificationKey,
  SignatureMismatch,
  signStatement,
} from '../../../src/signatures/index.ts';
import { keyKinds, newSigningKeys } from '../../support/signing-keys.ts';

const statement = {
  _type: 'https://in-toto.io/Statement/v1',
  subject: [],
  predicateType: 'x',
  predicate: { ü: '√' },
};

async function signed(kind: (typeof keyKinds)[number] = 'Ed25519') {
  const keys = newSigningKeys(kind);
  const text = signStatement(statement, readSigningKey(keys.private));
  const key = readVerificationKey(keys.public);
  const verify = await openTrust({ key });
  return { text, key, verify };
}

/** Whether a text is taken for what was signed. */
function isTaken(text: string, { key, verify }: Awaited<ReturnType<typeof signed>>): boolean {
  try {
    const attestation = parseAttestation(text);
    if (attestation.keyHint !== key.hint) return false;
    verify(attestation.json);
    return true;
  } catch {
    return false;
  }
}

describe.each(keyKinds)('what is signed with %s', (kind) => {
  it('is verified, and says what was signed', async () => {
    const made = await signed(kind);
    expect(isTaken(made.text, made)).toBe(true);
    expect(JSON.parse(Buffer.from(parseAttestation(made.text).payload).toString())).toEqual(statement);
  });

  it('is refused with any byte of it changed', async () => {
    const made = await signed(kind);
    const bytes = Buffer.from(made.text);
    for (let at = 0; at < bytes.length; at += 1) {
      // Every class of bytes that JSON and base64 may read as something else, or as nothing.
      for (const other of [
        bytes[at]! ^ 1,
        bytes[at]! ^ 0x20,
        0x20,
        0x0a,
        0x2d,
        0x5f,
        0x3d,
        0x5c,
        0x41,
        0xff,
      ]) {
        if (other === bytes[at]) continue;
        const changed = Buffer.from(bytes);
        changed[at] = other;
        expect(isTaken(changed.toString(), made), `byte ${at} as ${other}`).toBe(false);
      }
    }
  }, 60_000);

  it('is refused with bytes left out, put in or exchanged', async () => {
    const made = await signed(kind);
    const place = fc.nat({ max: made.text.length - 1 });
    fc.assert(
      fc.property(place, fc.integer({ min: 0, max: 3 }), fc.string({ maxLength: 3 }), (at, without, put) => {
        const changed = made.text.slice(0, at) + put + made.text.slice(at + without);
        // White space between two values says nothing, in this file and in any other of JSON.
        fc.pre(changed.replaceAll(/\s/g, '') !== made.text);
        expect(isTaken(changed, made)).toBe(false);
      }),
      { numRuns: 300 },
    );
  }, 60_000);
});

describe('a signature', () => {
  it('of another payload is a mismatch, and no stranger', async () => {
    const made = await signed();
    const { dsseEnvelope, ...rest } = JSON.parse(made.text) as { dsseEnvelope: { payload: string } };
    const payload = Buffer.from(JSON.stringify({ ...statement, predicateType: 'y' })).toString('base64');
    const changed = { ...rest, dsseEnvelope: { ...dsseEnvelope, payload } };
    expect(() => made.verify(changed)).toThrow(SignatureMismatch);
  });

  it('of another key does not count', async () => {
    const [made, stranger] = [await signed(), await signed()];
    expect(() => stranger.verify(parseAttestation(made.text).json)).toThrow(SignatureMismatch);
  });
});

describe('a bundle', () => {
  const parts = {
    mediaType: bundleMediaType,
    verificationMaterial: { publicKey: { hint: 'a' } },
    dsseEnvelope: {
      payload: 'e30=',
      payloadType: 'application/vnd.in-toto+json',
      signatures: [{ sig: 'AAAA' }],
    },
  };
  const withEnvelope = (envelope: object) => ({
    ...parts,
    dsseEnvelope: { ...parts.dsseEnvelope, ...envelope },
  });

  it.each([
    ['', 'it is empty'],
    ['hello', 'it is no JSON'],
    [JSON.stringify(parts).slice(0, -9), 'it was cut short'],
    ['[]', 'it is no Sigstore bundle'],
    ['{"dsseEnvelope":{}}', 'it is no Sigstore bundle'],
    [
      JSON.stringify({ ...parts, mediaType: 'application/vnd.dev.sigstore.bundle.v0.4+json' }),
      'bundle.v0.4+json',
    ],
    [JSON.stringify({ ...parts, more: 1 }), 'the bundle is not as it must be'],
    [JSON.stringify({ ...parts, verificationMaterial: {} }), 'to say who signed'],
    [
      JSON.stringify({
        ...parts,
        verificationMaterial: { publicKey: {}, certificate: { rawBytes: 'AAAA' } },
      }),
      'to say who signed',
    ],
    [JSON.stringify(withEnvelope({ payload: 'e31=' })), 'it is no base64'],
    [JSON.stringify(withEnvelope({ payload: 'e30' })), 'it is no base64'],
    [JSON.stringify(withEnvelope({ payloadType: 'text/plain' })), 'dsseEnvelope.payloadType'],
    [JSON.stringify(withEnvelope({ signatures: [] })), 'dsseEnvelope.signatures'],
    [JSON.stringify(withEnvelope({ signatures: [{ sig: 'AAAA', keyid: 'b' }] })), 'names another key'],
    [JSON.stringify(parts).replace('"sig":', '"sig":"BBBB","sig":'), 'twice'],
    [JSON.stringify(parts).replace('AAAA', '\\u0041AAA'), 'twice'],
  ])('%# is refused', (text, why) => {
    expect(() => parseAttestation(text)).toThrow(why);
  });

  it('may be laid out for people', () => {
    expect(parseAttestation(`${JSON.stringify(parts, null, 2)}\n`).keyHint).toBe('a');
  });
});
