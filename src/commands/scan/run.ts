import { openScan, openTelemetry, type ScanRun, type Telemetry } from '../../assembly/index.ts';
import type { AuditObserver } from '../../audit/index.ts';
import type { ScanConfig } from '../../config/index.ts';
import { AuditError, type AuditOutcome, errorCodes, expiryOf } from '../../domain/index.ts';
import type { PolicyLog } from '../../engine/index.ts';
import {
  type Io,
  type LogLine,
  listenForStop,
  type Stopping,
  writeTerminationMessage,
} from '../../host/index.ts';
import { type Log, tellError } from '../../host/logging/index.ts';
import { describeEnd, describeFailure, reportMapperFor } from '../../reports/index.ts';
import { exitCodeOf, exitCodeOfStop, exitCodes, judge, strongestExitCode } from '../../verdict/index.ts';
import type { Attesting } from './attest.ts';
import { eachCluster } from './each-cluster.ts';
import { FailureTeller } from './failure-teller.ts';
import { AuditLog } from './log-lines.ts';
import { type OutputHooks, type Outputs, openOutputs } from './output.ts';
import { createProgress, type Progress } from './progress.ts';
import { createScanLog, formatOf } from './scan-log.ts';
import { tellOthers } from './tell-others.ts';
import { writeUnstartedDocuments } from './unstarted-documents.ts';

/** Runs the scan of a live cluster that the user configured, and says how it ended. Resolves to the exit code. */
export async function runScan(config: ScanConfig, io: Io): Promise<number> {
  for (const notice of config.notices) await io.stderr.write(`${notice}\n`);
  const progress = createProgress(config, io);
  const log = createScanLog(config, io, progress);
  const stopping = listenForStop(io, config.limits.timeoutMs);
  const telemetry = await openTelemetry(config, io);
  const running = { io, log, progress, stopping, telemetry };
  try {
    return await scan(config, running);
  } catch (thrown) {
    progress.stop();
    if (!(thrown instanceof AuditError)) throw thrown;
    return await failToStart(thrown, config, running);
  } finally {
    stopping.dispose();
  }
}

type Running = {
  readonly io: Io;
  readonly log: Log;
  readonly progress: Progress;
  readonly stopping: Stopping;
  readonly telemetry: Telemetry | undefined;
  readonly attesting?: Attesting | undefined;
};

async function scan(config: ScanConfig, others: Running): Promise<number> {
  const { io, progress, stopping } = others;
  const attesting = await openEvidence(config, io);
  const running = { ...others, attesting };
  const beforeWrite = (): void => {
    progress.clear();
  };
  const outputs = await open(config, io, { beforeWrite, watch: attesting?.watch });
  try {
    const live = await prepare(config, outputs, running);
    try {
      await greet(config, live, running);
      const outcome = await live.run(stopping.signals);
      progress.stop();
      return await finish(outcome, config, { outputs, live, running });
    } catch (thrown) {
      // While there is a client to tell the cluster with.
      if (thrown instanceof AuditError)
        await tellOthers(toEnding(thrown, config, running), { ...running, live });
      throw thrown;
    } finally {
      await live.close();
    }
  } catch (thrown) {
    await outputs.discard();
    throw thrown;
  }
}

async function openEvidence({ attest, files }: ScanConfig, io: Io): Promise<Attesting | undefined> {
  if (attest === undefined) return undefined;
  return (await import('./attest.ts')).openAttesting(attest, { isOfFiles: files !== undefined, io });
}

async function open(config: ScanConfig, io: Io, hooks: OutputHooks): Promise<Outputs> {
  if (config.compare !== true) return openOutputs(config, io, hooks);
  return (await import('./comparison-output.ts')).openComparison(config, io, hooks.beforeWrite);
}

async function prepare(
  config: ScanConfig,
  outputs: Outputs,
  { io, log, progress, stopping, telemetry, attesting }: Running,
): Promise<ScanRun> {
  const teller = createTeller(config, { io, log, progress });
  const observer: AuditObserver = {
    observe: (event) => {
      teller?.observe(event);
      progress.observe(event);
      outputs.watch?.observe(event);
      telemetry?.observer.observe(event);
    },
  };
  const onNotice = (text: string): void => {
    log({ level: 'warning', message: text, fields: { component: 'scanner' } });
  };
  const onOutage = (text: string): void => {
    // No user should look at a still screen for half a minute, not even with -q.
    const tell =
      config.frontDoor === 'scan'
        ? createScanLog({ ...config, log: { ...config.log, level: 'warning' } }, io, progress)
        : log;
    tell({ level: 'warning', message: text, fields: { component: 'scanner' } });
  };
  // Whatever level a policy gives its line, it matters to the author of the policy.
  const onPolicyLog = ({ policy, level, message }: PolicyLog): void => {
    log({ level: 'debug', message, fields: { component: 'policy', policy, policyLevel: level } });
  };
  const { stop } = stopping.signals;
  const { sinks, watch } = outputs;
  const tellers = { onNotice, onOutage, onPolicyLog, onPaired: watch?.onPaired };
  const instruments = telemetry?.instruments;
  const witness = attesting?.witness;
  return openScan(config, { io, observer, sinks, stop, instruments, witness, ...tellers });
}

/**
 * Reports the audit while it runs. At a terminal that is short, because the summary has it all: nothing with -q, each different
 * failure once by default, the log with -v.
 */
function createTeller(
  config: ScanConfig,
  { io, log, progress }: Pick<Running, 'io' | 'log' | 'progress'>,
): AuditObserver | undefined {
  const { limits, store, outputScan } = config;
  const isBrief = config.frontDoor === 'scan' && config.log.format === 'text';
  if (isBrief && config.log.level === 'error') return undefined;
  if (isBrief && config.log.level === 'warning') {
    return new FailureTeller((text) => {
      progress.clear();
      void io.stderr.write(text);
    });
  }
  const reportMapper = outputScan ? reportMapperFor(config.reportKind) : undefined;
  const counts = config.frontDoor === 'scan' && config.log.level !== 'debug';
  const settings = { limits, store, counts, reportMapper };
  return eachCluster(
    (fields) =>
      new AuditLog(settings, (line) => {
        log({ ...line, fields: { ...line.fields, ...fields } });
      }),
  );
}

/** Says what is about to be scanned, and warns of a client certificate that expires soon. */
async function greet(config: ScanConfig, live: ScanRun, { io, log }: Running): Promise<void> {
  if (config.frontDoor === 'scan' && !config.display.quiet)
    await io.stderr.write(`Scanning ${live.subject}\n`);
  const warning = warnOfExpiry(live.clientCertificateExpiresAt, io.now());
  if (warning !== undefined) log(warning);
}

function warnOfExpiry(expiresAt: Date | undefined, now: number): LogLine | undefined {
  if (expiresAt === undefined) return undefined;
  const { state, days, date } = expiryOf(expiresAt, now);
  if (state === 'later') return undefined;
  const message =
    state === 'expired'
      ? `the client certificate for policy servers expired on ${date}`
      : `the client certificate for policy servers expires in ${days} days, on ${date}`;
  return {
    level: 'warning',
    message,
    fields: { component: 'scanner', code: errorCodes.certificateExpiresSoon },
  };
}

type Finishing = {
  readonly outputs: Outputs;
  readonly live: ScanRun;
  readonly running: Running;
};

async function finish(
  outcome: AuditOutcome,
  config: ScanConfig,
  { outputs, live, running }: Finishing,
): Promise<number> {
  const { io, stopping, attesting } = running;
  const judged = outputs.toJudged?.(outcome) ?? outcome;
  const gate = judge(judged, config.gate, stopping.stoppedBy());
  const unfinished = await live.finish?.();
  if (unfinished !== undefined) await tellError(unfinished, { io, format: formatOf(config) });
  const unfinishedCode = unfinished === undefined ? exitCodes.ok : exitCodes.incomplete;
  const attest =
    attesting &&
    ((soFar: number) =>
      attesting.finish({
        outcome,
        exitCode: strongestExitCode(soFar, unfinishedCode),
        identify: live.identify,
      }));
  const written = await outputs.finish({ outcome, gate, target: live.target, attest });
  const exitCode = strongestExitCode(written, unfinishedCode);
  if (config.terminationMessage)
    await writeTerminationMessage(io.terminationLog, describeEnd(judged, { ...gate, exitCode }));
  await tellOthers({ outcome, exitCode }, { ...running, live });
  return exitCode;
}

function toEnding(failure: AuditError, { frontDoor }: ScanConfig, { stopping }: Running) {
  const exitCode = exitCodeOfStop(stopping.stoppedBy()) ?? exitCodeOf(failure, frontDoor);
  return { failure, exitCode };
}

async function failToStart(error: AuditError, config: ScanConfig, running: Running): Promise<number> {
  const { io, log } = running;
  const { exitCode } = toEnding(error, config, running);
  if (config.frontDoor === 'drop-in') {
    log({
      level: 'error',
      message: error.message,
      fields: { component: 'scanner', code: error.code, facts: error.facts, try: error.tries },
    });
  }
  const format = formatOf(config);
  await tellError(error, { io, format, causes: config.log.level === 'debug' });
  const { outputs, display, context, files } = config;
  const target = { context, server: undefined, paths: files?.paths };
  const run = { errors: [error], exitCode, failOn: config.gate.failOn, outputs, display, target };
  for (const failure of await writeUnstartedDocuments(run, io)) await tellError(failure, { io, format });
  if (config.terminationMessage)
    await writeTerminationMessage(io.terminationLog, describeFailure(error, exitCode));
  await tellOthers({ failure: error, exitCode }, running);
  return exitCode;
}
