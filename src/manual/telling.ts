import { errorCodes } from '../domain/index.ts';
import type { ManualChapter } from './entry.ts';

const scanUntouched =
  'None on the scan: its results are printed and stored, and its exit code is what it would have been.';

/** Metrics, traces and events: what tells others of a run. */
export const telling = {
  [errorCodes.metricsNotWritten]: {
    title: 'The file with the metrics could not be written',
    meaning:
      'The metrics of the run were asked for as a file with --metrics-file, and it could not be put in place.',
    detection: 'The operating system refused a write, or to put the finished file in its place.',
    effect: `${scanUntouched} The file of an earlier run stays as it was, so that the alerts on its age will fire.`,
    fixes: [
      {
        step: 'Let the account that scans write to the folder of the file: it is written there under another name first, so that the collector never reads half of it.',
        commands: ['ls -ld DIRECTORY', 'df -h DIRECTORY'],
      },
      { step: 'In a Pod with a read-only root file system, mount a volume for it.' },
    ],
    related: [errorCodes.metricsNotPushed],
  },
  [errorCodes.metricsNotPushed]: {
    title: 'The metrics could not be pushed',
    meaning: 'The metrics of the run were to go to a Pushgateway (--pushgateway), and it did not take them.',
    detection:
      'There was no answer within 10 seconds, none at all, or another one than success. A redirect is not followed, because a login would go to where nobody meant it to. The message says which it was.',
    effect: `${scanUntouched} The Pushgateway goes on showing the run before.`,
    fixes: [
      {
        step: 'Ask it from where the scan runs.',
        commands: ['curl -i http://pushgateway.monitoring.svc:9091/-/healthy'],
      },
      {
        step: 'If it answers 401 or 403, give the login as a file: --pushgateway-basic-auth-file or --pushgateway-bearer-token-file.',
      },
      { step: 'If it redirects, name the address that it redirects to, often with https://.' },
      {
        step: 'If it answers 400, its message says which metric it does not take: something else may have pushed one with the same name under the same job.',
      },
    ],
    related: [errorCodes.metricsNotWritten, errorCodes.telemetryNotSent],
  },
  [errorCodes.telemetryNotSent]: {
    title: 'Metrics or traces could not be sent by OTLP',
    meaning:
      'OTEL_EXPORTER_OTLP_ENDPOINT or another of the standard variables asks for metrics or traces, and they did not reach their receiver.',
    detection:
      'The receiver did not answer in time (OTEL_EXPORTER_OTLP_TIMEOUT, 10 seconds unless set) or refused, or a variable asks for something that audit-scanner does not do: it speaks http/protobuf only.',
    effect: `${scanUntouched} The metrics or traces of this run are lost.`,
    fixes: [
      {
        step: 'Check the address: OTLP over HTTP is at port 4318 by default, the one over gRPC, which is not spoken, at 4317.',
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
      'With --events a run that has something to tell writes Events on its Job. It does not know in which Pod it is, or the API server did not take them.',
    detection:
      'POD_NAME or POD_NAMESPACE is not set, the Pod could not be read to find its Job, or an Event was refused.',
    effect: `${scanUntouched} \`kubectl describe job\` shows nothing of it.`,
    fixes: [
      {
        step: 'Allow it: `get` on pods and `create` on events.events.k8s.io, in the namespace of the Job.',
        commands: ['audit-scanner rbac --events --missing | kubectl apply -f -'],
      },
      {
        step: 'Give the container its name and namespace by the Downward API: POD_NAME from metadata.name, POD_NAMESPACE from metadata.namespace, as manifests/components/events does.',
      },
      { step: 'Outside of a cluster leave --events out: there is no Job that they could be about.' },
    ],
    related: [errorCodes.reportWriteFailed],
  },
} satisfies ManualChapter;
