import { AuditError, errorCodes } from '../../domain/index.ts';
import { conflict } from './conflicts.ts';
import type { GivenToScan, ScanName } from './options.ts';
import { parseOutput } from './output-option.ts';
import { namesFiles, namesInstalled } from './policy-sources.ts';

/** What a comparison can be written as. */
const comparisonFormats = ['table', 'json', 'markdown'] as const;

/** Only this process can evaluate two policies of one name, and nothing else is compared. */
const foreignFlags: readonly (readonly [name: ScanName, fact: string])[] = [
  ['store', 'Results of policies that are not installed are never stored.'],
  ['policy-server-url', 'A policy server knows only one policy by each name.'],
  ['policy', 'Name the files of the policies to compare.'],
  ['exclude-policy', 'Name the files of the policies to compare.'],
];

/** What the options contradict each other in where policies are compared. */
export function findCompareConflicts(given: GivenToScan): readonly AuditError[] {
  if (!given.isOn('compare')) return [];
  const policies = given.textsOf('policies');
  const formats = given.textsOf('output').map(parseOutput);
  const unknown = formats.flatMap((output) =>
    'format' in output && !isComparisonFormat(output.format) ? [output.format] : [],
  );
  return [
    ...(namesFiles(policies) ? [] : [withoutFiles()]),
    ...(namesInstalled(policies)
      ? [
          conflict(
            '--compare and --policies cluster contradict each other',
            'The installed ones of the same names are asked anyway.',
          ),
        ]
      : []),
    ...foreignFlags
      .filter(([name]) => (name === 'store' ? given.isOn(name) : given.isSet(name)))
      .map(([name, fact]) => conflict(`--compare and --${name} contradict each other`, fact)),
    ...unknown.map((format) =>
      conflict(
        `a comparison cannot be written as ${format}`,
        `Possible formats: ${comparisonFormats.join(', ')}`,
      ),
    ),
  ];
}

function isComparisonFormat(format: string): boolean {
  return comparisonFormats.some((known) => known === format);
}

function withoutFiles(): AuditError {
  return new AuditError(errorCodes.nothingToScan, 'there is no policy to compare with what is installed', {
    tries: ['audit-scanner preview new.yaml', 'audit-scanner scan --policies new.yaml --compare'],
  });
}
