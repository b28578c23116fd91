import { countStates, type DiffEntry, type DiffSide } from '../../domain/index.ts';
import { resultApiVersion, toBaselineEntry } from '../audit-result.ts';
import { jsonDocumentPieces } from '../json-pieces.ts';
import type { DiffDocument } from './document.ts';
import { countBy, countings } from './words.ts';

/** For programs: everything, in pieces. */
export function renderDiffJson({ diff, outcome, gate }: DiffDocument): Iterable<string> {
  const { old, current, entries, notes } = diff;
  const head = {
    apiVersion: resultApiVersion,
    kind: 'ResultDiff',
    old: toSide(old),
    new: toSide(current),
    complete: outcome.complete,
    notes,
    gate,
    counts: countStates(entries),
    ...Object.fromEntries(
      countings.map(([title, keyOf]) => [
        listNames[title] ?? title,
        countBy(entries, keyOf).map(({ key, counts }) => ({ name: key, ...counts })),
      ]),
    ),
  };
  return jsonDocumentPieces(head, 'entries', writeEntries(entries));
}

const listNames: Readonly<Record<string, string>> = {
  Policy: 'policies',
  Namespace: 'namespaces',
  Owner: 'owners',
};

function toSide({ target, takenAt, ...side }: DiffSide): object {
  return {
    ...side,
    takenAt: takenAt.toISOString(),
    ...(target.contexts && { contexts: target.contexts }),
    context: target.context ?? null,
    server: target.server ?? null,
    paths: target.paths ?? null,
  };
}

function* writeEntries(entries: readonly DiffEntry[]): Generator<object> {
  for (const { state, entry, before } of entries) yield { state, ...toBaselineEntry(entry), before };
}
