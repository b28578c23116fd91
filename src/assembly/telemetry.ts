import type { AuditObserver } from '../audit/index.ts';
import type { ScanConfig } from '../config/index.ts';
import { AuditError, type AuditOutcome, isRetryable, mayRetryHelp, toAuditError } from '../domain/index.ts';
import { type Io, toolVersion } from '../host/index.ts';
import {
  findNews,
  type Instruments,
  metricTable,
  type OtlpRequest,
  type RunFacts,
  RunTally,
  readOtlpRequest,
} from '../telemetry/index.ts';
import type { OpenTelemetry } from '../telemetry/opentelemetry/index.ts';
import type { ComposedAudit } from './composed-audit.ts';

/** How a run ended: with an outcome, or without one because it could not start. */
export type RunEnding = { readonly exitCode: number } & (
  | { readonly outcome: AuditOutcome; readonly failure?: undefined }
  | { readonly outcome?: undefined; readonly failure: AuditError }
);

/** What is known of the run besides, once its adapters are built. */
type Live = Pick<ComposedAudit, 'lastCompleteAt' | 'announce' | 'clientCertificateExpiresAt'>;

/** Measures a run, and tells others of it when it ends. */
export type Telemetry = {
  readonly observer: AuditObserver;
  readonly instruments: Instruments;
  /** Only the first call counts. Resolves to what could not be told, each as one error; never rejects. */
  readonly finish: (ending: RunEnding, live: Live | undefined) => Promise<readonly AuditError[]>;
};

/** Undefined without telemetry. Each exporter is loaded only if it is used. */
export async function openTelemetry(config: ScanConfig, io: Io): Promise<Telemetry | undefined> {
  const otlp = readOtlpRequest(io.env);
  const { metricsFile, pushgateway, events = false } = config.telemetry ?? {};
  const asked = [metricsFile, pushgateway, ...Object.values(otlp.targets), ...otlp.problems];
  if (!events && asked.every((each) => each === undefined)) return undefined;
  return new RunTelemetry(config, io, { otlp, openTelemetry: await startOpenTelemetry(otlp, config, io) });
}

async function startOpenTelemetry(
  { targets }: OtlpRequest,
  { frontDoor }: ScanConfig,
  { env }: Io,
): Promise<OpenTelemetry | undefined> {
  if (Object.keys(targets).length === 0) return undefined;
  const sdk = await import('../telemetry/opentelemetry/index.ts');
  const runName = frontDoor === 'scan' ? 'audit-scanner scan' : 'audit-scanner';
  return sdk.startOpenTelemetry({ targets, env, toolVersion, runName });
}

type Parts = { readonly otlp: OtlpRequest; readonly openTelemetry: OpenTelemetry | undefined };

class RunTelemetry implements Telemetry {
  readonly #config: ScanConfig;
  readonly #io: Io;
  readonly #parts: Parts;
  readonly #tally = new RunTally();
  readonly #startedAt: Date;
  #finished: Promise<readonly AuditError[]> | undefined;

  constructor(config: ScanConfig, io: Io, parts: Parts) {
    this.#config = config;
    this.#io = io;
    this.#parts = parts;
    this.#startedAt = new Date(io.now());
  }

  get observer(): AuditObserver {
    return this.#tally;
  }

  get instruments(): Instruments {
    const tally = this.#tally;
    const { openTelemetry } = this.#parts;
    return {
      onApiAnswer: (method, status) => {
        tally.addApiRequest(method, status);
      },
      onRetry: () => {
        tally.addRetry();
      },
      onAnswer: (policy, seconds) => {
        tally.addDuration(policy, seconds);
      },
      traceHeaders: openTelemetry?.traceHeaders,
      tracePorts: openTelemetry?.tracePorts ?? ((ports) => ports),
      compareWith: (wasViolated) => {
        tally.compareWith(wasViolated);
      },
    };
  }

  finish(ending: RunEnding, live: Live | undefined): Promise<readonly AuditError[]> {
    this.#finished ??= this.#tell(ending, live);
    return this.#finished;
  }

  async #tell(ending: RunEnding, live: Live | undefined): Promise<readonly AuditError[]> {
    const run = await this.#describe(ending, live);
    const { otlp, openTelemetry } = this.#parts;
    const told = await Promise.all([
      orFailure(this.#tellPrometheus(run)),
      openTelemetry && orFailure(openTelemetry.finish(run)),
      live?.announce && orFailure(live.announce(findNews(run))),
    ]);
    return [...otlp.problems, ...told.flat().filter((each) => each instanceof AuditError)];
  }

  async #describe({ outcome, failure, exitCode }: RunEnding, live: Live | undefined): Promise<RunFacts> {
    const finishedAt = outcome?.finishedAt ?? new Date(this.#io.now());
    return {
      startedAt: outcome?.run.startedAt ?? this.#startedAt,
      finishedAt,
      outcome,
      failure,
      stores: this.#config.store,
      exitCode,
      retryable: outcome === undefined ? mayRetryHelp(failure) : isRetryable(outcome),
      lastCompleteAt: outcome?.complete === true ? finishedAt : await this.#findLastComplete(live),
      clientCertificateExpiresAt: live?.clientCertificateExpiresAt,
      tally: this.#tally,
      toolVersion,
    };
  }

  /** The run record knows it where there is one; else the file that this run replaces. A Pushgateway keeps it by itself. */
  async #findLastComplete(live: Live | undefined): Promise<Date | undefined> {
    const recorded = live?.lastCompleteAt?.();
    const path = this.#config.telemetry?.metricsFile;
    if (recorded !== undefined || path === undefined) return recorded;
    const { readLastCompleteRun } = await import('../telemetry/prometheus/index.ts');
    return readLastCompleteRun(path);
  }

  async #tellPrometheus(run: RunFacts): Promise<readonly AuditError[]> {
    const { metricsFile, pushgateway } = this.#config.telemetry ?? {};
    if (metricsFile === undefined && pushgateway === undefined) return [];
    const { pushMetrics, renderExposition, writeTextfile } = await import('../telemetry/prometheus/index.ts');
    const text = await renderExposition(metricTable, run);
    const told = await Promise.all([
      metricsFile === undefined ? undefined : orFailure(writeTextfile(metricsFile, text)),
      pushgateway &&
        orFailure(
          pushMetrics(
            text,
            { ...pushgateway, shard: this.#config.shard?.index },
            // The Pushgateway may be the only one who knows when the last complete run ended.
            { env: this.#io.env, replacesAll: run.lastCompleteAt !== undefined },
          ),
        ),
    ]);
    return told.filter((each) => each instanceof AuditError);
  }
}

/** What comes of telling somebody, or why it could not be told: not even a defect in that may cost the run its results. */
async function orFailure<T>(work: Promise<T>): Promise<T | AuditError> {
  try {
    return await work;
  } catch (thrown) {
    return toAuditError(thrown);
  }
}
