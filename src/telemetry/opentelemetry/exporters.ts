import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';

/** Gets why something could not be sent. The SDK itself would only tell its own log. */
export type OnFailure = (error: Error | undefined) => void;

/*
 * Both read their headers, certificates, compression and deadline from the standard variables.
 */

export class TellingMetricExporter extends OTLPMetricExporter {
  readonly #onFailure: OnFailure;

  constructor(url: URL, onFailure: OnFailure) {
    super({ url: url.href });
    this.#onFailure = onFailure;
  }

  override export(...[metrics, done]: Parameters<OTLPMetricExporter['export']>): void {
    super.export(metrics, tellingOf(this.#onFailure, done));
  }
}

export class TellingTraceExporter extends OTLPTraceExporter {
  readonly #onFailure: OnFailure;

  constructor(url: URL, onFailure: OnFailure) {
    super({ url: url.href });
    this.#onFailure = onFailure;
  }

  override export(...[spans, done]: Parameters<OTLPTraceExporter['export']>): void {
    super.export(spans, tellingOf(this.#onFailure, done));
  }
}

function tellingOf(onFailure: OnFailure, done: (result: ExportResult) => void) {
  return (result: ExportResult): void => {
    if (result.code === ExportResultCode.FAILED) onFailure(result.error);
    done(result);
  };
}
