import { writeSync } from 'node:fs';
import type { AuditRunner, Surroundings } from '../config/index.ts';
import { AuditError, errorCodes, toAuditError } from '../domain/index.ts';
import {
  asCalled,
  asksForHelp,
  asksForJsonLog,
  createProcessIo,
  type Io,
  isPluginCompletion,
  programName,
  renderError,
  writeTerminationMessage,
} from '../host/index.ts';
import { exitCodeOf, exitCodes } from '../verdict/index.ts';
import { commands } from './commands.ts';

const lastGraceMs = 2000;

/** What the scripts of `completion` call. It is in no help. */
const completeCommand = '__complete';

/** The program as a process. The exit code is left and not forced, so that what is written can still leave. */
export async function start(): Promise<void> {
  const typed = process.argv.slice(2);
  const argv = isPluginCompletion(process.argv[1]) ? [completeCommand, ...typed] : typed;
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
  // Completion waits a second at most, and leaves out what takes longer.
  if (argv[0] === completeCommand) setTimeout(() => process.exit(), 1000 - performance.now()).unref();
  process.exitCode = await main(argv, io);
  // All output is written. Whatever still holds the process was given up, like an answer that never comes.
  setTimeout(() => process.exit(), argv[0] === completeCommand ? 0 : lastGraceMs).unref();
}

/** Runs the program. Resolves to the exit code; every failure has been told on stderr by then. */
export async function main(argv: readonly string[], outside: Io, runAudit?: AuditRunner): Promise<number> {
  const isJson = asksForJsonLog(argv, outside.env);
  const io = isJson ? (await import('../host/logging/index.ts')).withJsonStderr(outside) : outside;
  try {
    return await dispatch(argv, { io, commands, runAudit });
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
  const [word, ...args] = argv;
  if (word === completeCommand)
    return (await import('../commands/completion/index.ts')).complete(args, surroundings);
  if (word === '--version' && args.length === 0) return runCommand('version', args, surroundings);
  if (word !== undefined && !word.startsWith('-')) return runCommand(word, args, surroundings);
  return runWithoutCommand(argv, surroundings);
}

async function runWithoutCommand(argv: readonly string[], surroundings: Surroundings): Promise<number> {
  const { io } = surroundings;
  const isPlugin = programName !== 'audit-scanner';
  if (argv.length === 0 && (isPlugin || !isInCluster(io))) return welcome(io);
  if (asksForHelp(argv)) return runCommand('help', [], surroundings);
  if (isPlugin) throw commandFirst(argv);
  const { dropIn } = await import('../commands/drop-in/index.ts');
  return dropIn.run(argv, surroundings);
}

async function runCommand(
  word: string,
  args: readonly string[],
  surroundings: Surroundings,
): Promise<number> {
  const command = await commands.find(({ name }) => name === word)?.load();
  if (command === undefined) {
    const { unknownWord } = await import('../commands/help/index.ts');
    throw unknownWord(
      `unknown command "${word}"`,
      word,
      commands.map(({ name }) => name),
    );
  }
  if (command.help === undefined || !asksForHelp(args)) return command.run(args, surroundings);
  const { printHelp } = await import('../commands/help/index.ts');
  return printHelp(command.help(), surroundings.io);
}

/** The flags of the Go scanner store reports; users of kubectl who forget a command do not mean that. */
function commandFirst(argv: readonly string[]): AuditError {
  return new AuditError(errorCodes.commandMissing, 'nothing was scanned: a command comes before the flags', {
    tries: [`audit-scanner scan ${argv.join(' ')}`, 'audit-scanner --help'],
  });
}

/** Without arguments, the Go scanner audits the whole cluster and writes reports. In a Pod that is intended; somebody who tries a new command does not expect it. */
function isInCluster({ env }: Io): boolean {
  return (env['KUBERNETES_SERVICE_HOST'] ?? '') !== '';
}

/** A person gets the help. Where a program reads, nothing having been scanned must not look like a clean scan. */
async function welcome(io: Io): Promise<number> {
  const { renderWelcome } = await import('../commands/help/index.ts');
  await io.stdout.write(asCalled(renderWelcome()));
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
