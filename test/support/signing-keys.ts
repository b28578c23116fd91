import { generateKeyPairSync, type KeyObject } from 'node:crypto';

/** A pair of keys in PEM, as openssl writes them. */
export type SigningKeys = { readonly private: string; readonly public: string };

const makers = {
  'ECDSA P-256': () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  Ed25519: () => generateKeyPairSync('ed25519'),
} as const satisfies Record<string, () => { privateKey: KeyObject; publicKey: KeyObject }>;

export const keyKinds = ['ECDSA P-256', 'Ed25519'] as const;

/** New ones each time. */
export function newSigningKeys(kind: (typeof keyKinds)[number] = 'Ed25519'): SigningKeys {
  const { privateKey, publicKey } = makers[kind]();
  return {
    private: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
    public: publicKey.export({ format: 'pem', type: 'spki' }).toString(),
  };
}
