import { X509Certificate } from 'node:crypto';

/** A certificate with what node:crypto does not tell about it. */
export type Certificate = {
  readonly x509: X509Certificate;
  /** The object identifier of the algorithm that it was signed with, as hexadecimal DER. */
  readonly signatureAlgorithm: string;
  /** By object identifier, as hexadecimal DER. */
  readonly extensions: ReadonlyMap<string, Extension>;
};

type Extension = { readonly critical: boolean; readonly value: Uint8Array };

const extensionsTag = 0xa3;
const booleanTag = 0x01;

/** Reads a certificate in DER. Throws an Error if it is not one. */
export function readCertificate(der: Uint8Array): Certificate {
  const x509 = new X509Certificate(der);
  const [whole] = readValues(x509.raw);
  const [body, algorithm] = readValues(contentOf(whole));
  const [identifier] = readValues(contentOf(algorithm));
  const wrapped = readValues(contentOf(body)).find(({ tag }) => tag === extensionsTag);
  const [list] = wrapped === undefined ? [] : readValues(wrapped.content);
  const extensions = list === undefined ? [] : readValues(list.content).map(readExtension);
  return { x509, signatureAlgorithm: toHex(contentOf(identifier)), extensions: new Map(extensions) };
}

/** Reads the first certificate of a text in PEM. Throws an Error for what has none. */
export function readPemCertificate(pem: string): Certificate {
  const [, base64] = /-----BEGIN CERTIFICATE-----([^-]*)-----END CERTIFICATE-----/.exec(pem) ?? [];
  if (base64 === undefined) throw new Error('no items found');
  return readCertificate(Buffer.from(base64, 'base64'));
}

/** How many authorities may stand between this one and the certificate at the end; undefined for any number. */
export function readPathLength({ extensions }: Certificate): number | undefined {
  const constraints = extensions.get(basicConstraints);
  if (constraints === undefined) return undefined;
  const [sequence] = readValues(constraints.value);
  const length = readValues(contentOf(sequence)).find(({ tag }) => tag === 0x02);
  return length === undefined ? undefined : Number.parseInt(toHex(length.content), 16);
}

export const basicConstraints = '551d13';
export const nameConstraints = '551d1e';

function readExtension({ content }: Value): readonly [string, Extension] {
  const [identifier, ...rest] = readValues(content);
  const critical = rest[0]?.tag === booleanTag && rest[0].content[0] !== 0;
  return [toHex(contentOf(identifier)), { critical, value: contentOf(rest.at(-1)) }];
}

type Value = { readonly tag: number; readonly content: Uint8Array };

/** The values that lie one after another in DER. */
function readValues(bytes: Uint8Array): readonly Value[] {
  const values: Value[] = [];
  let position = 0;
  while (position < bytes.length) {
    const tag = bytes[position] ?? 0;
    const first = bytes[position + 1] ?? 0;
    // A length above 127 says how many bytes the length itself has.
    const extra = first > 0x7f ? first - 0x80 : 0;
    const start = position + 2 + extra;
    const length = extra === 0 ? first : Number.parseInt(toHex(bytes.subarray(position + 2, start)), 16);
    const end = start + length;
    if (!(end <= bytes.length)) throw new Error('BadDer');
    values.push({ tag, content: bytes.subarray(start, end) });
    position = end;
  }
  return values;
}

function contentOf(value: Value | undefined): Uint8Array {
  if (value === undefined) throw new Error('BadDer');
  return value.content;
}

function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
