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

/** @returns {Promise<string>} the path of promtool, without the service discovery that rules have no use for */
export function buildPromtool() {
  return buildGoCommand({
    directory: join(directory, 'promtool'),
    cache: 'promtool',
    command: 'github.com/prometheus/prometheus/cmd/promtool',
    tags: ['remove_all_sd'],
    announce: 'building promtool with Go, once: this takes two minutes',
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
