import { type OptionGroup, type OptionSpec, text, texts, toggle } from './option.ts';
import { scanOptions } from './scan-options.ts';

/** The flags of a command that looks at what a scan would do. `own` are those that `scan` lacks; they have no environment variables. */
export type InspectionOptions = {
  readonly groups: readonly OptionGroup[];
  readonly own: readonly OptionSpec[];
};

/** Options of `scan`: the same words, defaults and environment variables. */
function fromScan(...names: readonly string[]): readonly OptionSpec[] {
  return scanOptions.filter(({ name }) => names.includes(name));
}

const target: OptionGroup = {
  title: 'Target',
  options: fromScan(
    'namespace',
    'all-namespaces',
    'exclude-namespaces',
    'scope',
    'include-kinds',
    'exclude-kinds',
  ),
};

const connection: OptionGroup = {
  title: 'Connection',
  options: fromScan(
    'kubeconfig',
    'context',
    'as',
    'as-group',
    'request-timeout',
    'kubewarden-namespace',
    'policy-server-url',
    'extra-ca',
    'client-cert',
    'client-key',
    'insecure-skip-tls-verify',
  ),
};

const engine: OptionGroup = { title: 'Engine', options: fromScan('engine') };

const manifests = texts(
  'manifests PATH',
  'files that they would be asked about, for the types and namespaces',
);
const policiesOutput = text('output FORMAT', 'table, wide (with the types) or json', {
  short: 'o',
  default: 'table',
});

const policies: InspectionOptions = {
  groups: [
    target,
    {
      title: 'Policies of files',
      options: [
        ...fromScan(
          'policies',
          'offline',
          'sources-path',
          'docker-config-json-path',
          'verification-config-path',
          'sigstore-trust-root',
        ),
        manifests,
      ],
    },
    connection,
    { title: 'Output', options: [policiesOutput, ...fromScan('no-headers')] },
  ],
  own: [manifests, policiesOutput],
};

const missing = toggle(
  'missing',
  'only what the current user (or that of --as) may not do yet, granted to that user',
);
const serviceAccount = text(
  'service-account NAME',
  'whom to grant it: NAME or NAMESPACE/NAME (default audit-scanner, in the namespace of Kubewarden)',
);

const rbac: InspectionOptions = {
  groups: [
    target,
    { title: 'Roles', options: [missing, serviceAccount, ...fromScan('store', 'report-kind')] },
    engine,
    connection,
  ],
  own: [missing, serviceAccount],
};

const doctorOutput = text('output FORMAT', 'table or json', { short: 'o', default: 'table' });
const evaluate = toggle(
  'evaluate',
  'also ask each policy about one made-up object, to see whether its server has loaded it',
);

const doctor: InspectionOptions = {
  groups: [
    target,
    engine,
    connection,
    { title: 'Checks', options: [...fromScan('store', 'report-kind'), evaluate] },
    { title: 'Output', options: [doctorOutput, ...fromScan('color', 'no-color')] },
  ],
  own: [evaluate, doctorOutput],
};

const statusOutput = text('output FORMAT', 'text or json', { short: 'o', default: 'text' });
const maxAge = text(
  'max-age AGE',
  'how long ago the last complete run may have ended: a day and an hour suits nightly runs',
  { default: '25h' },
);

const status: InspectionOptions = {
  groups: [
    { title: 'Record', options: [maxAge, ...fromScan('report-kind')] },
    {
      title: 'Connection',
      options: fromScan('kubeconfig', 'context', 'as', 'as-group', 'request-timeout'),
    },
    { title: 'Output', options: [statusOutput] },
  ],
  own: [maxAge, statusOutput],
};

/** The flags of each of these commands, in the order of its help. */
export const inspectionOptions = { policies, doctor, rbac, status } as const satisfies Record<
  string,
  InspectionOptions
>;
