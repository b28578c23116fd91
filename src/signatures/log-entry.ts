import { z } from 'zod';
import { base64, digits } from './spelling.ts';

/** An entry of a transparency log, as a bundle has it. Go leaves out what is 0. */
export const logEntry = z.strictObject({
  logIndex: digits.optional(),
  logId: z.strictObject({ keyId: base64 }),
  kindVersion: z.strictObject({ kind: z.string(), version: z.string() }),
  integratedTime: digits.optional(),
  inclusionPromise: z.strictObject({ signedEntryTimestamp: base64 }).optional(),
  inclusionProof: z.strictObject({
    logIndex: digits.optional(),
    rootHash: base64,
    treeSize: digits,
    hashes: z.array(base64).optional(),
    checkpoint: z.strictObject({ envelope: z.string() }),
  }),
  canonicalizedBody: base64,
});

type LogEntry = z.infer<typeof logEntry>;

const signatureLine = /^\u2014 [^\s+]+ (?<signature>\S+)$/u;

/**
 * What a log says twice is looked at only once when it is verified, and what it says without having signed it not at all; so the second
 * has to be as the first. Throws an Error that says in one line what is not.
 */
export function requireOneStory(entry: LogEntry): void {
  const { checkpoint, rootHash, treeSize } = entry.inclusionProof;
  const [note = '', signatures = '', ...rest] = checkpoint.envelope.split('\n\n');
  const [, size, root] = note.split('\n');
  if (size !== treeSize || root !== rootHash)
    throw new Error('the checkpoint of its log is of another tree than its proof');
  if (rest.length > 0 || !areSignatures(signatures))
    throw new Error('the checkpoint of its log is written in an unusual way');
  if (entry.inclusionPromise === undefined) requireNothingMore(entry);
}

function areSignatures(text: string): boolean {
  const lines = text.split('\n');
  return lines.length > 1 && lines.pop() === '' && lines.every(isSignature);
}

function isSignature(line: string): boolean {
  const { signature } = signatureLine.exec(line)?.groups ?? {};
  return signature !== undefined && base64.safeParse(signature).success;
}

/** A promise is what the time and the place in the whole log are signed with. */
function requireNothingMore({ integratedTime = '0', logIndex = '0', inclusionProof }: LogEntry): void {
  if (integratedTime !== '0' || logIndex !== (inclusionProof.logIndex ?? '0'))
    throw new Error('its log has not signed when or where it was entered');
}
