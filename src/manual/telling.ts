import { errorCodes } from '../domain/index.ts';
import type { ManualChapter } from './entry.ts';

const scanUntouched =
  'None on the scan: its results are printed and stored, and its exit code does not change.';

/** Metrics, traces and events: how a run is reported to other systems. */
export const telling = {
  [errorCodes.metricsNotWritten]: {
    title: 'The file with the metrics could not be written',
    meaning: 'The file of --metrics-file could not be written.',
    detection: 'The operating system refused a write, or refused to move the finished file into place.',
    effect: `${scanUntouched} The file of the previous run stays as it was, so alerts on its age will fire.`,
    fixes: [
      {
        step: 'Let the scanner write to the folder of the file: it first writes there under another name, so that the collector never reads half a file.',
        commands: ['ls -ld DIRECTORY', 'df -h DIRECTORY'],
      },
      { step: 'In a Pod with a read-only root file system, mount a volume for it.' },
    ],
    related: [errorCodes.metricsNotPushed],
  },
  [errorCodes.metricsNotPushed]: {
    title: 'The metrics could not be pushed',
    meaning: 'The Pushgateway of --pushgateway did not accept the metrics of the run.',
    detection:
      'There was no answer within 10 seconds, no connection, or an answer other than success; the message says which. Redirects are not followed, because that could send the login to an unintended server.',
    effect: `${scanUntouched} The Pushgateway still shows the previous run.`,
    fixes: [
      {
        step: 'Try it from where the scan runs.',
        commands: ['curl -i http://pushgateway.monitoring.svc:9091/-/healthy'],
      },
      {
        step: 'If it answers 401 or 403, supply the login in a file: --pushgateway-basic-auth-file or --pushgateway-bearer-token-file.',
      },
      { step: 'If it redirects, use the address that it redirects to, often with https://.' },
      {
        step: 'If it answers 400, its message says which metric it rejects: something else may have pushed one with the same name under the same job.',
      },
    ],
    related: [errorCodes.metricsNotWritten, errorCodes.telemetryNotSent],
  },
  [errorCodes.telemetryNotSent]: {
    title: 'Metrics or traces could not be sent by OTLP',
    meaning:
      'OTEL_EXPORTER_OTLP_ENDPOINT or another of the standard variables asks for metrics or traces, and they did not reach the receiver.',
    detection:
      'The receiver did not answer in time (OTEL_EXPORTER_OTLP_TIMEOUT, 10 seconds unless set) or refused, or a variable asks for something that audit-scanner does not support: the only protocol is http/protobuf.',
    effect: `${scanUntouched} The metrics or traces of this run are lost.`,
    fixes: [
      {
        step: 'Check the address: OTLP over HTTP uses port 4318 by default; port 4317 is gRPC, which is not supported.',
        commands: ['curl -i -X POST -H content-type:application/x-protobuf http://COLLECTOR:4318/v1/metrics'],
      },
      {
        step: 'To switch it off, unset the variables, or set OTEL_SDK_DISABLED=true, OTEL_METRICS_EXPORTER=none or OTEL_TRACES_EXPORTER=none.',
      },
    ],
    related: [errorCodes.metricsNotPushed],
  },
  [errorCodes.eventsNotWritten]: {
    title: 'Events could not be written',
    meaning:
      'With --events a run that has something to report writes Events on its Job. It does not know in which Pod it runs, or the API server did not accept them.',
    detection:
      'POD_NAME or POD_NAMESPACE is not set, the Pod could not be read to find its Job, or an Event was refused.',
    effect: `${scanUntouched} \`kubectl describe job\` shows no Event of this run.`,
    fixes: [
      {
        step: 'Grant `get` on pods and `create` on events.events.k8s.io, in the namespace of the Job.',
        commands: ['audit-scanner rbac --events --missing | kubectl apply -f -'],
      },
      {
        step: 'Give the container the name and namespace of its Pod through the Downward API: POD_NAME from metadata.name, POD_NAMESPACE from metadata.namespace, as manifests/components/events does.',
      },
      { step: 'Outside a cluster leave --events out: there is no Job to write Events on.' },
    ],
    related: [errorCodes.reportWriteFailed],
  },
} satisfies ManualChapter;
