import { createHash, type Hash } from 'node:crypto';
import type { ScanRun, Witness } from '../../assembly/index.ts';
import type { AttestConfig, OutputSpec } from '../../config/index.ts';
import { AuditError, type AuditOutcome, errorCodes, type Policy } from '../../domain/index.ts';
import type { PolicyProgram } from '../../engine/index.ts';
import {
  type Digest,
  type DigestedFile,
  digestOf,
  type ModuleFacts,
  toCanonicalJson,
  toStatement,
} from '../../evidence/index.ts';
import { checkOutputFile, type Destination, type Io, OutputFile } from '../../host/index.ts';
import { maxTextBytes } from '../../system/index.ts';
import { openSigner } from './evidence-signer.ts';
import type { WatchDocument } from './output.ts';

/** Gathers what evidence of a run is about, while it goes on. */
export type Attesting = {
  readonly witness: Witness;
  readonly watch: WatchDocument;
  /** Writes the evidence. Rejects with an AuditError; to be called once every document has been written. */
  readonly finish: (ending: AttestedEnding) => Promise<void>;
};

export type AttestedEnding = {
  readonly outcome: AuditOutcome;
  readonly exitCode: number;
  readonly identify: ScanRun['identify'];
};

/** To be called before the scan: rejects with an AuditError where nothing could be signed, and for a file that cannot be written. */
export async function openAttesting(
  { file, signer }: AttestConfig,
  { isOfFiles, io, maxBytes = maxTextBytes }: AttestTerms,
): Promise<Attesting> {
  const signEvidence = await openSigner(signer, io);
  await checkOutputFile(file);
  const documents = new Documents(maxBytes);
  const digests = new Map<string, ReadonlyMap<string, Digest>>();
  const inputs = new Map<string, Digest>();
  return {
    witness: {
      onProgram: ({ uniqueName }, program) => digests.set(uniqueName, digestProgram(program)),
      onInput: (path, text) => inputs.set(path, digestOf(text)),
    },
    watch: (spec, destination) => documents.watch(spec, destination),
    finish: async ({ outcome, exitCode, identify }) => {
      const written = documents.written();
      if (written === undefined) throw withoutResult(file);
      if (written === 'tooLarge') throw tooLarge(file, maxBytes);
      const identity = await identify?.();
      const policies = outcome.policies.map(({ policy }) => policy);
      const statement = toStatement(written, {
        exitCode,
        cluster: identity === undefined ? null : { uid: null, unknown: null, ...identity },
        inputs: isOfFiles ? [...inputs].map(([name, digest]) => ({ name, digest })) : null,
        modules: new Map(policies.flatMap((policy) => toModules(policy, digests.get(policy.uniqueName)))),
      });
      const output = new OutputFile(file);
      await output.write(await signEvidence(statement));
      await output.commit();
    },
  };
}

function tooLarge(file: string, maxBytes: number): AuditError {
  return new AuditError(
    errorCodes.outputFailed,
    `cannot write ${file}: the result that it is about is larger than ${maxBytes / 2 ** 20} MiB`,
    {
      facts: ['It has to be read as one text, here and by verify-evidence.'],
      tries: ['scan in parts, each with its own evidence: audit-scanner scan -n NAMESPACE'],
      lasting: true,
    },
  );
}

function withoutResult(file: string): AuditError {
  return new AuditError(
    errorCodes.outputFailed,
    `cannot write ${file}: the result that it is about could not be written`,
  );
}

/** The module of a policy, or of each member of a group. */
function digestProgram(program: PolicyProgram): ReadonlyMap<string, Digest> {
  const modules = program.kind === 'single' ? { '': program } : program.members;
  return new Map(Object.entries(modules).map(([member, { wasm }]) => [member, digestOf(wasm)]));
}

function toModules(
  { uniqueName, execution }: Policy,
  digests: ReadonlyMap<string, Digest> | undefined,
): readonly (readonly [string, readonly ModuleFacts[]])[] {
  if (execution === undefined) return [];
  const uses = execution.kind === 'single' ? { '': execution } : execution.members;
  const facts = Object.entries(uses).map(([member, { module, settings }]) => ({
    member: member === '' ? null : member,
    reference: module,
    digest: digests?.get(member) ?? null,
    settings: digestOf(toCanonicalJson(settings)),
  }));
  return [[uniqueName, facts]];
}

type AttestTerms = {
  readonly isOfFiles: boolean;
  readonly io: Pick<Io, 'env' | 'now'>;
  /** Of the result. */
  readonly maxBytes?: number;
};

type Seen = {
  readonly spec: OutputSpec;
  readonly hash: Hash;
  /** Of a result, as long as it is not too large. */
  readonly pieces: string[];
  bytes: number;
  done: boolean;
};

/** What was written in a run, as it was written. */
class Documents {
  readonly #seen: Seen[] = [];
  readonly #maxBytes: number;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  watch(spec: OutputSpec, destination: Destination): Destination {
    const seen: Seen = { spec, hash: createHash('sha256'), pieces: [], bytes: 0, done: false };
    this.#seen.push(seen);
    return {
      write: async (text) => {
        await destination.write(text);
        seen.hash.update(text);
        if (spec.format === 'json') this.#keep(seen, text);
      },
      commit: async () => {
        await destination.commit();
        seen.done = true;
      },
      discard: () => destination.discard(),
    };
  }

  #keep(seen: Seen, text: string): void {
    seen.bytes += Buffer.byteLength(text);
    if (seen.bytes <= this.#maxBytes) seen.pieces.push(text);
    else seen.pieces.length = 0;
  }

  /** Undefined where the result itself could not be written. */
  written() {
    const done = this.#seen.filter(({ done: isDone }) => isDone);
    const result = done.find(({ spec }) => spec.format === 'json');
    if (result === undefined) return undefined;
    if (result.bytes > this.#maxBytes) return 'tooLarge';
    return {
      result: { ...toFile(result), text: result.pieces.join('') },
      others: done.filter((one) => one !== result).map(toFile),
    };
  }
}

function toFile({ spec: { file }, hash }: Seen): DigestedFile {
  return { name: file ?? 'stdout', digest: { sha256: hash.copy().digest('hex') } };
}
