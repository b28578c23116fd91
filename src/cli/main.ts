import { writeSync } from 'node:fs';
import { findNearest } from '../config/suggest.ts';
import { AuditError, errorCodes, toAuditError } from '../domain/errors.ts';
import { exitCodeOf, exitCodes } from './exit-codes.ts';
import type { AuditRunner } from './front-doors.ts';
import { commands, helpTopics, renderHelp, renderScanHelp, renderWelcome } from './help.ts';
import { inspectionHelp, isInspection } from './inspection-help.ts';
import type { Io } from './io.ts';
import { createProcessIo } from './process-io.ts';
import { renderError } from './render-error.ts';

/*
 * Everything that a scan needs is loaded when one is started, because parsing, checking and connecting take longer to load than the
 * help takes to print.
 */
const loadRunner: AuditRunner = async (config, io) => {
  const [{ limitHeap }, { runScan }] = await Promise.all([import('./heap.ts'), import('./run-scan.ts')]);
  limitHeap({ streaming: config.files === undefined });
  return runScan(config, io);
};

const lastGraceMs = 2000;

/** The program as a process. The exit code is left and not forced, so that what is written can still leave. */
export async function start(): Promise<void> {
  process.on('uncaughtException', crash);
  process.on('unhandledRejection', crash);
  process.exitCode = await main(process.argv.slice(2), createProcessIo());
  // Everything is said by now. What still holds the process was given up, like an answer that never comes.
  setTimeout(() => process.exit(), lastGraceMs).unref();
}

/** A defect in something that nobody awaits. Node's own code for it is 1, which would read as "violations found". */
function crash(thrown: unknown): never {
  const causes = process.argv.some((arg) => /^-v{2,}$/.test(arg));
  writeSync(
    2,
    renderError(new AuditError(errorCodes.internal, String(thrown), { cause: thrown }), { causes }),
  );
  process.exit(exitCodes.internal);
}

/** Runs the program. Resolves to the exit code; every failure has been told on stderr by then. */
export async function main(argv: readonly string[], io: Io, run: AuditRunner = loadRunner): Promise<number> {
  try {
    return await dispatch(argv, { io, run });
  } catch (thrown) {
    const error = toAuditError(thrown);
    const exitCode = exitCodeOf(error, 'scan');
    await io.stderr.write(renderError(error));
    const { describeFailure, writeTerminationMessage } = await import('./termination-message.ts');
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
  if (asksForHelp(argv)) return print(renderHelp(), io);
  const { startDropIn } = await import('./front-doors.ts');
  return startDropIn(argv, io, run);
}

type Surroundings = { readonly io: Io; readonly run: AuditRunner };

async function runCommand(word: string, args: readonly string[], { io, run }: Surroundings): Promise<number> {
  if (isInspection(word)) {
    if (asksForHelp(args)) return print(inspectionHelp[word](), io);
    const { inspections } = await import('./inspect.ts');
    return inspections[word](args, io);
  }
  switch (word) {
    case 'scan': {
      if (asksForHelp(args)) return print(renderScanHelp(), io);
      const { startScan } = await import('./front-doors.ts');
      return startScan(args, io, run);
    }
    case 'demo': {
      if (asksForHelp(args)) return print(renderScanHelp(), io);
      const { startDemo } = await import('./front-doors.ts');
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
  const { findCode, renderManual, renderManualIndex, suggestCode } = await import('./manual/manual.ts');
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
  const { toolVersion } = await import('./version.ts');
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
  if (topic === undefined || topic.startsWith('-')) return print(renderHelp(), io);
  const topics: Readonly<Record<string, () => string>> = { ...helpTopics, ...inspectionHelp };
  const render = Object.hasOwn(topics, topic) ? topics[topic] : undefined;
  if (render === undefined)
    throw unknownWord(`there is no help about "${topic}"`, topic, Object.keys(topics));
  return print(render(), io);
}

function unknownWord(message: string, word: string, known: readonly string[]): AuditError {
  const nearest = findNearest(word, known);
  return new AuditError(errorCodes.unknownCommand, message, {
    facts: [nearest === undefined ? `Known: ${known.join(', ')}` : `Did you mean "${nearest}"?`],
  });
}

async function print(text: string, io: Io): Promise<number> {
  await io.stdout.write(text);
  return exitCodes.ok;
}
