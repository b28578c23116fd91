import type { OutputSpec, ScanConfig } from '../../config/index.ts';
import { type AuditError, toAuditError } from '../../domain/index.ts';
import {
  checkOutputFile,
  defaultWidth,
  type Io,
  OutputFile,
  terminalWidth,
  usesColor,
  widthForPeople,
} from '../../host/index.ts';
import { tellError } from '../../host/logging/index.ts';
import { manual } from '../../manual/index.ts';
import {
  type DiffDocument,
  renderDiff,
  renderDiffJson,
  renderDiffMarkdown,
  renderSummary,
} from '../../reports/index.ts';
import { joinPieces } from '../../text/index.ts';
import { exitCodes, strongestExitCode } from '../../verdict/index.ts';

/** Rejects with `outputNotWritable` before anything is read. */
export async function checkOutputs({ outputs }: ScanConfig): Promise<void> {
  for (const { file } of outputs) if (file !== undefined) await checkOutputFile(file);
}

/** Writes the documents that were asked for, then the verdict. Resolves to the exit code. */
export async function writeDiff(document: DiffDocument, config: ScanConfig, io: Io): Promise<number> {
  const failures: AuditError[] = [];
  for (const spec of config.outputs) {
    try {
      await write(document, spec, { config, io });
    } catch (thrown) {
      failures.push(toAuditError(thrown));
    }
  }
  for (const failure of failures) await tellError(failure, { io, format: 'text' });
  await tellVerdict(document, config, io);
  return strongestExitCode(document.gate.exitCode, failures.length > 0 ? exitCodes.incomplete : exitCodes.ok);
}

type Surroundings = { readonly config: ScanConfig; readonly io: Io };

async function write(document: DiffDocument, spec: OutputSpec, { config, io }: Surroundings): Promise<void> {
  const pieces = joinPieces(render(document, spec, { config, io }));
  if (spec.file === undefined) {
    for (const piece of pieces) await io.stdout.write(piece);
    return;
  }
  const file = new OutputFile(spec.file);
  for (const piece of pieces) await file.write(piece);
  await file.commit();
  if (!config.display.quiet) await io.stderr.write(`wrote ${spec.format} to ${spec.file}\n`);
}

function render(document: DiffDocument, spec: OutputSpec, { config, io }: Surroundings): Iterable<string> {
  const { color, summary, quiet, verbose } = config.display;
  if (spec.format === 'json') return renderDiffJson(document);
  if (spec.format === 'markdown') return [renderDiffMarkdown(document)];
  const isOnScreen = spec.file === undefined;
  return [
    renderDiff(document, {
      width: isOnScreen ? terminalWidth(io.stdout, io.env) : defaultWidth,
      color: isOnScreen ? usesColor(color, io.stdout, io.env) : color === 'always',
      counts: summary && !quiet,
      verbose,
    }),
  ];
}

/** On stdout where people read it, on stderr where a program reads stdout. */
async function tellVerdict({ outcome, gate }: DiffDocument, config: ScanConfig, io: Io): Promise<void> {
  const onStdout = config.outputs.find(({ file }) => file === undefined);
  const stream = onStdout !== undefined && onStdout.format !== 'table' ? io.stderr : io.stdout;
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
