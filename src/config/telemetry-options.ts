import { AuditError, errorCodes } from '../domain/index.ts';
import type { TelemetryConfig } from './config.ts';
import { type OptionGroup, type OptionsOf, text, toggle } from './option.ts';
import { Invalid, optional, parseHttpUrl } from './values.ts';

export const eventsOption = toggle(
  'events',
  'write Events on the Job: incomplete scan, new critical violations, drift',
);

/** Where a run is reported besides its outputs, and how. */
export const telemetryGroup = {
  title: 'Monitoring',
  options: [
    text('metrics-file FILE', "write metrics for node_exporter's textfile collector, which reads *.prom"),
    text(
      'pushgateway URL',
      'push metrics to this Pushgateway, such as http://pushgateway.monitoring.svc:9091',
      {
        parse: optional(parseHttpUrl),
      },
    ),
    text('pushgateway-job NAME', 'label job of the pushed metrics', {
      default: 'audit-scanner',
      parse: (name) => (name === '' ? new Invalid('It must have a name.') : name),
    }),
    text(
      'pushgateway-instance NAME',
      'label instance of the pushed metrics: the cluster, if several push to one place',
    ),
    text('pushgateway-basic-auth-file FILE', 'file with USER:PASSWORD for the Pushgateway'),
    text('pushgateway-bearer-token-file FILE', 'file with a bearer token for the Pushgateway'),
    eventsOption,
  ],
} as const satisfies OptionGroup;

type TelemetryRow = (typeof telemetryGroup)['options'][number];

/** What the options say; undefined if nothing is to be reported. */
export function toTelemetry(options: OptionsOf<TelemetryRow>): TelemetryConfig | undefined {
  const {
    metricsFile,
    pushgateway: url,
    pushgatewayJob: job,
    pushgatewayInstance: instance,
    events,
  } = options;
  if (metricsFile === undefined && url === undefined && !events) return undefined;
  const login = {
    basicAuthFile: options.pushgatewayBasicAuthFile,
    bearerTokenFile: options.pushgatewayBearerTokenFile,
  };
  return { metricsFile, pushgateway: url && { url, job, instance, ...login }, events };
}

type TelemetryGiven = { isSet(name: TelemetryRow['name']): boolean };

/** What the options contradict each other in. */
export function findTelemetryProblems(given: TelemetryGiven): readonly AuditError[] {
  const details = telemetryGroup.options
    .map(({ name }) => name)
    .filter((name) => name.startsWith('pushgateway-'));
  const alone = given.isSet('pushgateway') ? [] : details.filter((name) => given.isSet(name));
  const hasTwoLogins =
    given.isSet('pushgateway-basic-auth-file') && given.isSet('pushgateway-bearer-token-file');
  return [
    ...alone.map((name) => conflict(`--${name} needs --pushgateway`, 'Without it nothing is pushed.')),
    ...(hasTwoLogins
      ? [
          conflict(
            '--pushgateway-basic-auth-file and --pushgateway-bearer-token-file are two logins',
            'Use one of the two.',
          ),
        ]
      : []),
  ];
}

function conflict(message: string, fact: string): AuditError {
  return new AuditError(errorCodes.conflictingFlags, message, { facts: [fact] });
}
