import type { z } from 'zod';
import {
  AuditError,
  type AuditOutcome,
  type BaselineEntry,
  errorCodes,
  type GateResult,
  type ResourceReport,
  type ResultStatus,
  type RunTarget,
} from '../../domain/index.ts';
import { baselineEntrySchema, resultSchema } from './result-schema.ts';
import { toEntry, toGate, toOutcome, toTarget } from './saved-outcome.ts';
import {
  cutShort,
  findForm,
  invalid,
  kindOf,
  ofBytes,
  ofFile,
  readDocument,
  readLines,
  type SavedBytes,
  type SavedForm,
  type SavedPiece,
} from './saved-pieces.ts';
import { ReportReader } from './saved-report.ts';
import { runSchema, type SavedRun, savedApiVersion } from './schema.ts';

/** A document of `-o json`, `-o jsonl` or `-o baseline`, as far as it was read. */
export type SavedResult = {
  readonly path: string;
  /** A baseline has entries and no results. */
  readonly kind: 'result' | 'baseline';
  readonly outcome: AuditOutcome;
  /** Its verdict when it was saved. */
  readonly gate: GateResult;
  readonly target: RunTarget;
  readonly toolVersion: string;
  /** The results that it holds, if there were any. */
  readonly results: readonly ResultStatus[];
  /** Reads the file again: a report for each result, in the order of the file. Rejects with an AuditError. */
  readonly readReports: () => AsyncGenerator<ResourceReport>;
  /** Reads the file again: the entries of a baseline; none of another document. */
  readonly readEntries: () => AsyncGenerator<BaselineEntry>;
};

/**
 * Opens a saved result of any size: reads all of the file, and keeps what it says of the run. Rejects with an AuditError for what
 * cannot be read, was not saved by this program or by a version that is too new, or was cut short.
 */
export function readSavedResult(path: string): Promise<SavedResult> {
  return open(ofFile(path));
}

/** The same for what was read already. `name` is how a person calls it. */
export function readSavedBytes(name: string, bytes: Buffer): Promise<SavedResult> {
  return open(ofBytes(name, bytes));
}

async function open(saved: SavedBytes): Promise<SavedResult> {
  const { name: path } = saved;
  const form = await findForm(saved);
  const run = parseRun(path, form === 'lines' ? await readLastLine(saved) : await readMembers(saved));
  const outcome = toOutcome(run);
  return {
    path,
    kind: run.kind === 'Baseline' ? 'baseline' : 'result',
    outcome,
    gate: toGate(run),
    target: toTarget(run),
    toolVersion: run.metadata.toolVersion,
    results: run.filters?.results ?? ['fail', 'error'],
    readReports: async function* () {
      const reader = new ReportReader(outcome.policies, { isCompared: outcome.baseline !== undefined });
      for await (const value of readElements(saved, form, 'results')) {
        yield reader.toReport(parsePiece(path, resultSchema, value));
      }
    },
    readEntries: async function* () {
      for await (const value of readElements(saved, form, 'entries'))
        yield toEntry(parsePiece(path, baselineEntrySchema, value));
    },
  };
}

async function readMembers(saved: SavedBytes): Promise<unknown> {
  const members: [string, unknown][] = [];
  for await (const { list, bytes } of readDocument(saved)) {
    if (list !== undefined) continue;
    const member = parseText(saved.name, `{${bytes.toString()}}`);
    if (typeof member === 'object' && member !== null) members.push(...Object.entries(member));
  }
  return Object.fromEntries(members);
}

async function readLastLine(saved: SavedBytes): Promise<unknown> {
  let last: Buffer | undefined;
  for await (const line of readLines(saved)) last = line;
  const value = tryParse(last?.toString() ?? '');
  if (kindOf(value) !== 'Summary')
    throw cutShort(saved.name, 'it lacks the last line, which says what the run came to');
  return value;
}

/** The elements of one list, or the lines that are results. */
async function* readElements(saved: SavedBytes, form: SavedForm, list: string): AsyncGenerator {
  if (form === 'document') {
    for await (const piece of readDocument(saved))
      if (piece.list === list) yield parseText(saved.name, textOf(piece));
    return;
  }
  for await (const line of readLines(saved)) {
    const value = parseText(saved.name, line.toString());
    if (kindOf(value) === 'Result' && list === 'results') yield value;
  }
}

function textOf({ bytes }: SavedPiece): string {
  return bytes.toString();
}

function parseText(path: string, text: string): unknown {
  const value = tryParse(text);
  if (value === undefined) throw invalid(path, 'it is no JSON');
  return value;
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const ownApi = /^audit-scanner\.kubewarden\.io\/v\d+/;

function parseRun(path: string, value: unknown): SavedRun {
  const apiVersion =
    typeof value === 'object' && value !== null && 'apiVersion' in value ? value.apiVersion : undefined;
  if (typeof apiVersion !== 'string' || !ownApi.test(apiVersion))
    throw invalid(path, describeOther(apiVersion, kindOf(value)));
  if (apiVersion !== savedApiVersion) {
    const message = `${path} was saved by a newer version of audit-scanner, in the format ${apiVersion}`;
    throw new AuditError(errorCodes.savedResultOfNewer, message, {
      facts: [`This version reads ${savedApiVersion}.`],
    });
  }
  return parsePiece(path, runSchema, value);
}

function describeOther(apiVersion: unknown, kind: unknown): string {
  const [api, what] = [apiVersion, kind].map((text) =>
    typeof text === 'string' ? text.slice(0, 80) : undefined,
  );
  if (api === undefined) return 'it has no apiVersion, so another tool has written it';
  return `it is a ${what ?? 'document'} of ${api}`;
}

function parsePiece<T extends z.ZodType>(path: string, schema: T, value: unknown): z.infer<T> {
  const { data, error } = schema.safeParse(value);
  if (error === undefined) return data;
  const [issue] = error.issues;
  const where = issue?.path.map(String).join('.') ?? '';
  throw invalid(
    path,
    `${where === '' ? 'a result in it' : where} is not as it was saved (${issue?.message ?? ''})`,
  );
}
