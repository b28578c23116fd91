import { defaultConcurrency, list, type OptionGroup, text, toggle } from './option.ts';

/** The reference's flags with its defaults, and some of our own. */
export const dropInGroups: readonly OptionGroup[] = [
  {
    title: 'Flags of the reference',
    options: [
      text('namespace NAMESPACE', 'namespace to be evaluated', { short: 'n' }),
      toggle('cluster', 'scan cluster-wide resources only', { short: 'c' }),
      text('kubewarden-namespace NAMESPACE', 'namespace where the Kubewarden components are installed', {
        short: 'k',
        default: 'kubewarden',
      }),
      text('policy-server-url URL', 'ask this policy server, for debugging: https://localhost:3000', {
        short: 'u',
      }),
      text('loglevel LEVEL', 'debug, info, warning or error', { short: 'l', default: 'info' }),
      toggle('output-scan', 'print every report as JSON into the log on stdout', { short: 'o' }),
      list('ignore-namespaces NAMESPACES', 'namespaces to be skipped; comma separated, repeatable', {
        short: 'i',
      }),
      toggle('insecure-ssl', 'do not verify the certificates of policy servers; for development'),
      text('extra-ca FILE', 'PEM file with the CA of the policy servers', { short: 'f' }),
      text('client-cert FILE', 'PEM file with the client certificate for policy servers'),
      text('client-key FILE', 'PEM file with the key of the client certificate'),
      toggle('disable-store', 'write and delete no reports'),
      text('parallel-namespaces N', 'namespaces whose objects are in flight together', { default: '1' }),
      text('parallel-resources N', 'objects in flight in one namespace', { default: '100' }),
      text('parallel-policies N', 'policies asked at once about one object', { default: '5' }),
      text('page-size N', 'objects per page when listing; 0 lists everything at once', { default: '100' }),
      text('report-kind KIND', 'openreports or policyreport', { default: 'policyreport' }),
    ],
  },
  {
    title: 'Ours',
    options: [
      text('concurrency N', 'evaluations in flight in the whole run', { default: defaultConcurrency }),
      toggle(
        'compat-request',
        'send the exact request of the reference, the Kind in place of the resource name',
      ),
      toggle('run-record', 'record each run over the whole cluster, for audit-scanner status'),
    ],
  },
];

export const dropInOptions = dropInGroups.flatMap(({ options }) => options);
