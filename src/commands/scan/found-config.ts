import type { ConfigEntry } from '../../config/file/index.ts';
import { AuditError, errorCodes, formatOrigin } from '../../domain/index.ts';
import type { ScanName } from './options.ts';

/**
 * What a configuration file may set that was found and not named: how things look, how fast they go, and of what a scan of files is
 * made. A flag is not among them until somebody has decided about it: whoever can write to the folder can write this file, as does a
 * pull request, and it must not choose what counts, what is looked at, what runs, what is written or who is asked (ADR 37).
 */
const settable: readonly ScanName[] = [
  'policies',
  'facts',
  'values',
  'set',
  'release-name',
  'include-crds',
  'offline',
  'output',
  'no-summary',
  'no-headers',
  'concurrency',
  'load',
  'page-size',
  'request-timeout',
  'timeout',
  'verbose',
  'log-format',
  'color',
  'no-color',
  'progress',
];

/** Whether a file that was found may set this flag to one of its values. */
export function isSettableWhereFound(name: string): boolean {
  return settable.some((one) => one === name);
}

/** Says which entries of a file that was found are not taken from it, as one problem; none where all are. */
export function findGuarded(path: string, entries: readonly ConfigEntry[]): readonly AuditError[] {
  const guarded = entries.filter((entry) => !isSettableWhereFound(entry.option.name) || writesFile(entry));
  const [first] = guarded;
  if (first === undefined) return [];
  const named = guarded.map(({ option, origin }) => `"${option.name}" (line ${origin.line ?? 1})`).join(', ');
  return [
    new AuditError(
      errorCodes.configNotTrusted,
      `${formatOrigin(first.origin)}: a file that was found may not set ${named}`,
      {
        facts: ['Who can change what is scanned can change this file, and would decide about the gate.'],
        tries: [
          `if you trust it, name it: audit-scanner scan --config ${path}`,
          `give it as a flag: --${first.option.name} ${first.texts[0] ?? ''}`,
          'or do without the file: --no-config',
        ],
      },
    ),
  ];
}

/** A format for the screen is a matter of taste; a file on the disk is not. */
function writesFile({ option, texts }: ConfigEntry): boolean {
  return option.name === 'output' && texts.some((text) => text.includes('='));
}
