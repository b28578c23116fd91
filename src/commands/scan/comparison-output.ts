import { Comparer } from '../../comparison/index.ts';
import type { OutputSpec, ScanConfig } from '../../config/index.ts';
import {
  type AuditError,
  type AuditOutcome,
  type Comparison,
  severityNames,
  severityOf,
  toAuditError,
} from '../../domain/index.ts';
import { checkOutputFile, type Io, OutputFile, usesColor, widthForPeople } from '../../host/index.ts';
import { tellError } from '../../host/logging/index.ts';
import { manual } from '../../manual/index.ts';
import {
  type ComparisonDocument,
  renderComparison,
  renderComparisonJson,
  renderComparisonMarkdown,
  renderSummary,
} from '../../reports/index.ts';
import { createStream } from '../../sinks/index.ts';
import { exitCodes, strongestExitCode } from '../../verdict/index.ts';
import { type Ending, type Outputs, toStdout } from './output.ts';
import { createRenderContext } from './render-context.ts';

/**
 * The outputs of a comparison, of which only what changes is kept. To be called before the audit: rejects with `outputNotWritable` when
 * a requested file cannot be written.
 */
export async function openComparison(config: ScanConfig, io: Io, beforeWrite: () => void): Promise<Outputs> {
  for (const { file } of config.outputs) if (file !== undefined) await checkOutputFile(file);
  const comparer = new Comparer();
  let finished: Comparison | undefined;
  const compare = ({ policies }: AuditOutcome): Comparison => (finished ??= comparer.finish(policies));
  const collect = createStream((report) => {
    comparer.add(report);
    return Promise.resolve();
  });
  return {
    sinks: [collect],
    watch: {
      onPaired: (pairs) => {
        comparer.pair(pairs);
      },
      observe: (event) => {
        if (event.type === 'match-unknown') comparer.miss(event.object, event.policy, event.error);
      },
    },
    toJudged: (outcome) => toJudged(outcome, compare(outcome)),
    finish: async (ending) => {
      beforeWrite();
      return finish({ ...ending, comparison: compare(ending.outcome) }, config, io);
    },
    discard: () => Promise.resolve(),
  };
}

/** The gate is about newly failing objects; those that were not compared may be among them. */
function toJudged(outcome: AuditOutcome, { changes, counts, notCompared }: Comparison): AuditOutcome {
  const failing = changes.flatMap(({ kind, proposed }) =>
    kind === 'newly-failing' && proposed !== undefined && proposed.exception === undefined ? [proposed] : [],
  );
  const failBySeverity = { ...outcome.totals.failBySeverity };
  for (const severity of severityNames)
    failBySeverity[severity] = failing.filter((result) => severityOf(result) === severity).length;
  return {
    ...outcome,
    complete: outcome.complete && counts.notCompared + notCompared.length === 0,
    totals: {
      ...outcome.totals,
      failBySeverity,
      results: { ...outcome.totals.results, fail: failing.length },
    },
  };
}

type Finished = Ending & ComparisonDocument;

/** Writes the documents that were asked for, then for people what the last line says. Resolves to the exit code. */
async function finish(document: Finished, config: ScanConfig, io: Io): Promise<number> {
  const failures: AuditError[] = [];
  for (const spec of config.outputs) {
    try {
      await write(document, spec, { config, io });
    } catch (thrown) {
      failures.push(toAuditError(thrown));
    }
  }
  for (const failure of failures) await tellError(failure, { io, format: config.log.format });
  await tellVerdict(document, config, io);
  return strongestExitCode(document.gate.exitCode, failures.length > 0 ? exitCodes.incomplete : exitCodes.ok);
}

type Surroundings = { readonly config: ScanConfig; readonly io: Io };

async function write(document: Finished, spec: OutputSpec, surroundings: Surroundings): Promise<void> {
  const { io, config } = surroundings;
  const destination = spec.file === undefined ? toStdout(io) : new OutputFile(spec.file);
  try {
    await destination.write(render(document, spec, surroundings));
    await destination.commit();
  } catch (thrown) {
    await destination.discard();
    throw thrown;
  }
  if (spec.file !== undefined && !config.display.quiet)
    await io.stderr.write(`wrote ${spec.format} to ${spec.file}\n`);
}

function render(document: Finished, spec: OutputSpec, { config, io }: Surroundings): string {
  const { display } = config;
  const context = createRenderContext(display, { io, spec, target: document.target });
  if (spec.format === 'json') return renderComparisonJson(document, context);
  const shown = { ...document, comparison: withSeverities(document.comparison, config) };
  if (spec.format === 'markdown') return renderComparisonMarkdown(shown);
  const counts = display.summary && !display.quiet;
  return renderComparison(shown, { ...context, counts, verbose: display.verbose });
}

/** What --severity leaves of the changes; the counts stay. */
function withSeverities(comparison: Comparison, { display: { filter } }: ScanConfig): Comparison {
  const { changes } = comparison;
  return {
    ...comparison,
    changes: changes.filter(({ policy }) => filter.severities.includes(severityOf({ policy }))),
  };
}

/** On stdout where people read it, on stderr where a program reads stdout. */
async function tellVerdict({ outcome, gate }: Finished, config: ScanConfig, io: Io): Promise<void> {
  const onStdout = config.outputs.find(({ file }) => file === undefined);
  const isTaken = onStdout !== undefined && onStdout.format !== 'table';
  const stream = isTaken ? io.stderr : io.stdout;
  const verdict = renderSummary(outcome, gate, {
    color: usesColor(config.display.color, stream, io.env),
    width: widthForPeople(stream, io.env),
    counts: false,
    verbose: config.display.verbose,
    store: false,
    titleOf: (code) => manual[code].title,
  });
  await stream.write(verdict);
}
