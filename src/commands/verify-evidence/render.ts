import { type AuditError, errorCodes } from '../../domain/index.ts';
import type { Statement } from '../../evidence/index.ts';
import { plural, toPlainText } from '../../text/index.ts';
import type { CheckedResult } from './check-result.ts';
import type { KnownSigner } from './signer.ts';

/** What is known of evidence; what comes after the first thing that does not hold is not. */
export type Verification = {
  readonly evidence: string;
  readonly signer: KnownSigner | undefined;
  readonly statement: Statement | undefined;
  readonly notices: readonly string[];
  /** Of the evidence itself. */
  readonly problems: readonly AuditError[];
  readonly results: readonly CheckedResult[];
};

/** For people: what was signed, what was checked, and on the last line what came of it. Ends with a newline. */
export function renderVerification(verification: Verification): string {
  const { statement, signer, results, notices } = verification;
  const rows = [
    ...(signer === undefined ? [] : [['signed', describeSigner(signer)]]),
    ...(statement === undefined ? [] : describeStatement(statement)),
    ...results.map(({ path, name, problem }) => [
      'result',
      problem === undefined ? `${path}: byte for byte what was signed as ${name ?? ''}` : `${path}: REFUSED`,
    ]),
    ...notices.map((notice) => ['note', notice]),
  ];
  const table = rows
    .map(([label = '', value = '']) => `${label.padEnd(9)}  ${toPlainText(value)}\n`)
    .join('');
  return `${table}${describeEnd(verification)}\n`;
}

function describeSigner(signer: KnownSigner): string {
  return signer.kind === 'key'
    ? `with the key of ${signer.path} (SHA-256 ${signer.hint})`
    : `by ${signer.subject}, of ${signer.issuer}`;
}

function describeStatement({ predicate }: Statement): readonly (readonly string[])[] {
  const { run, scanner, gate, summary, exitCode, exceptions, inputs } = predicate;
  const { audited, skipped, errored } = summary.policies;
  return [
    ['run', `${run.uid}, ${run.startedAt} to ${run.finishedAt}, ${scanner.name} ${scanner.version}`],
    ['target', describeTarget(predicate)],
    ...(inputs === null ? [] : [['inputs', plural(inputs.length, 'file')]]),
    ['policies', `${audited} audited, ${skipped} skipped, ${errored} errored`],
    [
      'results',
      `${plural(summary.fail, 'violation')}, ${plural(summary.error, 'error')}, ${summary.accepted} accepted by ${plural(exceptions.length, 'exception')}`,
    ],
    ['gate', `${gate.result}${run.complete ? '' : ' (the run is incomplete)'}, exit code ${exitCode}`],
  ];
}

function describeTarget({ target, cluster }: Statement['predicate']): string {
  const what =
    target.mode === 'files'
      ? `files ${(target.paths ?? []).join(', ')}`
      : `context ${target.context ?? ''} (${target.server ?? ''})`;
  if (cluster === null) return what;
  const which = cluster.uid === null ? `unknown: ${cluster.unknown ?? ''}` : cluster.uid;
  return `${what}, cluster ${which}`;
}

function describeEnd({ evidence, problems, results }: Verification): string {
  const refused = results.filter(({ problem }) => problem !== undefined).map(({ path }) => path);
  if (problems.some(isUnknown))
    return `NOT VERIFIED: ${evidence} is signed, and says something that this version cannot read.`;
  if (problems.length > 0) return `REFUSED: ${evidence}`;
  if (refused.length > 0) return `REFUSED: ${refused.join(', ')}`;
  if (results.length === 0)
    return `VERIFIED: ${evidence}. No result was given, so none was compared with it.`;
  return `VERIFIED: ${results.map(({ path }) => path).join(', ')}`;
}

function isUnknown({ code }: AuditError): boolean {
  return code === errorCodes.evidenceOfOther;
}

/** For programs. */
export function toVerificationJson(verification: Verification): object {
  const { evidence, signer, statement, notices, problems, results } = verification;
  const isVerified = [...problems, ...results.map(({ problem }) => problem)].every(
    (one) => one === undefined,
  );
  return {
    apiVersion: 'audit-scanner.kubewarden.io/v1',
    kind: 'EvidenceVerification',
    verified: isVerified,
    evidence,
    signer: signer ?? null,
    problems: problems.map(toProblem),
    notices,
    results: results.map(({ path, name, problem }) => ({
      path,
      verified: problem === undefined,
      name: name ?? null,
      problem: problem === undefined ? null : toProblem(problem),
    })),
    statement: statement ?? null,
  };
}

function toProblem({ code, message, facts }: AuditError): object {
  return { code, message, facts };
}
