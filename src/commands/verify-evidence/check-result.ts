import { AuditError, errorCodes } from '../../domain/index.ts';
import {
  compareWithResult,
  type Difference,
  digestOf,
  type Statement,
  toCanonicalJson,
} from '../../evidence/index.ts';
import { readUserFile } from '../../host/index.ts';
import { parseJson } from '../../text/index.ts';

/** What a file turned out to be. */
export type CheckedResult = {
  readonly path: string;
  /** Under which name the evidence has it; undefined for none of what it is about. */
  readonly name: string | undefined;
  readonly problem: AuditError | undefined;
};

const mostShown = 8;
const mostNamed = 3;

/** Holds a file against a statement whose signature holds. Rejects with `fileUnreadable`. */
export async function checkResult(path: string, statement: Statement): Promise<CheckedResult> {
  const content = await readUserFile(path);
  const { sha256 } = digestOf(content);
  const subject = statement.subject.find(({ digest }) => digest.sha256 === sha256);
  if (subject === undefined)
    return { path, name: undefined, problem: describeOther(path, content, statement) };
  const isResult = statement.predicate.result.digest.sha256 === sha256;
  const problem = isResult ? findContradiction(path, content, statement) : undefined;
  return { path, name: subject.name, problem };
}

function findContradiction(path: string, content: Buffer, { predicate }: Statement): AuditError | undefined {
  const differences = compare(predicate, parseJson(content));
  if (differences instanceof Error || differences.length > 0) {
    const facts = differences instanceof Error ? [differences.message] : listDifferences(differences);
    return new AuditError(
      errorCodes.evidenceContradictory,
      `what was signed with ${path} says something else than ${path}`,
      { facts },
    );
  }
  return undefined;
}

/** A file that is not what was signed: in what it differs, as far as it is a result at all. */
function describeOther(path: string, content: Buffer, { predicate, subject }: Statement): AuditError {
  const document = parseJson(content);
  const differences = compare(predicate, document);
  const digests = [
    `its SHA-256 is ${digestOf(content).sha256}`,
    ...subject.slice(0, mostShown).map(({ name, digest }) => `signed: ${digest.sha256}  ${name}`),
  ];
  const refuse = (why: string, facts: readonly string[]): AuditError =>
    new AuditError(errorCodes.resultNotOfEvidence, `${path} is not what was signed: ${why}`, {
      facts: [...facts, ...digests],
    });
  if (differences instanceof Error) return refuse('its digest is another one', [differences.message]);
  if (differences.length > 0) return refuse(sumUp(differences), listDifferences(differences));
  const { canonicalDigest } = predicate.result;
  return digestOf(toCanonicalJson(document)).sha256 === canonicalDigest.sha256
    ? refuse('it says the same in other bytes', [
        'It was written anew, by a formatter perhaps; nothing that it says differs.',
      ])
    : refuse('something in it differs that the evidence does not repeat', []);
}

function compare(predicate: Statement['predicate'], document: unknown): readonly Difference[] | Error {
  try {
    return compareWithResult(predicate, document);
  } catch (thrown) {
    return thrown instanceof Error ? thrown : new Error(String(thrown));
  }
}

/** In a few words, where things differ. */
function sumUp(differences: readonly Difference[]): string {
  if (differences.some(({ path }) => path === 'run.uid')) return 'it is the result of another run';
  const places = differences.map(
    ({ path }) => /^policies\[(.*?)\]/.exec(path)?.[1] ?? path.replace(/[.[].*/, ''),
  );
  const unlike = [...new Set(places)];
  const more = unlike.length > mostNamed ? ` and ${unlike.length - mostNamed} more` : '';
  return `it differs in ${unlike.slice(0, mostNamed).join(', ')}${more}`;
}

function listDifferences(differences: readonly Difference[]): readonly string[] {
  const lines = differences
    .slice(0, mostShown)
    .map(
      ({ path, stated, found }) =>
        `${path}: signed ${stated ?? 'nothing'}, in the file ${found ?? 'nothing'}`,
    );
  const more = differences.length - mostShown;
  return more > 0 ? [...lines, `and ${more} more differences`] : lines;
}
