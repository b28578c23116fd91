/** `audit-scanner help monitoring`. */
export function renderMonitoring(): string {
  return `How to notice that scans fail, or that there are none. A scan is a batch job: it tells when it ends.

Exit codes and the termination message: \`audit-scanner help exit-codes\`. In a CronJob use --on-incomplete
retryable: 3 then means that another try may see more, and what only a person can mend does not make the Job
scan again and again.

Metrics, listed in docs/metrics.md; each says how it was in the last run:
  --metrics-file /var/lib/node_exporter/audit-scanner.prom     for the textfile collector
  --pushgateway http://pushgateway.monitoring.svc:9091         with --pushgateway-instance CLUSTER for several
  OTEL_EXPORTER_OTLP_ENDPOINT=http://collector:4318            http/protobuf; metrics and traces
The login of a Pushgateway comes from a file: --pushgateway-basic-auth-file or --pushgateway-bearer-token-file.

Traces: the run, each step and each LIST are spans; policy servers get the run's traceparent. Variables that are
read: OTEL_SDK_DISABLED, OTEL_METRICS_EXPORTER and OTEL_TRACES_EXPORTER (otlp or none),
OTEL_EXPORTER_OTLP_[METRICS_|TRACES_] ENDPOINT, PROTOCOL, HEADERS, TIMEOUT, COMPRESSION and CERTIFICATE,
OTEL_TRACES_SAMPLER and _ARG, OTEL_SERVICE_NAME, OTEL_RESOURCE_ATTRIBUTES, TRACEPARENT.

Events: --events writes them on the Job, for kubectl describe job: scan incomplete or not started, new critical
violations, verdicts that drift. It needs POD_NAME and POD_NAMESPACE from the Downward API, and the rights that
audit-scanner rbac --events prints. A violation is new where the stored reports did not have it, so there are
none without --store, nor in the first run.

Alerts and a dashboard: manifests/monitoring. The first alert to have is on the age of
audit_scanner_last_complete_run_timestamp_seconds.

What cannot be told is one line on stderr, and never changes the exit code.
`;
}
