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
    'namespaces to scan; comma separated, repeatable. With PATH: the one of objects that name none, and of charts',
    { short: 'n', parse: parseNamespace },
  ),
  allNamespaces: toggle('all-namespaces', 'scan all namespaces; this is the default', { short: 'A' }),
  excludeNamespaces: list('exclude-namespaces NS', 'namespaces to leave out', {
    aliases: ['ignore-namespaces'],
    parse: parseNamespace,
  }),
  scope: text('scope SCOPE', 'all, cluster or namespaced (default all; namespaced with -n)', {
    parse: oneOf(['all', 'cluster', 'namespaced']),
  }),
  includeKinds: list('include-kinds KIND', 'only these kinds, like deployments.apps'),
  excludeKinds: list('exclude-kinds KIND', 'leave these kinds out'),
  policies: texts(
    'policies PATH|cluster',
    'policies: custom resources, policies.yml, .wasm; folders or patterns; or cluster, for the installed ones; repeatable',
  ),
  offline: toggle('offline', 'download no policies, and let them ask nothing of the network'),
  sourcesPath: text(
    'sources-path FILE',
    'sources.yml: authorities, insecure hosts and proxies of registries',
  ),
  dockerConfigJsonPath: text(
    'docker-config-json-path DIR',
    'where the config.json with the logins to registries is',
  ),
  verificationConfigPath: text(
    'verification-config-path FILE',
    'signatures that a policy must have to be run',
  ),
  load: text(
    'load MODE',
    'how much to ask policy servers at once: gentle, normal (what they answer without delay), or full (--concurrency)',
    { default: 'normal', parse: oneOf(loadModes) },
  ),
  connections: text(
    'connections MODE',
    'to policy servers: per-request, or balanced: kept, to each ready endpoint of their Services',
    { default: 'per-request', parse: oneOf(['per-request', 'balanced']) },
  ),
  engine: text(
    'engine WHERE',
    'policy-server, or embedded: in this process (default policy-server; embedded for files)',
    { parse: optional(oneOf(engines)) },
  ),
  sigstoreTrustRoot: text(
    'sigstore-trust-root FILE',
    'trusted_root.json: whose keyless signatures of modules count',
  ),
  kubewardenNamespace: text('kubewarden-namespace NS', 'where the policy servers run', {
    default: 'kubewarden',
    parse: parseNamespace,
  }),
  noHeaders: toggle('no-headers', 'leave out the header line'),
  store: toggle(
    'store',
    'write the reports to the cluster and remove stale ones; without it nothing is written',
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

/** When stored results take the place of evaluations. */
export const reuseOptions = [
  text(
    'reuse-results AGE',
    'ask pure policies only about what has changed, or whose stored result is this old, like 24h',
    { parse: optional(parseAge) },
  ),
  list(
    'pure-policies NAME',
    'policies that look at nothing but the request; !NAME for those that look at more; * and ? match anything',
  ),
  text('verify-sample SHARE', 'ask again about this share of what could be reused, and compare', {
    default: '1%',
    parse: parseShare,
  }),
  text('verify-seed N', 'choose the same share as the run that printed this seed', {
    parse: parseInteger(0),
  }),
] as const;

/** Which API server is asked, and as whom. */
export const apiServerOptions = [
  text('kubeconfig FILE', 'kubeconfig to use (default KUBECONFIG, in-cluster, then ~/.kube/config)'),
  text('context NAME', 'context of the kubeconfig'),
  text('as USER', 'ask as this user, like system:serviceaccount:kubewarden:audit-scanner'),
  texts('as-group GROUP', 'with --as: and as a member of this group; repeatable'),
  text('request-timeout TIME', 'limit of one request to the Kubernetes API; 0 for none', {
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
    text('policy-server-url URL', 'ask this policy server instead, like https://localhost:3000', {
      parse: optional(parseHttpUrl),
    }),
    text('extra-ca FILE', 'PEM file with the CA of the policy servers'),
    text('client-cert FILE', 'PEM file with the client certificate for policy servers'),
    text('client-key FILE', 'PEM file with the key of the client certificate'),
    toggle('insecure-skip-tls-verify', 'do not verify policy servers; only for debugging', {
      aliases: ['insecure-ssl'],
    }),
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

/** Where the flags that nobody types may be written. */
export const configGroup = {
  title: 'Configuration',
  options: [
    text(
      'config FILE',
      'read flags from this file (default .audit-scanner.yaml here or above, see help config)',
    ),
    toggle('no-config', 'read no such file'),
  ],
} as const satisfies OptionGroup;

export const engineGroup = { title: 'Engine', options: [shared.engine] } as const satisfies OptionGroup;
