import { AuditError, errorCodes } from '../domain/index.ts';
import { isSet, type RawOptions } from './sources.ts';

/** The client certificate and its key come together; the sentence is the one that users of the reference know. */
export function findPairProblems(raw: RawOptions): readonly AuditError[] {
  const missing = (['clientCert', 'clientKey'] as const).filter((key) => !isSet(raw, key));
  if (missing.length !== 1) return [];
  const name = missing[0] === 'clientCert' ? 'client-cert' : 'client-key';
  return [
    new AuditError(
      errorCodes.conflictingFlags,
      `if any flags in the group [client-cert client-key] are set they must all be set; missing [${name}]`,
    ),
  ];
}

/** Options that narrow a scan down to a part of each report. */
const partialSelection = {
  policy: '--policy',
  excludePolicy: '--exclude-policy',
  selector: '--selector',
  includeKinds: '--include-kinds',
  excludeKinds: '--exclude-kinds',
} as const;

/** What the options of `scan` contradict each other in. */
export function findScanConflicts(raw: RawOptions, paths: readonly string[]): readonly AuditError[] {
  return [
    ...findPairProblems(raw),
    ...findImpersonationProblems(raw),
    ...(paths.length === 0 ? findTargetConflicts(raw) : []),
    ...findStoreConflicts(raw),
    ...findVolumeConflicts(raw),
  ];
}

function findImpersonationProblems(raw: RawOptions): AuditError[] {
  if (!isSet(raw, 'asGroup') || isSet(raw, 'as')) return [];
  return [conflict('--as-group needs --as', 'A group alone is nobody.')];
}

function findTargetConflicts(raw: RawOptions): AuditError[] {
  if (!isSet(raw, 'namespace')) return [];
  const conflicts: AuditError[] = [];
  if (isOn(raw, 'allNamespaces')) {
    conflicts.push(conflict('-n names namespaces and -A asks for all of them', 'Use one of the two.'));
  }
  if (isClusterScope(raw)) {
    conflicts.push(
      conflict('-n names namespaces and --scope cluster leaves all of them out', 'Use one of the two.'),
    );
  }
  if (isSet(raw, 'excludeNamespaces')) {
    conflicts.push(
      conflict('-n names namespaces and --exclude-namespaces leaves some out', 'Use one of the two.'),
    );
  }
  return conflicts;
}

function isClusterScope(raw: RawOptions): boolean {
  return raw['scope']?.texts.at(-1)?.toLowerCase() === 'cluster';
}

function findStoreConflicts(raw: RawOptions): AuditError[] {
  if (!isOn(raw, 'store')) return [];
  const conflicts: AuditError[] = [];
  if (isOn(raw, 'disableStore'))
    conflicts.push(conflict('--store and --disable-store contradict each other'));
  const partial = Object.entries(partialSelection)
    .filter(([key]) => isSet(raw, key))
    .map(([, flag]) => flag);
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

/** What the options contradict each other in when files are scanned, or when none are. */
export function findFileConflicts(raw: RawOptions, paths: readonly string[]): readonly AuditError[] {
  if (paths.length === 0) {
    const alone = Object.entries({
      policies: '--policies',
      facts: '--facts',
      exclude: '--exclude',
      allowEmpty: '--allow-empty',
      values: '--values',
      set: '--set',
      releaseName: '--release-name',
      includeCrds: '--include-crds',
      enableHelm: '--enable-helm',
      offline: '--offline',
      sourcesPath: '--sources-path',
      dockerConfigJsonPath: '--docker-config-json-path',
      verificationConfigPath: '--verification-config-path',
    })
      .filter(([key]) => isSet(raw, key))
      .map(([, flag]) => flag);
    return alone.map((flag) =>
      conflict(
        `${flag} needs a PATH to scan`,
        'A live cluster has its own policies, and its PolicyServers say how they are had.',
      ),
    );
  }
  const conflicts: AuditError[] = [];
  if (isOn(raw, 'store')) conflicts.push(conflict('--store writes to a cluster, and files are scanned'));
  conflicts.push(...findNamespaceConflicts(raw), ...findFactConflicts(raw, paths));
  if (!isSet(raw, 'policies')) {
    conflicts.push(
      new AuditError(errorCodes.nothingToScan, 'there are no policies to scan the files with', {
        tries: [`audit-scanner scan ${paths[0] ?? ''} --policies ./policies`],
      }),
    );
  }
  return conflicts;
}

function findFactConflicts(raw: RawOptions, paths: readonly string[]): AuditError[] {
  const facts = raw['facts']?.texts ?? [];
  const conflicts: AuditError[] = [];
  if (facts.includes('-') && (paths.includes('-') || facts.indexOf('-') !== facts.lastIndexOf('-')))
    conflicts.push(conflict('stdin can be read only once, and - stands for it twice'));
  if (facts.includes('cluster') && isOn(raw, 'offline'))
    conflicts.push(
      conflict(
        '--facts cluster asks a cluster, and --offline keeps to this machine',
        'A folder of that name is ./cluster.',
      ),
    );
  return conflicts;
}

/** With files, -n selects nothing: it says what kubectl takes from its flag or context, and helm as well. */
function findNamespaceConflicts(raw: RawOptions): readonly AuditError[] {
  const namespaces = (raw['namespace']?.texts ?? [])
    .flatMap((text) => text.split(','))
    .filter((name) => name.trim() !== '');
  return [
    ...(namespaces.length > 1
      ? [
          conflict(
            'with files, -n names one namespace: that of objects that do not name theirs, and of charts',
          ),
        ]
      : []),
    ...(isOn(raw, 'allNamespaces')
      ? [
          conflict(
            'with files, -A has no meaning: every object is audited, in whatever namespace it is',
            '--exclude-namespaces leaves some out, and -n is that of objects that do not name theirs.',
          ),
        ]
      : []),
  ];
}

function findVolumeConflicts(raw: RawOptions): AuditError[] {
  return isOn(raw, 'quiet') && isSet(raw, 'verbose') ? [conflict('-q asks for less and -v for more')] : [];
}

/** Options that cannot be had together. */
export function conflict(message: string, fact?: string): AuditError {
  return new AuditError(errorCodes.conflictingFlags, message, { facts: fact === undefined ? [] : [fact] });
}

function isOn(raw: RawOptions, key: string): boolean {
  return /^(1|t|true)$/i.test(raw[key]?.texts.at(-1) ?? '');
}
