import type { ScanConfig } from '../config/index.ts';
import { baselineFor } from '../domain/index.ts';
import type { Io } from '../host/index.ts';
import type { KubernetesClient } from '../kubernetes/index.ts';
import type { TlsSettings } from '../net/index.ts';
import { createAnnotationReader } from './annotations.ts';
import { loadBaseline } from './baseline.ts';
import type { Preflight } from './compose-preflight.ts';
import type { ComposedAudit, Surroundings } from './composed-audit.ts';
import type { ClientParts } from './connect.ts';
import type { LiveEngine, LiveEngineParts } from './live-engine.ts';
import type { StoredReports, StoredReportsParts } from './stored-reports.ts';

/* Adapters are loaded by the command that needs them: a scan of files knows no cluster, and most scans have no engine. */

/** Builds the adapters of a scan. Rejects with an AuditError when a file that the user named cannot be used. */
export async function composeAudit(config: ScanConfig, surroundings: Surroundings): Promise<ComposedAudit> {
  const audit = await composeCompared(config, surroundings);
  const { instruments } = surroundings;
  if (instruments === undefined) return audit;
  if (audit.wasViolated !== undefined) instruments.compareWith(audit.wasViolated);
  return { ...audit, ports: instruments.tracePorts(audit.ports) };
}

/** With the baseline, which is read before anything is asked or stored. */
async function composeCompared(config: ScanConfig, surroundings: Surroundings): Promise<ComposedAudit> {
  const { io, stop: signal, onNotice, part } = surroundings;
  const baseline = part?.baseline ?? (await loadBaseline(config, { io, signal, onNotice }));
  const annotations = await createAnnotationReader(config);
  const composed = await composeAdapters(config, surroundings);
  const audit = annotations ? { ...composed, ports: { ...composed.ports, annotations } } : composed;
  if (baseline === undefined) return audit;
  const target = part?.target ?? audit.target;
  return {
    ...audit,
    request: { ...audit.request, baseline: { baseline: baselineFor(baseline, target), target } },
  };
}

async function composeAdapters(config: ScanConfig, surroundings: Surroundings): Promise<ComposedAudit> {
  if (config.files === undefined)
    return (await import('./compose-live.ts')).composeLiveAudit(config, surroundings);
  return (await import('./compose-files.ts')).composeFileAudit(config, config.files, surroundings);
}

/** Rejects with an AuditError when the kubeconfig cannot be used; sends nothing. */
export async function composePreflight(config: ScanConfig, io: Io, signal: AbortSignal): Promise<Preflight> {
  return (await import('./compose-preflight.ts')).composePreflight(config, io, signal);
}

/** The engine for the policies of a live cluster, each under the terms of its PolicyServer. */
export async function createLiveEngine(config: ScanConfig, parts: LiveEngineParts): Promise<LiveEngine> {
  return (await import('./live-engine.ts')).createLiveEngine(config, parts);
}

/** The client of the cluster that the user means. Rejects with an AuditError when the kubeconfig cannot be used; sends nothing. */
export async function openClient(config: ScanConfig, parts: ClientParts): Promise<KubernetesClient> {
  return (await import('./connect.ts')).openClient(config, parts);
}

/** The reports that scans have stored, as they are read. Rejects with an AuditError where they cannot be read. */
export async function openStoredReports(
  config: ScanConfig,
  parts: StoredReportsParts,
): Promise<StoredReports> {
  return (await import('./stored-reports.ts')).openStoredReports(config, parts);
}

/** Reads the PEM files for policy servers. Rejects with `fileUnreadable`, which says why. */
export async function readTlsSettings(config: ScanConfig): Promise<TlsSettings> {
  return (await import('./policy-servers.ts')).readTlsSettings(config);
}
