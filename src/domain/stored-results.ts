import { hash } from 'node:crypto';
import type { Policy } from './policy.ts';
import type { ObjectReference } from './resource.ts';

/** A verdict as reports store it. */
export type StoredVerdict = { readonly result: 'pass' | 'fail'; readonly message: string | undefined };

/** One that a later run may reuse. */
export type SealedVerdict = StoredVerdict & {
  readonly seal: string;
  /** Whether an earlier attempt of this very run stored it: then it is as good as asked for now. */
  readonly isOfThisRun?: boolean | undefined;
};

/** The results of earlier runs. */
export interface StoredResults {
  /** When the run began that may reuse them; known once they have been read. */
  readonly startedAt: Date;
  /** Undefined where nothing is stored that could be reused. */
  find(subject: ObjectReference, policy: Policy): SealedVerdict | undefined;
}

/** 96 bits, in base64url. */
const sealLength = 16;
const sealFormat = /^[\w-]{16}$/;

/**
 * Binds a verdict and its message to the input that they were computed from. A reader of a stored result computes it again, so that neither
 * a result that somebody edited nor one about something else passes for a verdict. It is a checksum, not a signature: anyone who may write reports can
 * make one.
 */
export function sealOf(basis: string, { result, message }: StoredVerdict): string {
  return hash('sha256', JSON.stringify([basis, result, message ?? '']), 'base64url').slice(0, sealLength);
}

/** Whether a text can be a seal at all. */
export function isSeal(text: string): boolean {
  return sealFormat.test(text);
}

/** Stands for a text or for bytes, wherever two of them have to be told apart. */
export function digestOf(content: string | Uint8Array): string {
  return hash('sha256', content, 'base64url');
}
