import { writeSync } from 'node:fs';
import { commands, helpTopics, renderHelp, renderScanHelp, renderWelcome } from '../commands/help/index.ts';
import type { AuditRunner } from '../commands/scan/index.ts';
import { AuditError, errorCodes, toAuditError } from '../domain/index.ts';
import {
  asksForJsonLog,
  createProcessIo,
  type Io,
  renderError,
  writeTerminationMessage,
} from '../host/index.ts';
import { findNearest } from '../text/index.ts';
import { exitCodeOf, exitCodes } from '../verdict/index.ts';
import { inspectionHelp, isInspection } from './inspection-help.ts';

/*
 * Everything that a scan needs is loaded when one is started, because parsing, checking and connecting take longer to load than the
 * help takes to print.
 */
const loadRunner: AuditRunner = async (config, io) => {
  const [{ limitHeap }, { runScan }] = await Promise.all([
    import('../host/index.ts'),
    import('../commands/scan/index.ts'),
  ]);
  limitHeap({ streaming: config.files === undefined });
  return runScan(config, io);
};

const lastGraceMs = 2000;

/** The program as a process. The exit code is left and not forced, so that what is written can still leave. */
export async function start(): Promise<void> {
  const argv = process.argv.slice(2);
  const io = createProcessIo();
  let render: typeof renderError = renderError;
  /** A defect in something that nobody awaits. Node's own code for it is 1, which would read as "violations found". */
  const crash = (thrown: unknown): never => {
    const causes = argv.some((arg) => /^-v{2,}$/.test(arg));
    writeSync(2, render(new AuditError(errorCodes.internal, String(thrown), { cause: thrown }), { causes }));
    process.exit(exitCodes.internal);
  };
  process.on('uncaughtException', crash);
  process.on('unhandledRejection', crash);
  if (asksForJsonLog(argv, io.env)) {
    const { renderErrorJson, tellWarningsOfNode } = await import('../host/logging/index.ts');
    render = (error, options) => renderErrorJson(error, options, io);
    tellWarningsOfNode(io);
  }
  process.exitCode = await main(argv, io);
  // Everything is said by now. What still holds the process was given up, like an answer that never comes.
  setTimeout(() => process.exit(), lastGraceMs).unref();
}

/** Runs the program. Resolves to the exit code; every failure has been told on stderr by then. */
export async function main(
  argv: readonly string[],
  outside: Io,
  run: AuditRunner = loadRunner,
): Promise<number> {
  const isJson = asksForJsonLog(argv, outside.env);
  const io = isJson ? (await import('../host/logging/index.ts')).withJsonStderr(outside) : outside;
  try {
    return await dispatch(argv, { io, run });
  } catch (thrown) {
    const error = toAuditError(thrown);
    const exitCode = exitCodeOf(error, 'scan');
    const { tellError } = await import('../host/logging/index.ts');
    await tellError(error, { io, format: isJson ? 'json' : 'text' });
    const { describeFailure } = await import('../reports/index.ts');
    await writeTerminationMessage(io.terminationLog, describeFailure(error, exitCode));
    return exitCode;
  }
}

async function dispatch(argv: readonly string[], surroundings: Surroundings): Promise<number> {
  const { io, run } = surroundings;
  const [word, ...rest] = argv;
  if (word === undefined && !isInCluster(io)) return welcome(io);
  if (word === '--version' && rest.length === 0) return printVersion(rest, io);
  if (word !== undefined && !word.startsWith('-')) return runCommand(word, rest, surroundings);
  if (asksForHelp(argv)) return printHelp(renderHelp(), io);
  const { startDropIn } = await import('../commands/scan/index.ts');
  return startDropIn(argv, io, run);
}

type Surroundings = { readonly io: Io; readonly run: AuditRunner };

async function runCommand(word: string, args: readonly string[], { io, run }: Surroundings): Promise<number> {
  if (isInspection(word)) {
    if (asksForHelp(args)) return printHelp(inspectionHelp[word](), io);
    const { inspections } = await import('./inspect.ts');
    return inspections[word](args, io);
  }
  switch (word) {
    case 'scan': {
      if (asksForHelp(args)) return printHelp(renderScanHelp(), io);
      const { startScan } = await import('../commands/scan/index.ts');
      return startScan(args, io, run);
    }
    case 'demo': {
      if (asksForHelp(args)) return printHelp(renderScanHelp(), io);
      const { startDemo } = await import('../commands/scan/index.ts');
      return startDemo(args, io, run);
    }
    case 'explain':
      return explain(args, io);
    case 'version':
      return printVersion(args, io);
    case 'help':
      return printTopic(args[0], io);
    default:
      throw unknownWord(
        `unknown command "${word}"`,
        word,
        commands.map(({ name }) => name),
      );
  }
}

/** Bare, the reference audits the whole cluster and writes reports. In a Pod that is meant; nobody means it who just tries a new command. */
function isInCluster({ env }: Io): boolean {
  return (env['KUBERNETES_SERVICE_HOST'] ?? '') !== '';
}

/** A person gets the help. Where a program reads, nothing having been scanned must not look like a clean scan. */
async function welcome(io: Io): Promise<number> {
  await io.stdout.write(renderWelcome());
  if (io.stdin.isTTY && io.stderr.isTTY) return exitCodes.ok;
  throw new AuditError(
    errorCodes.commandMissing,
    'nothing was scanned: without a command, only a Pod scans its cluster and stores reports',
    {
      tries: [
        'audit-scanner scan                                   look at the cluster, write nothing',
        'audit-scanner --kubewarden-namespace kubewarden      scan it and store the reports',
      ],
    },
  );
}

function asksForHelp(args: readonly string[]): boolean {
  const end = args.indexOf('--');
  return (end === -1 ? args : args.slice(0, end)).some((arg) => arg === '-h' || arg === '--help');
}

async function explain(args: readonly string[], io: Io): Promise<number> {
  const { findCode, renderManual, renderManualIndex, suggestCode } = await import('../manual/index.ts');
  const [text] = args;
  if (asksForHelp(args) || text === undefined) {
    return print(`${renderManualIndex()}\nRun "audit-scanner explain CODE" for the manual of one.\n`, io);
  }
  const code = findCode(text);
  if (code !== undefined) return print(renderManual(code), io);
  const nearest = suggestCode(text);
  throw new AuditError(errorCodes.invalidValue, `there is no error code "${text}"`, {
    facts: nearest === undefined ? [] : [`Did you mean ${nearest}?`],
    tries: ['audit-scanner explain'],
  });
}

async function printVersion(args: readonly string[], io: Io): Promise<number> {
  const { toolVersion } = await import('../host/index.ts');
  const { version: node, platform, arch } = process;
  const asJson = /^(-o ?=?|--output[ =])json$/.test(args.join(' '));
  if (!asJson && args.length > 0 && !asksForHelp(args)) {
    throw new AuditError(errorCodes.invalidValue, `audit-scanner version does not know "${args.join(' ')}"`, {
      tries: ['audit-scanner version', 'audit-scanner version -o json'],
    });
  }
  const facts = { version: toolVersion, node, platform: `${platform}/${arch}` };
  return print(
    asJson
      ? `${JSON.stringify(facts)}\n`
      : `audit-scanner ${toolVersion} (Node.js ${node}, ${facts.platform})\n`,
    io,
  );
}

async function printTopic(topic: string | undefined, io: Io): Promise<number> {
  if (topic === undefined || topic.startsWith('-')) return printHelp(renderHelp(), io);
  const topics: Readonly<Record<string, () => string>> = { ...helpTopics, ...inspectionHelp };
  const render = Object.hasOwn(topics, topic) ? topics[topic] : undefined;
  if (render === undefined)
    throw unknownWord(`there is no help about "${topic}"`, topic, Object.keys(topics));
  return printHelp(render(), io);
}

function unknownWord(message: string, word: string, known: readonly string[]): AuditError {
  const nearest = findNearest(word, known);
  return new AuditError(errorCodes.unknownCommand, message, {
    facts: [nearest === undefined ? `Known: ${known.join(', ')}` : `Did you mean "${nearest}"?`],
  });
}

/** Wider lines are hard to read. */
const mostColumns = 100;

/** Help is made for the terminal that it is on. */
async function printHelp(text: string, io: Io): Promise<number> {
  const [{ wrapProse }, { terminalWidth }] = await Promise.all([
    import('../text/index.ts'),
    import('../host/index.ts'),
  ]);
  return print(wrapProse(text, Math.min(mostColumns, terminalWidth(io.stdout, io.env))), io);
}

async function print(text: string, io: Io): Promise<number> {
  await io.stdout.write(text);
  return exitCodes.ok;
}
