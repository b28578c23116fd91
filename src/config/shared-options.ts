import { loadModes } from '../domain/index.ts';
import { list, type OptionGroup, text, texts, toggle } from './option.ts';
import {
  oneOf,
  optional,
  parseAge,
  parseDuration,
  parseHttpUrl,
  parseInteger,
  parseNamespace,
  parseShare,
} from './values.ts';

/** Who evaluates the policies. */
export const engines = ['embedded', 'policy-server'] as const;
export type Engine = (typeof engines)[number];

/** Evaluations in flight: enough to hide the latency of policy servers, and few enough to cost little each. */
export const defaultConcurrency = '100';

/** The rows that more than one command has: the same words, defaults and environment variables. */
export const shared = {
  namespace: list(
    'namespace NS',
    'namespaces to scan; comma separated, repeatable. With PATH: the namespace of charts, and of objects that have none',
    { short: 'n', parse: parseNamespace },
  ),
  allNamespaces: toggle('all-namespaces', 'scan all namespaces (the default)', { short: 'A' }),
  excludeNamespaces: list('exclude-namespaces NS', 'namespaces to skip', {
    aliases: ['ignore-namespaces'],
    parse: parseNamespace,
  }),
  scope: text('scope SCOPE', 'all, cluster or namespaced (default all; namespaced with -n)', {
    parse: oneOf(['all', 'cluster', 'namespaced']),
  }),
  includeKinds: list('include-kinds KIND', 'only these kinds, such as deployments.apps'),
  excludeKinds: list('exclude-kinds KIND', 'skip these kinds'),
  policies: texts(
    'policies PATH|cluster',
    'where the policies are: custom resources, policies.yml, .wasm, folders or patterns; cluster for the installed ones; repeatable',
  ),
  offline: toggle('offline', 'download no modules, and let policies ask nothing that needs the network'),
  sourcesPath: text(
    'sources-path FILE',
    'sources.yml of kwctl: CAs, insecure hosts and proxies for registries',
  ),
  dockerConfigJsonPath: text(
    'docker-config-json-path DIR',
    'folder of the Docker config.json with registry logins (default ~/.docker)',
  ),
  verificationConfigPath: text(
    'verification-config-path FILE',
    'verification config of kwctl: signatures that a module must have to run',
  ),
  load: text(
    'load MODE',
    'evaluations in flight: normal (as many as policy servers answer without delay), gentle (fewer) or full (--concurrency)',
    { default: 'normal', parse: oneOf(loadModes) },
  ),
  connections: text(
    'connections MODE',
    'to policy servers: per-request (one per evaluation) or balanced (kept open to each ready endpoint)',
    { default: 'per-request', parse: oneOf(['per-request', 'balanced']) },
  ),
  engine: text(
    'engine WHERE',
    'who evaluates: policy-server, or embedded, this process (default policy-server; embedded for files)',
    { parse: optional(oneOf(engines)) },
  ),
  sigstoreTrustRoot: text(
    'sigstore-trust-root FILE',
    'trusted_root.json: certificates and logs to trust for keyless signatures of modules',
  ),
  kubewardenNamespace: text('kubewarden-namespace NS', 'namespace of the policy servers', {
    default: 'kubewarden',
    parse: parseNamespace,
  }),
  noHeaders: toggle('no-headers', 'omit the header line'),
  store: toggle(
    'store',
    'store the reports in the cluster and delete stale ones; without it, nothing is written',
  ),
  reportKind: text('report-kind KIND', 'openreports or policyreport', {
    default: 'openreports',
    parse: oneOf(['openreports', 'policyreport'], {
      openreport: 'openreports',
      policyreports: 'policyreport',
    }),
  }),
  color: text('color WHEN', 'auto, always or never', {
    default: 'auto',
    parse: oneOf(['auto', 'always', 'never']),
  }),
  noColor: toggle('no-color', 'the same as --color never'),
} as const;

/** When stored results replace evaluations. */
export const reuseOptions = [
  text(
    'reuse-results AGE',
    'ask pure policies only about objects that changed, or whose stored result is older than this, such as 24h',
    { parse: optional(parseAge) },
  ),
  list(
    'pure-policies NAME',
    'policies that look at nothing but the request; !NAME excludes; * and ? are wildcards',
  ),
  text('verify-sample SHARE', 'share of the reusable results to evaluate again and compare', {
    default: '1%',
    parse: parseShare,
  }),
  text('verify-seed N', 'choose the same sample as the run that printed this seed', {
    parse: parseInteger(0),
  }),
] as const;

/** Which API server is asked, and as whom. */
export const apiServerOptions = [
  text('kubeconfig FILE', 'kubeconfig to use (default KUBECONFIG, in-cluster, then ~/.kube/config)'),
  text('context NAME', 'context of the kubeconfig'),
  text('as USER', 'impersonate this user, such as system:serviceaccount:kubewarden:audit-scanner'),
  texts('as-group GROUP', 'impersonate this group, with --as; repeatable'),
  text('request-timeout TIME', 'time limit for one request to the Kubernetes API; 0 for none', {
    default: '30s',
    parse: parseDuration,
  }),
] as const;

/** That, and how the policy servers are reached. */
export const connectionGroup = {
  title: 'Connection',
  options: [
    ...apiServerOptions,
    shared.kubewardenNamespace,
    text(
      'policy-server-url URL',
      'ask this policy server about every policy, such as https://localhost:3000',
      {
        parse: optional(parseHttpUrl),
      },
    ),
    text('extra-ca FILE', 'PEM file with the CA of the policy servers'),
    text('client-cert FILE', 'PEM file with the client certificate for policy servers'),
    text('client-key FILE', 'PEM file with the key of the client certificate'),
    toggle(
      'insecure-skip-tls-verify',
      'do not verify the certificates of policy servers; only for debugging',
      {
        aliases: ['insecure-ssl'],
      },
    ),
  ],
} as const satisfies OptionGroup;

/** What of the cluster is looked at, for the commands that only look at what a scan would do. */
export const targetGroup = {
  title: 'Target',
  options: [
    shared.namespace,
    shared.allNamespaces,
    shared.excludeNamespaces,
    shared.scope,
    shared.includeKinds,
    shared.excludeKinds,
  ],
} as const satisfies OptionGroup;

/** Which policies are not installed, and on what terms their modules are fetched. */
export const filePoliciesGroup = {
  title: 'Policies in files',
  options: [
    shared.policies,
    shared.offline,
    shared.sourcesPath,
    shared.dockerConfigJsonPath,
    shared.verificationConfigPath,
    shared.sigstoreTrustRoot,
  ],
} as const satisfies OptionGroup;

/** Where the flags that nobody types may be written. */
export const configGroup = {
  title: 'Configuration',
  options: [
    text(
      'config FILE',
      'read flags from this file (default .audit-scanner.yaml here or in a folder above; see help config)',
    ),
    toggle('no-config', 'read no configuration file'),
  ],
} as const satisfies OptionGroup;

export const engineGroup = { title: 'Engine', options: [shared.engine] } as const satisfies OptionGroup;
