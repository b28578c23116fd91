/** `audit-scanner help monitoring`. */
export function renderMonitoring(): string {
  return `Notice when scans fail, or stop running. A scan is a batch job: it reports when it ends.

Exit codes and the termination message: \`audit-scanner help exit-codes\`. In a CronJob use --on-incomplete
retryable: exit code 3 then means that another try may see more, and the Job does not scan again and again for
something that only a person can fix.

Metrics (docs/metrics.md lists them; each describes the last run):
  --metrics-file /var/lib/node_exporter/audit-scanner.prom     for the textfile collector
  --pushgateway http://pushgateway.monitoring.svc:9091         for several clusters, with --pushgateway-instance CLUSTER
  OTEL_EXPORTER_OTLP_ENDPOINT=http://collector:4318            http/protobuf; metrics and traces
The login for a Pushgateway comes from a file: --pushgateway-basic-auth-file or --pushgateway-bearer-token-file.

Traces have spans for the run, each step and each LIST; policy servers get the traceparent of the run. The scan reads
these variables: OTEL_SDK_DISABLED, OTEL_METRICS_EXPORTER and OTEL_TRACES_EXPORTER (otlp or none),
OTEL_EXPORTER_OTLP_[METRICS_|TRACES_] ENDPOINT, PROTOCOL, HEADERS, TIMEOUT, COMPRESSION and CERTIFICATE,
OTEL_TRACES_SAMPLER and _ARG, OTEL_SERVICE_NAME, OTEL_RESOURCE_ATTRIBUTES, TRACEPARENT.

--events writes Events on the Job, for kubectl describe job: the scan is incomplete or did not start, there are new critical
violations, verdicts drifted. It needs POD_NAME and POD_NAMESPACE from the Downward API, and the rights that
audit-scanner rbac --events prints. A violation is new if the stored reports did not have it, so there are
none without --store or in the first run.

Alerts and a dashboard: manifests/monitoring. Begin with an alert on the age of
audit_scanner_last_complete_run_timestamp_seconds. Prometheus has to scrape a Pushgateway with honor_labels: true.
A run that never starts sends no metrics; the alerts on that need kube-state-metrics.

If metrics, traces or Events cannot be delivered, stderr has one line about it; the exit code never changes.
`;
}
