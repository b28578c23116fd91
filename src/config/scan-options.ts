import { outputFormats } from '../reports/index.ts';
import { failOnLevels } from '../verdict/index.ts';
import { defaultConcurrency, list, type OptionGroup, text, texts, toggle } from './option.ts';
import { refuseLogLevelAsSelector, refuseOutputWithoutFormat } from './reference-flags.ts';

const target: OptionGroup = {
  title: 'Target',
  options: [
    list(
      'namespace NS',
      'namespaces to scan; comma separated, repeatable. With PATH: the one of objects that name none, and of charts',
      { short: 'n' },
    ),
    toggle('all-namespaces', 'scan all namespaces; this is the default', { short: 'A' }),
    list('exclude-namespaces NS', 'namespaces to leave out', { aliases: ['ignore-namespaces'] }),
    text('scope SCOPE', 'all, cluster or namespaced (default all; namespaced with -n)'),
    text('selector SELECTOR', 'only objects with these labels', {
      short: 'l',
      refuse: refuseLogLevelAsSelector,
    }),
    list('policy NAME', 'only these policies; * and ? match anything'),
    list('exclude-policy NAME', 'leave these policies out'),
    list('include-kinds KIND', 'only these kinds, like deployments.apps'),
    list('exclude-kinds KIND', 'leave these kinds out'),
  ],
};

const files: OptionGroup = {
  title: 'Files (with PATH)',
  options: [
    texts(
      'policies PATH',
      'policies: custom resources, policies.yml, .wasm; folders or patterns of them; repeatable',
    ),
    texts(
      'facts PATH',
      'Namespaces, CRDs and what policies may ask for: read, not scanned; or cluster; repeatable',
    ),
    texts('exclude PATTERN', 'leave out what fits, as a line of an .auditignore in PATH would; repeatable'),
    toggle('allow-empty', 'exit with 0 where there is nothing to scan'),
    texts('values FILE', 'charts: values, as for helm; repeatable'),
    texts('set KEY=VALUE', 'charts: a value, as for helm; repeatable'),
    text('release-name NAME', 'charts: the name of the release (default release-name)'),
    toggle('include-crds', 'charts: audit the definitions in crds/, too'),
    toggle('enable-helm', 'kustomizations: let them have helm render charts'),
    toggle('offline', 'download no policies, and let them ask nothing of the network'),
    text('sources-path FILE', 'sources.yml: authorities, insecure hosts and proxies of registries'),
    text('docker-config-json-path DIR', 'where the config.json with the logins to registries is'),
    text('verification-config-path FILE', 'signatures that a policy must have to be run'),
  ],
};

const engine: OptionGroup = {
  title: 'Engine',
  options: [
    text(
      'engine WHERE',
      'policy-server, or embedded: in this process (default policy-server; embedded for files)',
    ),
    text('sigstore-trust-root FILE', 'trusted_root.json: whose keyless signatures of modules count'),
    text('record-host-capabilities-interactions FILE', 'keep what policies ask their host, and its answers'),
    text(
      'replay-host-capabilities-interactions FILE',
      'answer policies from such a file, and from nothing else',
    ),
  ],
};

const connection: OptionGroup = {
  title: 'Connection',
  options: [
    text('kubeconfig FILE', 'kubeconfig to use (default KUBECONFIG, in-cluster, then ~/.kube/config)'),
    text('context NAME', 'context of the kubeconfig'),
    text('as USER', 'ask as this user, like system:serviceaccount:kubewarden:audit-scanner'),
    texts('as-group GROUP', 'with --as: and as a member of this group; repeatable'),
    text('request-timeout TIME', 'limit of one request to the Kubernetes API; 0 for none', {
      default: '30s',
    }),
    text('kubewarden-namespace NS', 'where the policy servers run', { default: 'kubewarden' }),
    text('policy-server-url URL', 'ask this policy server instead, like https://localhost:3000'),
    text('extra-ca FILE', 'PEM file with the CA of the policy servers'),
    text('client-cert FILE', 'PEM file with the client certificate for policy servers'),
    text('client-key FILE', 'PEM file with the key of the client certificate'),
    toggle('insecure-skip-tls-verify', 'do not verify policy servers; only for debugging', {
      aliases: ['insecure-ssl'],
    }),
  ],
};

const report: OptionGroup = {
  title: 'Report',
  options: [
    texts('output FORMAT[=FILE]', `${outputFormats.join(', ')}; repeatable, one to stdout (default table)`, {
      short: 'o',
      refuse: refuseOutputWithoutFormat,
    }),
    list('severity LIST', 'show only these severities; never changes the exit code'),
    list('show LIST', 'show these results: fail, error, pass or all', { default: 'fail,error' }),
    toggle('no-summary', 'leave out the counts; what was missed and the verdict stay'),
    toggle('no-headers', 'leave out the header line'),
  ],
};

const gate: OptionGroup = {
  title: 'Gate',
  options: [
    text('fail-on LEVEL', `lowest severity that fails: ${failOnLevels.join(', ')}`, { default: 'any' }),
    text('max-violations N', 'violations that are let through', { default: '0' }),
    toggle('include-monitor', 'with --fail-on any: count policies in monitor mode too'),
    text('on-incomplete ACTION', 'fail or warn when something could not be looked at', { default: 'fail' }),
    toggle('exit-zero', 'exit with 0 in place of 1 and 3'),
    text('exceptions FILE', 'YAML list of violations that are accepted, each with a reason and an end'),
  ],
};

const store: OptionGroup = {
  title: 'Store',
  options: [
    toggle('store', 'write the reports to the cluster and remove stale ones; without it nothing is written'),
    text('report-kind KIND', 'openreports or policyreport', { default: 'openreports' }),
    text(
      'keep-results AGE',
      'stored verdicts of policies that give no answer stay until those have not answered for this long; 0 for an error at once',
      { default: '24h' },
    ),
  ],
};

const speed: OptionGroup = {
  title: 'Speed',
  options: [
    text('concurrency N', 'evaluations in flight', { default: defaultConcurrency }),
    text('page-size N', 'objects per page when listing; 0 lists everything at once', { default: '500' }),
    text('timeout TIME', 'limit of the whole scan; 0 for none', { default: '0' }),
    toggle('compat-request', 'send policy servers the exact request of the reference'),
    text('parallel-namespaces N', 'namespaces in flight together', { hidden: true }),
    text('parallel-resources N', 'objects in flight in one namespace', { hidden: true }),
    text('parallel-policies N', 'policies asked at once about one object', { hidden: true }),
  ],
};

const logging: OptionGroup = {
  title: 'Logging',
  options: [
    toggle('quiet', 'errors and the verdict only', { short: 'q' }),
    { name: 'verbose', short: 'v', type: 'count', help: 'more; twice for everything' },
    text('log-level LEVEL', 'debug, info, warning or error (default warning)', { aliases: ['loglevel'] }),
    text('log-format FORMAT', 'text or json', { default: 'text' }),
    text('color WHEN', 'auto, always or never', { default: 'auto' }),
    toggle('no-color', 'the same as --color never'),
    text('progress WHEN', 'auto, plain or none', { default: 'auto' }),
    text('termination-message WHEN', 'auto or off: the verdict for `kubectl describe pod`', {
      default: 'auto',
    }),
    toggle('disable-store', 'nothing is stored without --store anyway', { hidden: true }),
    toggle('output-scan', 'results are printed anyway', { hidden: true }),
  ],
};

/** The flags of `scan`, in the order of its help. */
export const scanGroups: readonly OptionGroup[] = [
  target,
  files,
  engine,
  connection,
  report,
  gate,
  store,
  speed,
  logging,
];

export const scanOptions = scanGroups.flatMap(({ options }) => options);
