import { loadHistory } from '../../assembly/index.ts';
import type { AuditObserver } from '../../audit/index.ts';
import type { OutputSpec, ScanConfig } from '../../config/index.ts';
import {
  type AuditError,
  type AuditOutcome,
  type GateResult,
  type PolicyPair,
  type ResourceReport,
  toAuditError,
} from '../../domain/index.ts';
import {
  checkOutputFile,
  type Destination,
  type Io,
  OutputFile,
  usesColor,
  widthForPeople,
} from '../../host/index.ts';
import { renderJsonLine, tellError } from '../../host/logging/index.ts';
import { manual } from '../../manual/index.ts';
import {
  type AuditDocument,
  type PieceRenderer,
  piecesOf,
  type RenderContext,
  type ReportRenderer,
  renderers,
  renderSummary,
  type StreamRenderer,
} from '../../reports/index.ts';
import { type Collector, createCollector, createStream, type ReportSink } from '../../sinks/index.ts';
import { joinPieces } from '../../text/index.ts';
import { exitCodes, strongestExitCode } from '../../verdict/index.ts';
import { tellGitHubJob } from './github-job.ts';
import { createRenderContext } from './render-context.ts';
import { keepAny, type ResultFilter, resultsIn, selectResults } from './result-filter.ts';
import { formatOf } from './scan-log.ts';

/** What a run ends with. */
export type Ending = {
  readonly outcome: AuditOutcome;
  readonly gate: GateResult;
  readonly target: RenderContext['target'];
  /** The version that the results are of, where that is not this one. */
  readonly toolVersion?: string | undefined;
  /** Writes evidence of the run, given its exit code so far. Rejects with an AuditError. */
  readonly attest?: ((exitCode: number) => Promise<void>) | undefined;
};

/** Stands between a document and where it goes. */
export type WatchDocument = (spec: OutputSpec, destination: Destination) => Destination;

export type OutputHooks = {
  /** Called before anything is written, so that a progress line can be taken away. */
  readonly beforeWrite: () => void;
  readonly watch?: WatchDocument | undefined;
};

/** What is to be known of an audit besides its reports, to compare policies. */
export type Watch = AuditObserver & { readonly onPaired: (pairs: readonly PolicyPair[]) => void };

export type Outputs = {
  /** Where the audit sends its reports, besides the store. */
  readonly sinks: readonly [ReportSink, ...ReportSink[]];
  /** What besides reports is shown, for a comparison. */
  readonly watch?: Watch | undefined;
  /** What the gate judges of an outcome, where that is not all of it. */
  readonly toJudged?: ((outcome: AuditOutcome) => AuditOutcome) | undefined;
  /**
   * Writes every document, then the summary with the verdict on its last line. One that cannot be written does not keep the others
   * from being written. Resolves to the exit code.
   */
  readonly finish: (ending: Ending) => Promise<number>;
  /** Removes what was begun, for a run that ends without an outcome. */
  readonly discard: () => Promise<void>;
};

/** What became of a document: how many results it holds, and what its reader should know besides. */
type Written = { readonly results: number; readonly notices: readonly string[] };

/** One requested document. `emit` is there for formats that are written while the scan goes on. */
type Output = {
  readonly spec: OutputSpec;
  readonly filter: ResultFilter;
  readonly destination: Destination;
  readonly emit: ((report: ResourceReport) => Promise<void>) | undefined;
  readonly end: (document: AuditDocument, context: RenderContext) => Promise<Written>;
};

/**
 * To be called before the scan: rejects with `outputNotWritable` when a requested file cannot be written, and with `historyUnreadable`
 * when the folder of earlier results cannot be read.
 */
export async function openOutputs(config: ScanConfig, io: Io, hooks: OutputHooks): Promise<Outputs> {
  for (const { file } of config.outputs) if (file !== undefined) await checkOutputFile(file);
  const history = await loadHistory(config);
  const { beforeWrite, watch = unwatched } = hooks;
  const outputs = await Promise.all(
    config.outputs.map((spec) => createOutput(spec, config, watch(spec, destinationOf(spec, io)))),
  );
  const documents = outputs.filter(({ emit }) => emit === undefined);
  const collector = createCollector({ keep: keepAny(documents.map(({ filter }) => filter)) });
  const streams = outputs.flatMap((output) => toStreams(output, beforeWrite));
  return {
    sinks: [collector, ...streams],
    finish: async (ending) => {
      beforeWrite();
      const failed = await writeDocuments(
        outputs,
        { ...ending, reports: collector.reports() },
        { config, io, history },
      );
      const written = strongestExitCode(ending.gate.exitCode, failed ? exitCodes.incomplete : exitCodes.ok);
      const unattested = await tellUnattested(ending, written, { config, io });
      const exitCode = unattested ? strongestExitCode(written, exitCodes.incomplete) : written;
      if (config.frontDoor === 'scan') await summarize(ending, exitCode, { config, io, collector });
      return exitCode;
    },
    discard: async () => {
      await Promise.all(outputs.map(({ destination }) => destination.discard()));
    },
  };
}

const unwatched: WatchDocument = (_spec, destination) => destination;

function destinationOf({ file }: OutputSpec, io: Io): Destination {
  return file === undefined ? toStdout(io) : new OutputFile(file);
}

/** What a document that is written as the scan goes on gets its reports by. */
function toStreams({ emit, filter }: Output, beforeWrite: OutputHooks['beforeWrite']): readonly ReportSink[] {
  if (emit === undefined) return [];
  const stream = createStream(async (report) => {
    const selected = selectResults(report, filter);
    if (selected === undefined) return;
    beforeWrite();
    await emit(selected);
  });
  return [stream];
}

async function createOutput(
  spec: OutputSpec,
  { display }: ScanConfig,
  destination: Destination,
): Promise<Output> {
  const filter = resultsIn(spec.format, display.filter);
  const renderer: ReportRenderer | PieceRenderer | StreamRenderer = await renderers[spec.format]();
  if (!('renderReport' in renderer)) {
    const end: Output['end'] = async (document, context) => {
      for (const text of joinPieces(piecesOf(renderer, document, context))) await destination.write(text);
      await destination.commit();
      return {
        results: renderer.countResults?.(document) ?? countResults(document.reports),
        notices: renderer.notices?.(document, context) ?? [],
      };
    };
    return { spec, filter, destination, emit: undefined, end };
  }
  let emitted = 0;
  return {
    spec,
    filter,
    destination,
    emit: async (report) => {
      emitted += report.results.length;
      await destination.write(renderer.renderReport(report));
    },
    end: async (document, context) => {
      await destination.write(renderer.renderEnd(document, context));
      await destination.commit();
      return { results: emitted, notices: [] };
    },
  };
}

export function toStdout({ stdout }: Io): Destination {
  return {
    write: (text) => stdout.write(text),
    commit: () => Promise.resolve(),
    discard: () => Promise.resolve(),
  };
}

function countResults(reports: readonly ResourceReport[]): number {
  return reports.reduce((sum, { results }) => sum + results.length, 0);
}

type Surroundings = { readonly config: ScanConfig; readonly io: Io };

/** Resolves to whether any of them failed. */
async function writeDocuments(
  outputs: readonly Output[],
  document: AuditDocument & Ending,
  { config, io, history }: Surroundings & Pick<RenderContext, 'history'>,
): Promise<boolean> {
  const failures: AuditError[] = [];
  for (const { spec, end, filter } of outputs) {
    try {
      const { results } = filter;
      const context = createRenderContext(config.display, { io, spec, results, history, ...document });
      const own = {
        ...document,
        reports: document.reports.flatMap((one) => selectResults(one, filter) ?? []),
      };
      const written = await end(own, context);
      if (spec.format === 'github')
        await tellGitHubJob(own, context, { env: io.env, outputs: config.outputs });
      if (!config.display.quiet) await io.stderr.write(describeWritten(spec, written));
    } catch (thrown) {
      failures.push(toAuditError(thrown));
    }
  }
  for (const failure of failures) await tellError(failure, { io, format: formatOf(config) });
  return failures.length > 0;
}

/** Resolves to whether evidence was asked for and could not be written. */
async function tellUnattested(
  { attest }: Ending,
  exitCode: number,
  { config, io }: Surroundings,
): Promise<boolean> {
  try {
    await attest?.(exitCode);
  } catch (thrown) {
    await tellError(toAuditError(thrown), { io, format: formatOf(config) });
    return true;
  }
  if (attest !== undefined && !config.display.quiet)
    await io.stderr.write(`wrote evidence to ${config.attest?.file ?? ''}\n`);
  return false;
}

function describeWritten({ format, file }: OutputSpec, { results, notices }: Written): string {
  const wrote = file === undefined ? [] : [`wrote ${format} to ${file} (${results} results)`];
  return [...wrote, ...notices].map((line) => `${line}\n`).join('');
}

/** What people read on stdout with the counts and the verdict below it. */
const readBeforeSummary: ReadonlySet<OutputSpec['format']> = new Set(['table', 'summary']);

/** On stdout where people read it, on stderr where a program reads stdout; a log in JSON has the verdict besides. */
async function summarize(
  { outcome, gate }: Ending,
  exitCode: number,
  { config, io, collector }: Surroundings & { readonly collector: Collector },
): Promise<void> {
  const { display, outputs, store, log } = config;
  if (log.format === 'json') await io.stderr.write(toVerdictLine({ ...gate, exitCode }, io));
  const onStdout = outputs.find(({ file }) => file === undefined);
  const isTaken = onStdout !== undefined && !readBeforeSummary.has(onStdout.format);
  if (isTaken && log.format === 'json') return;
  const stream = isTaken ? io.stderr : io.stdout;
  const summary = renderSummary(outcome, gate, {
    color: usesColor(display.color, stream, io.env),
    width: widthForPeople(stream, io.env),
    counts: display.summary && !display.quiet,
    verbose: display.verbose,
    store,
    titleOf: (code) => manual[code].title,
  });
  const separator = !isTaken && onStdout !== undefined && collector.reports().length > 0 ? '\n' : '';
  await stream.write(separator + summary + describeUnwritten(exitCode, gate));
}

function describeUnwritten(exitCode: number, gate: GateResult): string {
  return exitCode === gate.exitCode
    ? ''
    : `INCOMPLETE: an output could not be written. Exit code ${exitCode}.\n`;
}

/** The verdict for who reads the log with a program, whatever its level. */
function toVerdictLine({ result, exitCode, violations, verdict }: GateResult, { now }: Io): string {
  return renderJsonLine(
    { level: 'info', message: verdict, fields: { component: 'scanner', gate: result, exitCode, violations } },
    now,
  );
}
