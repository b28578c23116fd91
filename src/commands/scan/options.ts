import {
  configGroup,
  connectionGroup,
  defaultConcurrency,
  type FlagValues,
  type Given,
  type KeyOf,
  list,
  type OptionGroup,
  type OptionsOf,
  oneOf,
  optional,
  parseAge,
  parseDuration,
  parseInteger,
  parseSelector,
  type RowOf,
  reuseOptions,
  shardGroup,
  shared,
  telemetryGroup,
  text,
  texts,
  toggle,
} from '../../config/index.ts';
import { type LogLevel, logLevels } from '../../host/index.ts';
import { refuseCertificateAsManifest, refuseLogLevelAsSelector } from './go-scanner-flags.ts';
import {
  baselineOptions,
  historyOption,
  judgingGroup,
  policyFilterOptions,
  quiet,
  showingGroup,
  verbose,
} from './result-options.ts';

const bound = parseInteger(1);

const target = {
  title: 'Target',
  options: [
    shared.namespace,
    shared.allNamespaces,
    shared.excludeNamespaces,
    shared.scope,
    text('selector SELECTOR', 'only objects with these labels', {
      short: 'l',
      parse: optional(parseSelector),
      refuse: refuseLogLevelAsSelector,
    }),
    ...policyFilterOptions,
    shared.includeKinds,
    shared.excludeKinds,
  ],
} as const satisfies OptionGroup;

const clusters = {
  title: 'Clusters',
  options: [
    list(
      'contexts NAME',
      "scan these contexts of the kubeconfig in one run, read-only; * and ? are wildcards, '*' means all",
    ),
  ],
} as const satisfies OptionGroup;

const policies = {
  title: 'Policies',
  options: [
    shared.policies,
    toggle('compare', 'compare policies in files with the installed ones of the same name, as preview does'),
    shared.offline,
    shared.sourcesPath,
    shared.dockerConfigJsonPath,
    shared.verificationConfigPath,
  ],
} as const satisfies OptionGroup;

const files = {
  title: 'Files (with PATH)',
  options: [
    texts('filename PATH', 'the same as PATH; - for stdin; repeatable', {
      short: 'f',
      refuse: refuseCertificateAsManifest,
    }),
    texts('kustomize DIR', 'scan only what the kustomization in DIR renders; repeatable', {
      short: 'k',
    }),
    texts(
      'facts PATH|cluster',
      'Namespaces, CRDs and objects that policies may read, without scanning them; or cluster; repeatable',
    ),
    texts('exclude PATTERN', 'skip files that match, as a line of an .auditignore in PATH does; repeatable'),
    toggle('allow-empty', 'exit with 0 if there is nothing to scan'),
    texts('values FILE', 'charts: values file, as for helm; repeatable'),
    texts('set KEY=VALUE', 'charts: a value, as for helm; repeatable'),
    text('release-name NAME', 'charts: release name (default release-name)'),
    toggle('include-crds', 'charts: also audit the definitions in crds/'),
    toggle('enable-helm', 'kustomizations: let them render charts with helm'),
  ],
} as const satisfies OptionGroup;

const engine = {
  title: 'Engine',
  options: [
    shared.engine,
    shared.sigstoreTrustRoot,
    text(
      'record-host-capabilities-interactions FILE',
      'record what policies ask their host, and the answers',
    ),
    text(
      'replay-host-capabilities-interactions FILE',
      'answer policies from such a recording, and from nothing else',
    ),
  ],
} as const satisfies OptionGroup;

const report = {
  ...showingGroup,
  options: [...showingGroup.options, historyOption],
} as const satisfies OptionGroup;

const gate = {
  title: 'Gate',
  options: [
    ...judgingGroup.options,
    ...baselineOptions,
    text('exceptions FILE', 'YAML list of accepted violations, each with a reason and an end date'),
    toggle(
      'accept-annotations',
      'let objects accept their own violations in the annotation audit-scanner.io/accept, by the same rules',
    ),
  ],
} as const satisfies OptionGroup;

const store = {
  title: 'Store',
  options: [
    shared.store,
    shared.reportKind,
    text(
      'keep-results AGE',
      'keep the stored verdict of a policy that gives no answer for this long; 0 stores an error at once',
      { default: '24h', parse: parseAge },
    ),
    ...reuseOptions,
  ],
} as const satisfies OptionGroup;

const speed = {
  title: 'Speed',
  options: [
    text('concurrency N', 'most evaluations in flight', { default: defaultConcurrency, parse: bound }),
    shared.load,
    shared.connections,
    text('page-size N', 'objects per page when listing; 0 lists everything at once', {
      default: '500',
      parse: parseInteger(0),
    }),
    text('timeout TIME', 'time limit for the whole scan; 0 for none', { default: '0', parse: parseDuration }),
    toggle('compat-request', 'send policy servers exactly the requests of the Go scanner'),
    text('parallel-namespaces N', 'namespaces in flight together', { hidden: true, parse: bound }),
    text('parallel-resources N', 'objects in flight in one namespace', { hidden: true, parse: bound }),
    text('parallel-policies N', 'policies asked at once about one object', { hidden: true, parse: bound }),
  ],
} as const satisfies OptionGroup;

const logging = {
  title: 'Logging',
  options: [
    quiet,
    verbose,
    text('log-level LEVEL', 'debug, info, warning or error (default warning)', {
      aliases: ['loglevel'],
      parse: optional(oneOf<LogLevel>(logLevels, { warn: 'warning', trace: 'debug', fatal: 'error' })),
    }),
    text('log-format FORMAT', 'text or json', { default: 'text', parse: oneOf(['text', 'json']) }),
    shared.color,
    shared.noColor,
    text('progress WHEN', 'auto, plain or none', {
      default: 'auto',
      parse: oneOf(['auto', 'plain', 'none']),
    }),
    text('termination-message WHEN', 'write the verdict for `kubectl describe pod`: auto or off', {
      default: 'auto',
      parse: oneOf(['auto', 'off']),
    }),
    toggle('disable-store', 'nothing is stored without --store anyway', { hidden: true }),
    toggle('output-scan', 'results are printed anyway', { hidden: true }),
  ],
} as const satisfies OptionGroup;

const evidence = {
  title: 'Evidence',
  options: [
    text(
      'attest FILE',
      'sign the outcome of the run and the digests of its outputs (needs -o json=FILE), as a Sigstore bundle',
    ),
    text('attest-key FILE', 'private key in PEM that signs it: ECDSA P-256 or Ed25519'),
    text(
      'sigstore-signing-config FILE',
      'sign it without a key, with the Fulcio, Rekor and timestamp authority in this signing_config.json',
    ),
    text(
      'attest-identity-token FILE',
      'identity token to sign with (default SIGSTORE_ID_TOKEN, or the token of GitHub Actions)',
    ),
  ],
} as const satisfies OptionGroup;

/** The flags of `scan`, in the order of its help. */
export const scanGroups = [
  target,
  clusters,
  policies,
  files,
  engine,
  connectionGroup,
  report,
  gate,
  evidence,
  store,
  shardGroup,
  speed,
  telemetryGroup,
  logging,
  configGroup,
] as const satisfies readonly OptionGroup[];

type ScanRow = RowOf<typeof scanGroups>;

export const scanOptions: readonly ScanRow[] = scanGroups.flatMap<ScanRow>(({ options }) => options);

export type ScanName = ScanRow['name'];

/** What is read of them. */
export type ScanOptions = OptionsOf<ScanRow>;

/** The flags of `scan` and what was typed for them. */
export type ScanFlags = FlagValues<KeyOf<ScanName>>;

export type GivenToScan = Given<ScanRow>;

/** The flags that only a scan of files has: without a PATH they mean nothing. */
export const fileFlags: readonly ScanName[] = files.options.map(({ name }) => name);

/** On what terms the modules of policies of files are fetched. */
export const moduleFlags: readonly ScanName[] = policies.options
  .map(({ name }) => name)
  .filter((name) => name !== 'policies' && name !== 'offline' && name !== 'compare');

/** How policy servers are reached; an engine of this process asks none. */
export const policyServerFlags: readonly ScanName[] = [
  'policy-server-url',
  'extra-ca',
  'client-cert',
  'client-key',
  'insecure-skip-tls-verify',
  'load',
  'connections',
];
