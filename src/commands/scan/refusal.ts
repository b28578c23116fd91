import {
  type Environment,
  environmentVariable,
  type FlagValues,
  Invalid,
  type OutputSpec,
  optionKey,
} from '../../config/index.ts';
import type { AuditError } from '../../domain/index.ts';
import { type Io, writeTerminationMessage } from '../../host/index.ts';
import { type LogFormat, tellError } from '../../host/logging/index.ts';
import { describeFailure } from '../../reports/index.ts';
import { exitCodeOf, type FrontDoor } from '../../verdict/index.ts';
import type { ScanName } from './options.ts';
import { parseOutput } from './output-option.ts';
import type { UnstartedRun } from './unstarted-documents.ts';

export type Refused = {
  /** At least one. */
  readonly problems: readonly AuditError[];
  readonly frontDoor: FrontDoor;
  /** What could be read of the command line, although something is wrong with it. */
  readonly flags: FlagValues;
  readonly paths: readonly string[];
};

/**
 * Tells why a run is not even tried, wherever it was to be told: stderr, the files that were asked for as far as that can be read, and
 * the termination message. Resolves to the exit code.
 */
export async function refuse(refused: Refused, io: Io): Promise<number> {
  const { problems, frontDoor } = refused;
  const [first] = problems;
  if (first === undefined) throw new TypeError('a refusal has a reason');
  const exitCode = exitCodeOf(first, frontDoor);
  const asked = frontDoor === 'scan' ? readAsked(refused, io.env) : undefined;
  const format = asked?.format ?? 'text';
  for (const problem of problems) await tellError(problem, { io, format });
  if (asked !== undefined && asked.outputs.length > 0) {
    const { writeUnstartedDocuments } = await import('./unstarted-documents.ts');
    const display = { color: 'never', headers: true } as const;
    const failures = await writeUnstartedDocuments({ errors: problems, exitCode, display, ...asked }, io);
    for (const failure of failures) await tellError(failure, { io, format });
  }
  await writeTerminationMessage(io.terminationLog, describeFailure(first, exitCode));
  return exitCode;
}

type Asked = Pick<UnstartedRun, 'failOn' | 'outputs' | 'target'> & { readonly format: LogFormat };

/** What counts of the command line here, whatever else is wrong with it. */
function readAsked({ flags, paths }: Refused, environment: Environment): Asked {
  const last = (option: ScanName): string | undefined => readTexts(option, flags, environment).at(-1);
  return {
    format: last('log-format')?.toLowerCase() === 'json' ? 'json' : 'text',
    failOn: last('fail-on') ?? 'any',
    outputs: readOutputs(flags, environment),
    target: { context: last('context'), server: undefined, paths: paths.length === 0 ? undefined : paths },
  };
}

/** Those that can be read; what is wrong with the others is among the problems. */
function readOutputs(flags: FlagValues, environment: Environment): readonly OutputSpec[] {
  const outputs = readTexts('output', flags, environment).map(parseOutput);
  return outputs.filter((output): output is OutputSpec => !(output instanceof Invalid));
}

function readTexts(option: ScanName, flags: FlagValues, environment: Environment): readonly string[] {
  const variable = environment[environmentVariable(option)] ?? '';
  return flags[optionKey(option)] ?? (variable === '' ? [] : [variable]);
}
