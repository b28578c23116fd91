import {
  defaultConcurrency,
  type FlagValues,
  Invalid,
  type KeyOf,
  list,
  type OptionGroup,
  type OptionsOf,
  oneOf,
  optional,
  parseHttpUrl,
  parseInteger,
  parseNamespace,
  type RowOf,
  reuseOptions,
  shardGroup,
  shared,
  telemetryGroup,
  text,
  toggle,
} from '../../config/index.ts';
import { type LogLevel, logLevels } from '../../host/index.ts';
import type { ReportKind } from '../../reports/index.ts';

const reportKinds: Readonly<Record<string, ReportKind>> = {
  openreport: 'openreports',
  openreports: 'openreports',
  policyreport: 'policyreport',
  policyreports: 'policyreport',
};

function parseReportKind(text: string): ReportKind | Invalid {
  const kind = Object.hasOwn(reportKinds, text) ? reportKinds[text] : undefined;
  const sentence = `invalid report-kind '${text}': supported values are 'openreports' and 'policyreport'`;
  return kind ?? new Invalid('', sentence);
}
const bound = parseInteger(1);

/** The Go scanner's flags with its defaults, and some of our own. */
export const dropInGroups = [
  {
    title: 'Flags of the Go scanner',
    options: [
      text('namespace NAMESPACE', 'namespace to scan', {
        short: 'n',
        parse: optional(parseNamespace),
      }),
      toggle('cluster', 'scan only cluster-scoped resources', { short: 'c' }),
      text('kubewarden-namespace NAMESPACE', 'namespace of the Kubewarden components', {
        short: 'k',
        default: 'kubewarden',
        parse: parseNamespace,
      }),
      text(
        'policy-server-url URL',
        'ask this policy server about every policy, such as https://localhost:3000; for debugging',
        {
          short: 'u',
          parse: optional(parseHttpUrl),
        },
      ),
      text('loglevel LEVEL', 'debug, info, warning or error', {
        short: 'l',
        default: 'info',
        parse: oneOf<LogLevel>(logLevels, { '': 'info', warn: 'warning', trace: 'debug', fatal: 'error' }),
      }),
      toggle('output-scan', 'log every report as JSON on stdout', { short: 'o' }),
      list('ignore-namespaces NAMESPACES', 'namespaces to skip; comma separated, repeatable', {
        short: 'i',
      }),
      toggle('insecure-ssl', 'do not verify the certificates of policy servers; for development'),
      text('extra-ca FILE', 'PEM file with the CA of the policy servers', { short: 'f' }),
      text('client-cert FILE', 'PEM file with the client certificate for policy servers'),
      text('client-key FILE', 'PEM file with the key of the client certificate'),
      toggle('disable-store', 'do not write or delete reports'),
      text('parallel-namespaces N', 'namespaces to evaluate at once', {
        default: '1',
        parse: bound,
      }),
      text('parallel-resources N', 'objects to evaluate at once in a namespace', {
        default: '100',
        parse: bound,
      }),
      text('parallel-policies N', 'policies to ask at once about an object', { default: '5', parse: bound }),
      text('page-size N', 'objects per page when listing; 0 lists everything at once', {
        default: '100',
        parse: parseInteger(0),
      }),
      text('report-kind KIND', 'openreports or policyreport', {
        default: 'policyreport',
        parse: parseReportKind,
      }),
    ],
  },
  {
    title: 'Flags that the Go scanner does not have',
    options: [
      text('concurrency N', 'most evaluations in flight in the whole run', {
        default: defaultConcurrency,
        parse: bound,
      }),
      shared.load,
      shared.connections,
      toggle(
        'compat-request',
        'send exactly the requests of the Go scanner, with the Kind instead of the resource name',
      ),
      toggle('run-record', 'store a record of each run over the whole cluster, for audit-scanner status'),
      ...reuseOptions,
    ],
  },
  shardGroup,
  telemetryGroup,
] as const satisfies readonly OptionGroup[];

type DropInRow = RowOf<typeof dropInGroups>;

export const dropInOptions: readonly DropInRow[] = dropInGroups.flatMap<DropInRow>(({ options }) => options);

/** What is read of them. */
export type DropInOptions = OptionsOf<DropInRow>;

/** The flags of the Go scanner and what was typed for them. */
export type DropInFlags = FlagValues<KeyOf<DropInRow['name']>>;
