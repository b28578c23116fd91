import { X509Certificate } from 'node:crypto';
import { rootCertificates } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { createCryptoAnswers } from '../../../../src/engine/capabilities/crypto.ts';
import { readRequest } from '../../../../src/engine/capabilities/requests.ts';
import { issueCertificate, type Signer } from '../../../support/certificate-chain.ts';

const never = new AbortController().signal;
const now = (): Date => new Date('2030-01-01T00:00:00Z');
const past = new Date('2025-01-01T00:00:00Z');
const future = new Date('2035-01-01T00:00:00Z');

type Encoded = { encoding: 'Pem' | 'Der'; data: number[] };

function pem({ pem: text }: Pick<Signer, 'pem'>): Encoded {
  return { encoding: 'Pem', data: [...Buffer.from(text)] };
}

function der({ pem: text }: Pick<Signer, 'pem'>): Encoded {
  return { encoding: 'Der', data: [...new X509Certificate(text).raw] };
}

async function ask(request: object): Promise<unknown> {
  const payload = Buffer.from(JSON.stringify(request));
  const read = readRequest({ namespace: 'crypto', operation: 'v1/is_certificate_trusted', payload });
  if (read.type !== 'CryptoIsCertificateTrusted') throw new TypeError(read.type);
  const answer = await createCryptoAnswers(now).CryptoIsCertificateTrusted(read, never);
  return JSON.parse(Buffer.from(answer).toString());
}

const trusted = { trusted: true, reason: '' };
const untrusted = (reason: string) => ({ trusted: false, reason });
const notByChain = untrusted('Certificate is not trusted by the provided cert chain');
const expired = untrusted('Certificate is being used after its expiration date');
const early = untrusted('Certificate is being used before its validity date');
const because = (failure: string) => untrusted(`Certificate not trusted: ${failure}`);

const root = await issueCertificate('root');
const middle = await issueCertificate('middle', { issuer: root });
const end = await issueCertificate('end', { issuer: middle, authority: false });
const direct = await issueCertificate('direct', { issuer: root, authority: false });
const other = await issueCertificate('root');
const unrelated = await issueCertificate('unrelated');
const oldRoot = await issueCertificate('old root', { notAfter: past });
const newRoot = await issueCertificate('new root', { notBefore: future });
const oldMiddle = await issueCertificate('old middle', { issuer: root, notAfter: past });
const rsa = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', publicExponent: new Uint8Array([1, 0, 1]) };
const [strong, weak] = await Promise.all(
  [2048, 1024].map((modulusLength) => issueCertificate('rsa', { algorithm: { ...rsa, modulusLength } })),
);
const many = await Promise.all(Array.from({ length: 150 }, () => issueCertificate('middle')));
const leaf = (issuer: Signer, options: object = {}) =>
  issueCertificate('leaf', { issuer, authority: false, ...options });

describe('is_certificate_trusted', () => {
  const rows: readonly (readonly [string, () => object | Promise<object>, object])[] = [
    ['a root', () => ({ cert: pem(direct), cert_chain: [pem(root)] }), trusted],
    ['an authority between', () => ({ cert: pem(end), cert_chain: [pem(middle), pem(root)] }), trusted],
    ['DER', () => ({ cert: der(end), cert_chain: [der(middle), der(root)], not_after: null }), trusted],
    [
      'an empty time, which is now',
      () => ({ cert: pem(direct), cert_chain: [pem(root)], not_after: '' }),
      trusted,
    ],
    [
      'authorities in any order, with others among them',
      () => ({ cert: pem(end), cert_chain: [pem(unrelated), pem(oldMiddle), pem(middle), pem(root)] }),
      trusted,
    ],
    [
      'a broken certificate among the authorities',
      () => ({ cert: pem(end), cert_chain: [{ encoding: 'Der', data: [48, 3] }, pem(middle), pem(root)] }),
      trusted,
    ],
    [
      'a root that has expired, which nobody looks at',
      async () => ({ cert: pem(await leaf(oldRoot)), cert_chain: [pem(oldRoot)] }),
      trusted,
    ],
    [
      'a root of the future',
      async () => ({ cert: pem(await leaf(newRoot)), cert_chain: [pem(newRoot)] }),
      trusted,
    ],
    [
      'RSA',
      async () => ({ cert: pem(await leaf(strong!, { hash: 'SHA-512' })), cert_chain: [pem(strong!)] }),
      trusted,
    ],
    ['the root last, not first', () => ({ cert: pem(end), cert_chain: [pem(root), pem(middle)] }), trusted],
    ['a missing authority', () => ({ cert: pem(end), cert_chain: [pem(root)] }), notByChain],
    ['another root', () => ({ cert: pem(direct), cert_chain: [pem(unrelated)] }), notByChain],
    ['another root of the same name', () => ({ cert: pem(direct), cert_chain: [pem(other)] }), notByChain],
    ['no root at all', () => ({ cert: pem(direct), cert_chain: [] }), notByChain],
    ['the public roots', () => ({ cert: pem(direct), cert_chain: null }), notByChain],
    [
      'an authority that has expired',
      async () => ({ cert: pem(await leaf(oldMiddle)), cert_chain: [pem(oldMiddle), pem(root)] }),
      expired,
    ],
    [
      'a certificate that has expired',
      async () => ({ cert: pem(await leaf(root, { notAfter: past })), cert_chain: [pem(root)] }),
      expired,
    ],
    [
      'a certificate of the future',
      async () => ({ cert: pem(await leaf(root, { notBefore: future })), cert_chain: [pem(root)] }),
      early,
    ],
    [
      'a time after the end',
      () => ({ cert: pem(direct), cert_chain: [pem(root)], not_after: '2041-01-01T00:00:00Z' }),
      expired,
    ],
    [
      'a time before the beginning, with an offset',
      () => ({ cert: pem(direct), cert_chain: [pem(root)], not_after: '2020-01-01T00:30:00.5+01:00' }),
      early,
    ],
    [
      'an authority itself',
      () => ({ cert: pem(middle), cert_chain: [pem(root)] }),
      because('CaUsedAsEndEntity'),
    ],
    [
      'one that is no authority between',
      async () => ({ cert: pem(await leaf(direct)), cert_chain: [pem(direct), pem(root)] }),
      because('EndEntityUsedAsCa'),
    ],
    [
      'more authorities between than one allows',
      async () => {
        const upper = await issueCertificate('upper', { issuer: root, pathLength: 0 });
        const lower = await issueCertificate('lower', { issuer: upper });
        return { cert: pem(await leaf(lower)), cert_chain: [pem(lower), pem(upper), pem(root)] };
      },
      because('PathLenConstraintViolated'),
    ],
    [
      'a critical extension that nobody knows',
      async () => ({
        cert: pem(await leaf(root, { extensions: [{ type: '1.2.3.4', critical: true, hex: '0500' }] })),
        cert_chain: [pem(root)],
      }),
      because('UnsupportedCriticalExtension'),
    ],
    [
      'an extension that nobody has to know',
      async () => ({
        cert: pem(await leaf(root, { extensions: [{ type: '1.2.3.4', critical: false, hex: '0500' }] })),
        cert_chain: [pem(root)],
      }),
      trusted,
    ],
    [
      'a signature with SHA-1',
      async () => ({ cert: pem(await leaf(root, { hash: 'SHA-1' })), cert_chain: [pem(root)] }),
      because('UnsupportedSignatureAlgorithm'),
    ],
    ['a short RSA key', async () => ({ cert: pem(await leaf(weak!)), cert_chain: [pem(weak!)] }), notByChain],
    [
      'an authority that only itself vouches for',
      async () => ({ cert: pem(await leaf(unrelated)), cert_chain: [pem(unrelated), pem(root)] }),
      notByChain,
    ],
    [
      'a chain that goes in circles',
      async () => {
        const first = await issueCertificate('first');
        const second = await issueCertificate('second', { issuer: first });
        const again = await issueCertificate('first', { issuer: second });
        return { cert: pem(await leaf(first)), cert_chain: [pem(second), pem(again), pem(first), pem(root)] };
      },
      notByChain,
    ],
    [
      'hundreds of authorities of the same name',
      () => ({ cert: pem(end), cert_chain: [...many, root].map(pem) }),
      notByChain,
    ],
  ];
  it.each(rows)('%s', async (_name, request, answer) => {
    expect(await ask(await request())).toEqual(answer);
  });

  it('knows the public roots', async () => {
    const [first = ''] = rootCertificates;
    const chain = [{ encoding: 'Pem', data: [...Buffer.from(first)] }];
    expect(await ask({ cert: chain[0], cert_chain: chain })).toEqual(because('CaUsedAsEndEntity'));
  });

  it.each([
    [
      { cert: { encoding: 'Pem', data: [...Buffer.from('hello')] }, cert_chain: null },
      'Certificate PEM data is not valid: no items found',
    ],
    [{ cert: { encoding: 'Der', data: [1, 2] } }, 'Certificate is not a valid end-entity certificate: '],
    [{ cert: pem(direct), cert_chain: [{ encoding: 'Der', data: [] }] }, ''],
    [
      { cert: pem(direct), cert_chain: [pem(root)], not_after: 'tomorrow' },
      'Timestamp not_after is not in RFC3339 format',
    ],
    [
      { cert: pem(direct), cert_chain: [pem(root)], not_after: '2030-01-01' },
      'Timestamp not_after is not in RFC3339 format',
    ],
    [{ cert_chain: null }, 'the request cannot be read: missing field `request.cert`'],
    [{ cert: { encoding: 'Txt', data: [] } }, 'the request cannot be read: request.cert.encoding: '],
  ])('%# is an error', async (request, text) => {
    await expect(ask(request)).rejects.toThrow(text);
  });

  it('cannot tell for an authority that is limited to certain names', async () => {
    // permitted: dNSName example.com
    const hex = '3011a00f300d820b6578616d706c652e636f6d';
    const limited = await issueCertificate('limited', {
      issuer: root,
      extensions: [{ type: '2.5.29.30', critical: true, hex }],
    });
    const request = { cert: pem(await leaf(limited)), cert_chain: [pem(limited), pem(root)] };
    await expect(ask(request)).rejects.toThrow(
      'cannot tell: the authority CN=limited is limited to certain names',
    );
  });
});
