import type { ConfigEntry } from '../../config/file/index.ts';
import { AuditError, errorCodes, formatOrigin } from '../../domain/index.ts';
import type { ScanName } from './options.ts';

/** Why a file that was found may not set a flag: what it would decide. */
const reasons = {
  'looked-at': 'what is looked at',
  counts: 'what counts',
  hides: 'what is shown',
  runs: 'what may run, and how',
  asks: 'who is asked, and with which credentials',
  writes: 'what is written',
  run: 'what this run is',
} as const;

/**
 * For each flag whether a configuration file may set it that was found and not named: how things look, how fast they go, and of what a
 * scan of files consists of. Anyone who can write to the folder, as with a pull request, can write this file, and it must not decide about anything
 * else (ADR 37). A flag that is not here does not compile, so that somebody decides about each.
 */
const decisions: Readonly<Record<ScanName, 'free' | keyof typeof reasons>> = {
  namespace: 'looked-at',
  'all-namespaces': 'looked-at',
  'exclude-namespaces': 'looked-at',
  scope: 'looked-at',
  selector: 'looked-at',
  policy: 'looked-at',
  'exclude-policy': 'looked-at',
  'include-kinds': 'looked-at',
  'exclude-kinds': 'looked-at',
  policies: 'free',
  compare: 'looked-at',
  offline: 'free',
  'sources-path': 'runs',
  'docker-config-json-path': 'asks',
  'verification-config-path': 'runs',
  filename: 'run',
  kustomize: 'run',
  facts: 'free',
  exclude: 'looked-at',
  'allow-empty': 'looked-at',
  values: 'free',
  set: 'free',
  'release-name': 'free',
  'include-crds': 'free',
  'enable-helm': 'runs',
  engine: 'runs',
  'sigstore-trust-root': 'runs',
  'record-host-capabilities-interactions': 'writes',
  'replay-host-capabilities-interactions': 'runs',
  kubeconfig: 'asks',
  context: 'asks',
  contexts: 'asks',
  as: 'asks',
  'as-group': 'asks',
  'request-timeout': 'free',
  'kubewarden-namespace': 'asks',
  'policy-server-url': 'asks',
  'extra-ca': 'asks',
  'client-cert': 'asks',
  'client-key': 'asks',
  'insecure-skip-tls-verify': 'asks',
  output: 'free',
  severity: 'hides',
  show: 'hides',
  'group-by': 'hides',
  'no-roll-up': 'hides',
  'no-summary': 'free',
  'no-headers': 'free',
  history: 'hides',
  'fail-on': 'counts',
  'max-violations': 'counts',
  'include-monitor': 'counts',
  'on-incomplete': 'counts',
  'exit-zero': 'counts',
  baseline: 'counts',
  'baseline-strict': 'counts',
  exceptions: 'counts',
  'accept-annotations': 'counts',
  store: 'writes',
  'report-kind': 'writes',
  'keep-results': 'counts',
  'reuse-results': 'counts',
  'pure-policies': 'counts',
  'verify-sample': 'counts',
  'verify-seed': 'counts',
  shard: 'looked-at',
  shards: 'looked-at',
  'job-uid': 'looked-at',
  concurrency: 'free',
  load: 'free',
  connections: 'asks',
  'page-size': 'free',
  timeout: 'free',
  'compat-request': 'runs',
  'parallel-namespaces': 'asks',
  'parallel-resources': 'asks',
  'parallel-policies': 'asks',
  attest: 'writes',
  'attest-key': 'writes',
  'sigstore-signing-config': 'asks',
  'attest-identity-token': 'asks',
  'metrics-file': 'writes',
  pushgateway: 'writes',
  'pushgateway-job': 'writes',
  'pushgateway-instance': 'writes',
  'pushgateway-basic-auth-file': 'writes',
  'pushgateway-bearer-token-file': 'writes',
  events: 'writes',
  quiet: 'hides',
  verbose: 'free',
  'log-level': 'hides',
  'log-format': 'free',
  color: 'free',
  'no-color': 'free',
  progress: 'free',
  'termination-message': 'hides',
  'disable-store': 'writes',
  'output-scan': 'writes',
  config: 'run',
  'no-config': 'run',
};

const byName: ReadonlyMap<string, 'free' | keyof typeof reasons> = new Map(Object.entries(decisions));

/** Whether a file that was found may set this flag to one of its values. */
export function isSettableWhereFound(name: string): boolean {
  return byName.get(name) === 'free';
}

/** Says which entries of a file that was found are not taken from it, as one problem; none where all are. */
export function findGuarded(path: string, entries: readonly ConfigEntry[]): readonly AuditError[] {
  const guarded = entries.flatMap((entry) => {
    const reason = whyGuarded(entry);
    return reason === undefined ? [] : [{ entry, reason }];
  });
  const [first] = guarded;
  if (first === undefined) return [];
  const named = guarded.map(({ entry }) => `"${entry.option.name}" (line ${entry.origin.line ?? 1})`);
  const decided = [...new Set(guarded.map(({ reason }) => reason))].join('; ');
  const { option, texts, origin } = first.entry;
  return [
    new AuditError(
      errorCodes.configNotTrusted,
      `${formatOrigin(origin)}: a file that was found may not set ${named.join(', ')}`,
      {
        facts: [`Anyone who can change what is scanned can change this file, and would decide ${decided}.`],
        tries: [
          `if you trust it, name it: audit-scanner scan --config ${path}`,
          `give it as a flag: --${option.name} ${texts[0] ?? ''}`,
          'or do without the file: --no-config',
        ],
      },
    ),
  ];
}

/** What an entry would decide that a found file may not; undefined where it may be taken. */
function whyGuarded({ option: { name }, texts }: ConfigEntry): string | undefined {
  const decision = byName.get(name) ?? 'run';
  if (decision !== 'free') return reasons[decision];
  // A format for the screen is a matter of taste; a file on the disk is not.
  if (name === 'output' && texts.some((text) => text.includes('='))) return reasons.writes;
  // Policies and facts of the folder are its own; those of a cluster are read with the credentials of who runs the scan.
  const asksCluster = (name === 'policies' || name === 'facts') && texts.includes('cluster');
  return asksCluster ? reasons.asks : undefined;
}
