import { AuditError, errorCodes } from '../../domain/index.ts';
import { conflict } from './conflicts.ts';
import { type GivenToScan, policyServerFlags, type ScanName } from './options.ts';
import { parseOutput } from './output-option.ts';

const oneCluster = 'Scan that cluster alone: --context NAME.';
const wholeRun = 'It is about one cluster. Scan each cluster by itself: --context NAME.';
const readOnly = 'Several clusters are only looked at. To store, run a scan for each of them.';
const oneFile = 'Several clusters would read or write one file at the same time.';

/** What is about one cluster, or writes into it. */
const foreignFlags: readonly (readonly [name: ScanName, fact: string])[] = [
  ['context', 'Add its name to --contexts.'],
  ['store', readOnly],
  ['compare', 'Compare in one cluster after the other: audit-scanner preview --context NAME.'],
  ['shard', oneCluster],
  ['shards', oneCluster],
  ['job-uid', oneCluster],
  ['record-host-capabilities-interactions', oneFile],
  ['replay-host-capabilities-interactions', oneFile],
  ['attest', 'A statement is about one cluster.'],
  ['history', 'The chart of earlier runs is about one cluster.'],
  ['parallel-namespaces', 'Several clusters share the limit of --concurrency.'],
  ['parallel-resources', 'Several clusters share the limit of --concurrency.'],
  ['parallel-policies', 'Several clusters share the limit of --concurrency.'],
  ['metrics-file', wholeRun],
  ['pushgateway', wholeRun],
  ['events', readOnly],
];

const foreignFormats: ReadonlySet<string> = new Set(['policyreport', 'openreports']);

/** What the options contradict each other in where several clusters are scanned. */
export function findContextsConflicts(given: GivenToScan, paths: readonly string[]): readonly AuditError[] {
  if (!given.isSet('contexts')) return [];
  const outputs = given.textsOf('output').map(parseOutput);
  const reports = outputs.flatMap((output) =>
    'format' in output && foreignFormats.has(output.format) ? [output.format] : [],
  );
  return [
    ...(namesNone(given) ? [noContext()] : []),
    ...(paths.length > 0
      ? [conflict('--contexts scans clusters, and PATH names files', 'Use one of the two.')]
      : []),
    ...foreignFlags
      .filter(([name]) => (isSwitch(name) ? given.isOn(name) : given.isSet(name)))
      .map(([name, fact]) => conflict(`--contexts and --${name} cannot be combined`, fact)),
    ...findServerConflicts(given),
    ...(given.textsOf('baseline').includes('cluster')
      ? [conflict('--contexts and --baseline cluster cannot be combined', oneCluster)]
      : []),
    ...(given.textsOf('policies').includes('-')
      ? [conflict('--contexts and --policies - cannot be combined', 'Stdin can be read only once.')]
      : []),
    ...reports.map((format) =>
      conflict(
        `--contexts and -o ${format} cannot be combined`,
        'A list of reports is applied to one cluster, but this one would hold the reports of all.',
      ),
    ),
  ];
}

function findServerConflicts(given: GivenToScan): readonly AuditError[] {
  const asksServer = given.textsOf('engine').at(-1)?.toLowerCase() === 'policy-server';
  const flags = [...(asksServer ? ['--engine policy-server'] : []), ...given.flagsAmong(policyServerFlags)];
  return flags.length === 0
    ? []
    : [
        conflict(
          `--contexts and ${flags.join(', ')} cannot be combined`,
          'Policy servers have the same names in every cluster, so one could answer for another. Policies are evaluated in this process.',
        ),
      ];
}

const switches = ['store', 'compare', 'events'] as const;

function isSwitch(name: ScanName): name is (typeof switches)[number] {
  return switches.some((one) => one === name);
}

function namesNone(given: GivenToScan): boolean {
  return given.textsOf('contexts').every((text) => text.split(',').every((name) => name.trim() === ''));
}

function noContext(): AuditError {
  return new AuditError(errorCodes.invalidValue, '--contexts names no context', {
    tries: ["audit-scanner scan --contexts '*'", 'audit-scanner scan --contexts prod,staging'],
  });
}
