import { join, relative } from 'node:path';
import { withExceptions } from '../../assembly/index.ts';
import {
  type Checked,
  configureDropIn,
  configureScan,
  dropInOptions,
  explainReferenceFlag,
  parseArgs,
  type ScanConfig,
  scanOptions,
} from '../../config/index.ts';
import { AuditError, errorCodes } from '../../domain/index.ts';
import { type Io, widthForPeople } from '../../host/index.ts';
import { wrapLines } from '../../text/index.ts';
import { commands } from '../help/index.ts';
import { type Refused, refuse } from './refusal.ts';

/** Builds the adapters and runs the audit. Resolves to the exit code, also of an audit that could not start. */
export type AuditRunner = (config: ScanConfig, io: Io) => Promise<number>;

/** The reference's flags. What is no flag is ignored as the reference does, but for a command in the wrong place. */
export async function startDropIn(argv: readonly string[], io: Io, run: AuditRunner): Promise<number> {
  const { flags, positionals, problems } = parseArgs(argv, { options: dropInOptions });
  const command = commands.find(({ name }) => positionals.includes(name))?.name;
  const misplaced =
    command === undefined
      ? []
      : [
          new AuditError(errorCodes.unknownCommand, `the command "${command}" must come before the flags`, {
            tries: [`audit-scanner ${command} …`],
          }),
        ];
  const refused = [...problems, ...misplaced];
  const checked: Checked<ScanConfig> =
    refused.length > 0 ? { ok: false, problems: refused } : configureDropIn(flags);
  return start(checked, { frontDoor: 'drop-in', io, run, flags, paths: [] });
}

/** `audit-scanner scan`. */
export async function startScan(args: readonly string[], io: Io, run: AuditRunner): Promise<number> {
  const { flags, positionals, problems } = parseArgs(args, {
    options: scanOptions,
    explainUnknown: explainReferenceFlag,
  });
  const checked: Checked<ScanConfig> =
    problems.length > 0 ? { ok: false, problems } : configureScan(flags, io.env, positionals);
  return start(checked, { frontDoor: 'scan', io, run, flags, paths: positionals });
}

/** As it looks from where the user is, where that is shorter. */
function findExamples(): string {
  const absolute = join(import.meta.dirname, '../../../examples');
  const near = relative('', absolute);
  return near.startsWith('..') ? absolute : near;
}

/** `audit-scanner demo`: the example manifests and policies of the package. It fails only where the user asked for a gate. */
export async function startDemo(args: readonly string[], io: Io, run: AuditRunner): Promise<number> {
  const { flags, positionals, problems } = parseArgs(args, { options: scanOptions });
  const examples = findExamples();
  const gate = flags['failOn'] === undefined ? { exitZero: ['true'] } : {};
  const exceptions = [join(examples, 'exceptions.yaml')];
  const policies = [join(examples, 'policies')];
  const demo = { ...gate, exceptions, ...flags, policies, offline: ['true'] };
  const surplus = positionals.map(
    (word) => new AuditError(errorCodes.invalidValue, `audit-scanner demo does not know "${word}"`),
  );
  const refused = [...problems, ...surplus];
  const checked: Checked<ScanConfig> =
    refused.length > 0
      ? { ok: false, problems: refused }
      : configureScan(demo, {}, [join(examples, 'manifests')]);
  const exitCode = await start(checked, { frontDoor: 'scan', io, run, flags, paths: positionals });
  if (checked.ok && showsTable(checked.value)) {
    const width = widthForPeople(io.stderr, io.env) ?? Infinity;
    await io.stderr.write(wrapLines(renderNextSteps(examples), width));
  }
  return exitCode;
}

function showsTable({ display, outputs }: ScanConfig): boolean {
  return !display.quiet && outputs.some(({ format, file }) => format === 'table' && file === undefined);
}

function renderNextSteps(examples: string): string {
  // In a checkout, and in a package that depends on this one, the program is not on the PATH.
  const command = /^(?:examples$|node_modules\b)/.test(examples) ? 'npx audit-scanner' : 'audit-scanner';
  const steps = [
    ['scan ./deploy --policies ./policies', 'your own manifests, charts and kustomizations'],
    ['scan', 'the cluster of your kubeconfig, read-only'],
    ['explain AS-4201', 'what a code means, and what to do'],
  ] as const;
  const lines = steps.map(([args, help]) => `  ${command} ${args.padEnd(37)} ${help}\n`);
  return `\nThat was the demo. Next:\n${lines.join('')}`;
}

type Surroundings = Omit<Refused, 'problems'> & { readonly io: Io; readonly run: AuditRunner };

async function start(given: Checked<ScanConfig>, { io, run, ...asked }: Surroundings): Promise<number> {
  const checked = given.ok ? await withExceptions(given.value) : given;
  return checked.ok ? run(checked.value, io) : refuse({ ...asked, problems: checked.problems }, io);
}
