import { AuditError, errorCodes } from '../../domain/index.ts';
import { fileFlags, type GivenToScan, type ScanName } from './options.ts';
import { parseOutput } from './output-option.ts';

type PairGiven = { isSet(name: 'client-cert' | 'client-key'): boolean };

/** The client certificate and its key come together; the sentence is the one that users of the Go scanner know. */
export function findPairProblems(given: PairGiven): readonly AuditError[] {
  const missing = (['client-cert', 'client-key'] as const).filter((name) => !given.isSet(name));
  if (missing.length !== 1) return [];
  return [
    new AuditError(
      errorCodes.conflictingFlags,
      `if any flags in the group [client-cert client-key] are set they must all be set; missing [${missing.join()}]`,
    ),
  ];
}

/** Options that narrow a scan down to a part of each report. */
const partialSelection: readonly ScanName[] = [
  'policy',
  'exclude-policy',
  'selector',
  'include-kinds',
  'exclude-kinds',
];

/** What the options of `scan` contradict each other in. */
export function findScanConflicts(given: GivenToScan, paths: readonly string[]): readonly AuditError[] {
  return [
    ...findPairProblems(given),
    ...findImpersonationProblems(given),
    ...(paths.length === 0 ? findTargetConflicts(given) : []),
    ...findStoreConflicts(given),
    ...findReuseProblems(given),
    ...(given.isSet('reuse-results') && !given.isOn('store')
      ? [conflict('--reuse-results needs --store', 'Only stored results can be reused.')]
      : []),
    ...findVolumeConflicts(given),
    ...findBaselineConflicts(given),
    ...findHistoryConflicts(given),
    ...findStdinConflicts(given, paths),
  ];
}

function findBaselineConflicts(given: GivenToScan): AuditError[] {
  if (!given.isOn('baseline-strict') || given.isSet('baseline')) return [];
  return [conflict('--baseline-strict needs --baseline', 'Without it every violation counts.')];
}

function findHistoryConflicts(given: GivenToScan): AuditError[] {
  if (!given.isSet('history')) return [];
  const outputs = given.textsOf('output').map(parseOutput);
  if (outputs.some((output) => 'format' in output && output.format === 'html')) return [];
  return [
    new AuditError(errorCodes.conflictingFlags, '--history needs -o html', {
      facts: ['Only that page shows earlier runs.'],
      tries: ['audit-scanner scan -o html=report.html --history DIR'],
    }),
  ];
}

function findImpersonationProblems(given: GivenToScan): AuditError[] {
  if (!given.isSet('as-group') || given.isSet('as')) return [];
  return [conflict('--as-group needs --as', 'A group cannot be impersonated without a user.')];
}

function findTargetConflicts(given: GivenToScan): AuditError[] {
  if (!given.isSet('namespace')) return [];
  const conflicts: AuditError[] = [];
  if (given.isOn('all-namespaces')) {
    conflicts.push(conflict('-n names namespaces and -A asks for all of them', 'Use one of the two.'));
  }
  if (isClusterScope(given)) {
    conflicts.push(
      conflict('-n names namespaces and --scope cluster leaves all of them out', 'Use one of the two.'),
    );
  }
  if (given.isSet('exclude-namespaces')) {
    conflicts.push(
      conflict('-n names namespaces and --exclude-namespaces leaves some out', 'Use one of the two.'),
    );
  }
  return conflicts;
}

function isClusterScope(given: GivenToScan): boolean {
  return given.textsOf('scope').at(-1)?.toLowerCase() === 'cluster';
}

function findStoreConflicts(given: GivenToScan): AuditError[] {
  if (!given.isOn('store')) return [];
  const conflicts: AuditError[] = [];
  if (given.isOn('disable-store'))
    conflicts.push(conflict('--store and --disable-store contradict each other'));
  const partial = given.flagsAmong(partialSelection);
  if (partial.length > 0) {
    conflicts.push(
      new AuditError(errorCodes.partialStore, `--store cannot be combined with ${partial.join(', ')}`, {
        facts: ['A report holds the results of all policies; a partial scan would replace it with a part.'],
        tries: [`leave out --store to look, or ${partial.join(', ')} to store`],
      }),
    );
  }
  return conflicts;
}

type ReuseGiven = {
  isSet(name: 'reuse-results' | 'pure-policies' | 'verify-sample' | 'verify-seed'): boolean;
};

/** What says how results are reused says nothing where none are. */
export function findReuseProblems(given: ReuseGiven): readonly AuditError[] {
  if (given.isSet('reuse-results')) return [];
  return (['pure-policies', 'verify-sample', 'verify-seed'] as const)
    .filter((name) => given.isSet(name))
    .map((name) =>
      conflict(`--${name} needs --reuse-results`, 'Without it every policy is asked about everything.'),
    );
}

/** What the options contradict each other in when files are scanned, or when none are. */
export function findFileConflicts(given: GivenToScan, paths: readonly string[]): readonly AuditError[] {
  if (paths.length === 0) {
    const alone = given.flagsAmong(fileFlags);
    return alone.map((flag) =>
      conflict(
        `${flag} needs a PATH to scan`,
        'It is about reading files, which a scan of a live cluster does not do.',
      ),
    );
  }
  const conflicts: AuditError[] = [];
  if (given.isOn('store'))
    conflicts.push(conflict('--store writes to a cluster, but this scan is about files'));
  conflicts.push(...findNamespaceConflicts(given), ...findFactConflicts(given));
  if (!given.isSet('policies')) {
    conflicts.push(
      new AuditError(errorCodes.nothingToScan, 'there are no policies to scan the files with', {
        tries: [
          `audit-scanner scan ${paths[0] ?? ''} --policies ./policies`,
          `audit-scanner scan ${paths[0] ?? ''} --policies cluster`,
        ],
      }),
    );
  }
  return conflicts;
}

function findStdinConflicts(given: GivenToScan, paths: readonly string[]): readonly AuditError[] {
  const named = [...paths, ...given.textsOf('policies'), ...given.textsOf('facts')];
  return named.filter((path) => path === '-').length > 1
    ? [conflict('stdin can be read only once, but - is given twice')]
    : [];
}

function findFactConflicts(given: GivenToScan): AuditError[] {
  const facts = given.textsOf('facts');
  const conflicts: AuditError[] = [];
  if (facts.includes('cluster') && given.isOn('offline'))
    conflicts.push(
      conflict(
        '--facts cluster asks a cluster, but --offline stays on this machine',
        'A folder of that name is ./cluster.',
      ),
    );
  return conflicts;
}

/** With files, -n selects nothing: it says what kubectl takes from its flag or context, and helm as well. */
function findNamespaceConflicts(given: GivenToScan): readonly AuditError[] {
  const namespaces = given
    .textsOf('namespace')
    .flatMap((text) => text.split(','))
    .filter((name) => name.trim() !== '');
  return [
    ...(namespaces.length > 1
      ? [conflict('with files, -n takes one namespace: it is for charts and for objects that name none')]
      : []),
    ...(given.isOn('all-namespaces')
      ? [
          conflict(
            'with files, -A has no meaning: every object is audited, whatever its namespace',
            '--exclude-namespaces leaves some out; -n is for objects that name none.',
          ),
        ]
      : []),
  ];
}

function findVolumeConflicts(given: GivenToScan): AuditError[] {
  return given.isOn('quiet') && given.isSet('verbose') ? [conflict('-q asks for less and -v for more')] : [];
}

/** Options that cannot be combined. */
export function conflict(message: string, fact?: string): AuditError {
  return new AuditError(errorCodes.conflictingFlags, message, { facts: fact === undefined ? [] : [fact] });
}
