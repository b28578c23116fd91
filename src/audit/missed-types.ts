import { AuditError, errorCodes, formatGroupResource } from '../domain/index.ts';
import type { PlannedType } from '../matching/index.ts';
import type { CoverageRecord } from './coverage.ts';
import type { AuditSignals } from './ports.ts';
import type { NewIncident } from './tally.ts';

type Record = {
  readonly signals: Pick<AuditSignals, 'stop'>;
  readonly coverage: Pick<CoverageRecord, 'missObjects'>;
  readonly report: (incident: NewIncident) => void;
};

/** Names what ended the run, which the reason of the signal says. */
export function interruption(type: PlannedType, { reason }: AbortSignal): AuditError {
  const known = reason instanceof AuditError ? reason : undefined;
  return new AuditError(
    errorCodes.interrupted,
    `${known?.message ?? 'interrupted'} before all ${formatGroupResource(type)} were scanned`,
    { tries: known?.tries ?? [] },
  );
}

/** Says which objects of a type were not looked at, and why: those of one namespace, or all, after `seen` of them. */
export function missType(
  type: PlannedType,
  { namespace, seen, error }: { namespace: string | undefined; seen: number; error: AuditError },
  { signals: { stop }, coverage, report }: Record,
): void {
  const resource = formatGroupResource(type);
  if (stop.aborted) {
    // One line per type is enough to say that the rest was not scanned.
    const interrupted = interruption(type, stop);
    coverage.missObjects(type, { namespace, seen }, interrupted);
    report({ error: interrupted, scope: { resource } });
    return;
  }
  coverage.missObjects(type, { namespace, seen }, error);
  report({ error, scope: { resource, namespace } });
}
