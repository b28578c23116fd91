import type { PolicyResult, ResourceReport } from '../../domain/index.ts';
import { toTerminalMessage, wrapText } from '../../text/index.ts';
import { breakDown } from '../overview.ts';
import { renderOverview } from '../overview-text.ts';
import type { PieceRenderer, RenderContext } from '../renderer.ts';
import { countRolledUp, type RolledReport, rollUpReports } from '../roll-up.ts';
import { createPaint, type Paint, resultStyle } from '../styles.ts';
import { chooseRollUp, describeRollUp } from '../view.ts';
import { type Layout, layOut, renderRow } from './table-rows.ts';
import { type Section, toSections } from './table-sections.ts';

/** Of each thing that the summary before many findings counts by. */
const mostCounted = 8;

/**
 * For people: findings under the object they are about, worst object first, messages wrapped and never cut. What keeps more than one
 * evaluation from an answer is told once, at the end, with how many those are. More findings than fit on a screen begin with a summary.
 */
export const tableRenderer: PieceRenderer = {
  *renderPieces({ reports }, context) {
    const { width, view } = context;
    const paint = createPaint(context.color);
    const { causes, rest } = gatherCauses(reports);
    const found = rest.filter(({ results }) => results.length > 0);
    const rolled = rollUpReports(found, chooseRollUp(view));
    const sections = toSections(rolled, view);
    const rows = sections.flatMap((section) => section.rows);
    const layout = layOut(rows, width, view?.groupBy === 'policy' ? 'objects' : 'policies');
    const below = [...renderCauses(causes, width, paint), ...tellRollUp(rolled, context)];
    const render = function* (): Generator<string> {
      for (const section of sections) yield renderSection(section, layout, paint);
      yield* below;
    };
    const isLong = view !== undefined && hasMoreLines(separated(render()), view.screenLines);
    if (isLong)
      yield `${renderOverview(breakDown(reports, { most: mostCounted, view }), { width, paint })}\n`;
    yield* separated(render());
  },
};

/** With a blank line between them. */
function* separated(blocks: Iterable<string>): Generator<string> {
  let before = '';
  for (const block of blocks) {
    yield before + block;
    before = '\n';
  }
}

type Cause = { readonly message: string; readonly code: string; readonly results: readonly PolicyResult[] };

/** Takes the causes that more than one evaluation has in common out of the reports. */
function gatherCauses(reports: readonly ResourceReport[]): {
  readonly causes: readonly Cause[];
  readonly rest: readonly ResourceReport[];
} {
  const errors = reports.flatMap(({ results }) => results.filter(({ result }) => result === 'error'));
  const causes = [...Map.groupBy(errors, causeOf)].filter(([, results]) => results.length > 1);
  const shared = new Set(causes.map(([cause]) => cause));
  const isOwn = (result: PolicyResult): boolean => result.result !== 'error' || !shared.has(causeOf(result));
  return {
    causes: causes.map(([, results]) => ({
      message: toTerminalMessage(results[0]?.message),
      code: results[0]?.errorCode ?? '',
      results,
    })),
    rest:
      causes.length === 0
        ? reports
        : reports.map((report) => ({ ...report, results: report.results.filter(isOwn) })),
  };
}

function causeOf({ errorCode, message }: PolicyResult): string {
  return JSON.stringify([errorCode, message]);
}

function renderCauses(causes: readonly Cause[], width: number, paint: Paint): readonly string[] {
  if (causes.length === 0) return [];
  const lines = causes.flatMap(({ message, code, results }) => {
    const policies = new Set(results.map(({ policy }) => policy.uniqueName)).size;
    const counted = `${results.length} evaluations of ${policies === 1 ? '1 policy' : `${policies} policies`}`;
    return [
      `  ${paint(resultStyle.error, 'error')}  ${counted}${code === '' ? '' : ` [${code}]`}`,
      ...wrapText(message, Math.max(10, width - 9)).map((line) => `         ${line}`),
    ];
  });
  return [[paint('bold', '(not evaluated)'), ...lines].map((line) => `${line}\n`).join('')];
}

function tellRollUp(rolled: readonly RolledReport[], { view, width }: RenderContext): readonly string[] {
  const counts = countRolledUp(rolled);
  if (counts.objects === 0) return [];
  const lines = wrapText(`${describeRollUp(counts, view)}.`, Math.max(10, width));
  return [lines.map((line) => `${line}\n`).join('')];
}

function renderSection({ title, notes, rows }: Section, layout: Layout, paint: Paint): string {
  const lines = [
    paint('bold', title),
    ...notes.map((note) => `  ${note}`),
    ...rows.flatMap((row) => renderRow(row, layout, paint)),
  ];
  return lines.map((line) => `${line.trimEnd()}\n`).join('');
}

/** Looks no further than it has to. */
function hasMoreLines(pieces: Iterable<string>, most: number): boolean {
  let lines = 0;
  for (const piece of pieces) {
    lines += piece.split('\n').length - 1;
    if (lines > most) return true;
  }
  return false;
}
