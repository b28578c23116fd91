import { type Engine, engines } from '../../config/index.ts';
import type { AuditError } from '../../domain/index.ts';
import { conflict } from './conflicts.ts';
import { type GivenToScan, policyServerFlags, type ScanName } from './options.ts';
import { namesFiles } from './policy-sources.ts';

/** What decides who evaluates where nobody says it. */
type Surroundings = {
  /** Whether files are scanned, or policies of files take part. */
  readonly files: boolean;
  readonly policyServerUrl: boolean;
  /** Whether several clusters are scanned: their policy servers have the same names, and nobody could tell which one answers. */
  readonly contexts: boolean;
};

/** Files are no reason to have a policy server, and those of a cluster do not know policies that are not installed. */
export function chooseEngine(
  given: Engine | undefined,
  { files, policyServerUrl, contexts }: Surroundings,
): Engine {
  return given ?? (contexts || (files && !policyServerUrl) ? 'embedded' : 'policy-server');
}

const hostCallFlags: readonly ScanName[] = [
  'record-host-capabilities-interactions',
  'replay-host-capabilities-interactions',
];

/** What the options contradict each other in about who evaluates the policies. */
export function findEngineConflicts(given: GivenToScan, paths: readonly string[]): readonly AuditError[] {
  const asked = given.textsOf('engine').at(-1)?.toLowerCase();
  const policyServerUrl = given.isSet('policy-server-url');
  const files = paths.length > 0 || namesFiles(given.textsOf('policies'));
  const conflicts = [...findHostCallConflicts(given)];
  if (asked === 'embedded') {
    const flags = given.flagsAmong(policyServerFlags);
    if (flags.length > 0)
      conflicts.push(
        conflict(
          `--engine embedded and ${flags.join(', ')} contradict each other`,
          'No policy server is asked.',
        ),
      );
  }
  if (asked === 'policy-server' && files && !policyServerUrl) conflicts.push(withoutPolicyServer(paths));
  const chosen = chooseEngine(
    engines.find((engine) => engine === asked),
    { files, policyServerUrl, contexts: given.isSet('contexts') },
  );
  const flags = given.flagsAmong([...hostCallFlags, 'sigstore-trust-root']);
  if (chosen === 'policy-server' && flags.length > 0)
    conflicts.push(
      conflict(
        `${flags.join(', ')} needs --engine embedded`,
        'A policy server verifies its policies and answers their host calls itself.',
      ),
    );
  return conflicts;
}

function withoutPolicyServer(paths: readonly string[]): AuditError {
  return paths.length > 0
    ? conflict(
        '--engine policy-server needs --policy-server-url to scan files',
        'The addresses of policy servers can be looked up only in a cluster.',
      )
    : conflict(
        '--engine policy-server needs --policy-server-url to ask policies of files',
        'The policy servers of the cluster do not know policies that are not installed.',
      );
}

function findHostCallConflicts(given: GivenToScan): readonly AuditError[] {
  const flags = given.flagsAmong(hostCallFlags);
  return flags.length > 1 ? [conflict(`${flags.join(' and ')} contradict each other`)] : [];
}
