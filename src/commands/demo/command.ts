import { join, relative } from 'node:path';
import type { Checked, Command, ScanConfig } from '../../config/index.ts';
import { AuditError, errorCodes } from '../../domain/index.ts';
import { programName, widthForPeople } from '../../host/index.ts';
import { wrapLines } from '../../text/index.ts';
import {
  configureScan,
  findPaths,
  type ScanFlags,
  scanGroups,
  scanOptions,
  startAudit,
} from '../scan/index.ts';

/** `audit-scanner demo`: the example manifests and policies of the package, with the flags of `scan`. */
export const demo: Command = {
  help: renderDemoHelp,
  groups: scanGroups,
  run: async (args, surroundings) => {
    const { io } = surroundings;
    const { readCommandLine } = await import('../../config/command-line/index.ts');
    const { flags, positionals, problems } = readCommandLine(args, { options: scanOptions });
    const examples = findExamples();
    const surplus = findPaths(positionals, flags, {}).map(
      (word) => new AuditError(errorCodes.invalidValue, `audit-scanner demo does not know "${word}"`),
    );
    const refused = [...problems, ...surplus];
    const checked: Checked<ScanConfig> =
      refused.length > 0 ? { ok: false, problems: refused } : configureDemo(flags, examples);
    const exitCode = await startAudit(
      checked,
      { frontDoor: 'scan', flags, paths: positionals },
      surroundings,
    );
    if (checked.ok && showsTable(checked.value)) {
      const width = widthForPeople(io.stderr, io.env) ?? Infinity;
      await io.stderr.write(wrapLines(renderNextSteps(examples), width));
    }
    return exitCode;
  },
};

/** `audit-scanner demo --help`. */
function renderDemoHelp(): string {
  return `Scans the example manifests of this package with its example policies. Needs no cluster and no network.

Usage:
  audit-scanner demo [flags of scan]

Examples:
  audit-scanner demo                          the findings as a table; always exits with 0
  audit-scanner demo --fail-on high; echo $?  with a gate, and the exit code of a real scan
  audit-scanner demo -o html=demo.html        one page for the browser

The flags of scan that choose what is shown and what counts work here, too: audit-scanner scan --help.
`;
}

/** It fails only where the user asked for a gate. */
function configureDemo(flags: ScanFlags, examples: string): Checked<ScanConfig> {
  const demoFlags: ScanFlags = {
    ...(flags.failOn === undefined && { exitZero: ['true'] }),
    exceptions: [join(examples, 'exceptions.yaml')],
    ...flags,
    policies: [join(examples, 'policies')],
    offline: ['true'],
  };
  return configureScan(demoFlags, {}, [join(examples, 'manifests')]);
}

/** As it looks from where the user is, where that is shorter. */
function findExamples(): string {
  const absolute = join(import.meta.dirname, '../../../examples');
  const near = relative('', absolute);
  return near.startsWith('..') ? absolute : near;
}

function showsTable({ display, outputs }: ScanConfig): boolean {
  return !display.quiet && outputs.some(({ format, file }) => format === 'table' && file === undefined);
}

function renderNextSteps(examples: string): string {
  // In a checkout, and in a package that depends on this one, the program is not on the PATH.
  const isLocal = programName === 'audit-scanner' && /^(?:examples$|node_modules\b)/.test(examples);
  const command = isLocal ? 'npx audit-scanner' : programName;
  const steps = [
    ['scan ./deploy --policies ./policies', 'your own manifests, charts and kustomizations'],
    ['scan', 'the cluster of your kubeconfig, read-only'],
    ['explain AS-4201', 'what a code means, and what to do'],
  ] as const;
  const lines = steps.map(([args, help]) => `  ${command} ${args.padEnd(37)} ${help}\n`);
  return `\nThat was the demo. Next:\n${lines.join('')}`;
}
