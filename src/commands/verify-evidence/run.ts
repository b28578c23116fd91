import { AuditError, errorCodes } from '../../domain/index.ts';
import { findContradictions, readStatement } from '../../evidence/index.ts';
import { type Io, readUserFile, renderError } from '../../host/index.ts';
import { type Attestation, parseAttestation } from '../../signatures/index.ts';
import { exitCodes } from '../../verdict/index.ts';
import { type CheckedResult, checkResult } from './check-result.ts';
import type { VerifyConfig } from './options.ts';
import { renderVerification, toVerificationJson, type Verification } from './render.ts';
import { type KnownSigner, openVerifier, type VerifySigner } from './signer.ts';

/** `audit-scanner verify-evidence`. Resolves to the exit code; rejects with an AuditError for what cannot be used to check anything. */
export async function runVerify(config: VerifyConfig, io: Io, signal: AbortSignal): Promise<number> {
  const verifySigner = await openVerifier(config.signer);
  const text = (await readUserFile(config.evidence)).toString();
  const verification = await verify(config, { text, verifySigner, signal });
  if (config.output === 'json') {
    await io.stdout.write(`${JSON.stringify(toVerificationJson(verification), null, 2)}\n`);
  } else {
    for (const problem of problemsOf(verification)) await io.stderr.write(renderError(problem));
    await io.stdout.write(renderVerification(verification));
  }
  return exitCodeFor(problemsOf(verification));
}

type Verifying = {
  readonly text: string;
  readonly verifySigner: VerifySigner;
  readonly signal: AbortSignal;
};

async function verify(
  { evidence, results, signer: { trustRoot } }: VerifyConfig,
  { text, verifySigner, signal }: Verifying,
): Promise<Verification> {
  const opened = attempt(() => open(evidence, text, verifySigner));
  if (opened instanceof AuditError) return { ...nothingKnown(evidence), problems: [opened] };
  const { signer, attestation } = opened;
  const statement = attempt(() => readStatement(evidence, attestation.payload));
  const notices = trustRoot === undefined ? noticesOf(attestation, signer) : [];
  const known = { ...nothingKnown(evidence), signer, notices };
  if (statement instanceof AuditError) return { ...known, problems: [statement] };
  const contradictions = findContradictions(statement);
  const problems = contradictions.length === 0 ? [] : [contradictory(evidence, contradictions)];
  const checked: CheckedResult[] = [];
  for (const path of results) {
    signal.throwIfAborted();
    checked.push(await checkResult(path, statement));
  }
  return { ...known, statement, problems, results: checked };
}

function attempt<T>(read: () => T): T | AuditError {
  try {
    return read();
  } catch (thrown) {
    if (thrown instanceof AuditError) return thrown;
    throw thrown;
  }
}

function nothingKnown(evidence: string): Verification {
  return { evidence, signer: undefined, statement: undefined, notices: [], problems: [], results: [] };
}

type Opened = { readonly signer: KnownSigner; readonly attestation: Attestation };

function open(path: string, text: string, verifySigner: VerifySigner): Opened {
  let attestation: Attestation;
  try {
    attestation = parseAttestation(text);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new AuditError(errorCodes.evidenceInvalid, `${path} is not evidence that can be checked: ${why}`, {
      cause,
    });
  }
  return { signer: verifySigner(path, attestation), attestation };
}

/** Of what nobody has checked, for want of a trust root. */
function noticesOf({ witnesses }: Attestation, { kind }: KnownSigner): readonly string[] {
  return kind === 'key' && witnesses > 0
    ? ['entries of logs and timestamps are with it: they count only with --sigstore-trust-root']
    : [];
}

function contradictory(path: string, sentences: readonly string[]): AuditError {
  return new AuditError(errorCodes.evidenceContradictory, `${path} is signed and contradicts itself`, {
    facts: sentences,
  });
}

function problemsOf({ problems, results }: Verification): readonly AuditError[] {
  return [...problems, ...results.flatMap(({ problem }) => (problem === undefined ? [] : [problem]))];
}

/** What cannot be read by this version is not refuted. */
function exitCodeFor(problems: readonly AuditError[]): number {
  if (problems.length === 0) return exitCodes.ok;
  return problems.every(({ code }) => code === errorCodes.evidenceOfOther)
    ? exitCodes.incomplete
    : exitCodes.violations;
}
