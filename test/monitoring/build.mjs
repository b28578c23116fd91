// Builds what the tests of monitoring need from the Go modules that the folders beside this file name.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildGoCommand, GoUnavailable } from '../support/go-build.mjs';

/** There is no Go that could build them. */
export const MonitoringUnavailable = GoUnavailable;

const directory = dirname(fileURLToPath(import.meta.url));

/** @returns {Promise<string>} the path of a real Pushgateway */
export function buildPushgateway() {
  return buildGoCommand({
    directory: join(directory, 'pushgateway'),
    cache: 'pushgateway',
    command: 'github.com/prometheus/pushgateway',
    announce: 'building the Pushgateway with Go, once: this takes a minute',
  });
}

/** @returns {Promise<string>} the path of promtool */
export function buildPromtool() {
  return buildWithPrometheus('promtool', 'github.com/prometheus/prometheus/cmd/promtool');
}

/** @returns {Promise<string>} the path of a real Prometheus, without its pages */
export function buildPrometheus() {
  return buildWithPrometheus('prometheus', 'github.com/prometheus/prometheus/cmd/prometheus');
}

/** @returns {Promise<string>} the path of kube-state-metrics */
export function buildKubeStateMetrics() {
  return buildWithPrometheus('kube-state-metrics', 'k8s.io/kube-state-metrics/v2');
}

/** One module for the three, so that the client for Kubernetes is compiled once; without service discovery, which nobody needs here. */
function buildWithPrometheus(name, command) {
  return buildGoCommand({
    directory: join(directory, 'prometheus'),
    cache: name,
    command,
    tags: ['remove_all_sd'],
    announce: `building ${name} with Go, once: this takes a minute`,
  });
}

/** @returns {Promise<string>} the path of a receiver for OTLP */
export function buildOtlpReceiver() {
  return buildGoCommand({
    directory: join(directory, 'otlp-receiver'),
    cache: 'otlp-receiver',
    announce: 'building a receiver for OTLP with Go, once: this takes half a minute',
  });
}
