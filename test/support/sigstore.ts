import { createHash, generateKeyPairSync, type KeyObject, sign, X509Certificate } from 'node:crypto';
import { initializeCA, initializeCTLog, initializeTLog } from '@sigstore/mock';

/** Annotations of a layer that cosign leaves for a signature. */
export type SignatureAnnotations = Readonly<Record<string, string>>;

export type KeylessSignature = {
  /** A URI. */
  readonly subject: string;
  readonly issuer: string;
  /** `owner/name`, for a workflow of GitHub. */
  readonly repository?: string;
  /** When the log takes note of it, in minutes after the certificate was made. */
  readonly loggedAfterMinutes?: number;
  /** Whether no log has seen the certificate. */
  readonly withoutCertificateLog?: boolean;
};

/** An authority and logs of our own, that issue and sign as those of Sigstore do. */
export type Sigstore = {
  /** The content of its trusted_root.json. */
  readonly trustRoot: string;
  /** Signs with a key that nobody has afterwards, as `cosign sign` does without `--key`. */
  readonly sign: (payload: Uint8Array, who: KeylessSignature) => Promise<SignatureAnnotations>;
  /** Signs a statement in the same way, and makes a bundle of it. */
  readonly attest: (statement: object, who: KeylessSignature) => Promise<string>;
};

/** What the log answers; its package describes it with types of a package that is not there. */
type LogEntry = {
  readonly body: string;
  readonly integratedTime: number;
  readonly logIndex: number;
  readonly logID: string;
  readonly verification: {
    readonly signedEntryTimestamp: string;
    readonly inclusionProof: {
      readonly logIndex: number;
      readonly treeSize: number;
      readonly rootHash: string;
      readonly checkpoint: string;
    };
  };
};

const minuteMs = 60_000;

/** `now` is the time of its clocks. */
export async function createSigstore(now: Date = new Date()): Promise<Sigstore> {
  const [root, certificates, log] = [newKey(), newKey(), newKey()];
  const ctLog = await initializeCTLog(certificates, now);
  const ca = await initializeCA(root, ctLog, now);
  const careless = await initializeCA(root, undefined, now);
  const validFor = { start: '2020-01-01T00:00:00Z' };
  const toLog = (publicKey: Buffer) => ({
    baseUrl: 'https://log.example.com',
    hashAlgorithm: 'SHA2_256',
    publicKey: {
      rawBytes: publicKey.toString('base64'),
      keyDetails: 'PKIX_ECDSA_P256_SHA_256',
      validFor,
    },
    logId: { keyId: createHash('sha256').update(publicKey).digest('base64') },
  });
  const spki = { format: 'der', type: 'spki' } as const;
  const trustRoot = JSON.stringify({
    mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
    tlogs: [toLog(log.publicKey.export(spki))],
    ctlogs: [toLog(ctLog.publicKey)],
    certificateAuthorities: [ca, careless].map(({ rootCertificate }) => ({
      subject: { organization: 'sigstore.mock', commonName: 'sigstore' },
      uri: 'https://authority.example.com',
      certChain: { certificates: [{ rawBytes: toBuffer(rootCertificate).toString('base64') }] },
      validFor,
    })),
    timestampAuthorities: [],
  });

  const issue = async (publicKey: KeyObject, who: KeylessSignature): Promise<Buffer> => {
    const { subject, issuer, repository, withoutCertificateLog } = who;
    const issued = await (withoutCertificateLog === true ? careless : ca).issueCertificate({
      publicKey: publicKey.export(spki),
      subjectAltName: subject,
      extensions: [
        { oid: '1.3.6.1.4.1.57264.1.8', value: issuer },
        ...(repository === undefined
          ? []
          : [{ oid: '1.3.6.1.4.1.57264.1.5', value: repository, legacy: true }]),
      ],
    });
    return toBuffer(issued);
  };
  const takeNote = async (entry: object, { loggedAfterMinutes = 1 }: KeylessSignature): Promise<LogEntry> => {
    const logged = new Date(now.getTime() + loggedAfterMinutes * minuteMs);
    const transparencyLog = await initializeTLog('https://log.example.com', log, logged);
    const answer: unknown = await transparencyLog.log(entry);
    return Object.values(answer as Readonly<Record<string, LogEntry>>)[0]!;
  };

  return {
    trustRoot,
    sign: async (payload, who) => {
      const key = newKey();
      const certificate = new X509Certificate(await issue(key.publicKey, who)).toString();
      const signature = sign('sha256', payload, key.privateKey).toString('base64');
      const { body, integratedTime, logIndex, logID, verification } = await takeNote(
        {
          apiVersion: '0.0.1',
          kind: 'hashedrekord',
          spec: {
            data: { hash: { algorithm: 'sha256', value: sha256(payload) } },
            signature: {
              content: signature,
              publicKey: { content: Buffer.from(certificate).toString('base64') },
            },
          },
        },
        who,
      );
      return {
        'dev.cosignproject.cosign/signature': signature,
        'dev.sigstore.cosign/certificate': certificate,
        'dev.sigstore.cosign/bundle': JSON.stringify({
          SignedEntryTimestamp: verification.signedEntryTimestamp,
          Payload: { body, integratedTime, logIndex, logID },
        }),
      };
    },
    attest: async (statement, who) => {
      const key = newKey();
      const certificate = await issue(key.publicKey, who);
      const payload = Buffer.from(JSON.stringify(statement));
      const type = 'application/vnd.in-toto+json';
      const head = `DSSEv1 ${type.length} ${type} ${payload.length} `;
      const signature = sign('sha256', Buffer.concat([Buffer.from(head), payload]), key.privateKey);
      const sig = signature.toString('base64');
      const entry = await takeNote(
        {
          apiVersion: '0.0.1',
          kind: 'dsse',
          spec: {
            payloadHash: { algorithm: 'sha256', value: sha256(payload) },
            signatures: [
              {
                signature: sig,
                verifier: Buffer.from(new X509Certificate(certificate).toString()).toString('base64'),
              },
            ],
          },
        },
        who,
      );
      return JSON.stringify({
        mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
        verificationMaterial: {
          certificate: { rawBytes: certificate.toString('base64') },
          tlogEntries: [toBundleEntry(entry)],
        },
        dsseEnvelope: { payload: payload.toString('base64'), payloadType: type, signatures: [{ sig }] },
      });
    },
  };
}

/** A note of the log as a bundle has it. */
function toBundleEntry({ body, integratedTime, logIndex, logID, verification }: LogEntry): object {
  const { signedEntryTimestamp, inclusionProof } = verification;
  return {
    logIndex: String(logIndex),
    logId: { keyId: Buffer.from(logID, 'hex').toString('base64') },
    kindVersion: { kind: 'dsse', version: '0.0.1' },
    integratedTime: String(integratedTime),
    inclusionPromise: { signedEntryTimestamp },
    inclusionProof: {
      logIndex: String(inclusionProof.logIndex),
      rootHash: Buffer.from(inclusionProof.rootHash, 'hex').toString('base64'),
      treeSize: String(inclusionProof.treeSize),
      hashes: [],
      checkpoint: { envelope: inclusionProof.checkpoint },
    },
    canonicalizedBody: body,
  };
}

function sha256(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

function newKey() {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

function toBuffer({ buffer, byteOffset, byteLength }: ArrayBufferView): Buffer {
  return Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);
}
