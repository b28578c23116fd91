import { openClient } from '../../assembly/index.ts';
import { AuditError, errorCodes } from '../../domain/index.ts';
import type { Io } from '../../host/index.ts';
import {
  judgeRun,
  otherReportKind,
  renderRunStatus,
  reportMapperFor,
  toRunStatusJson,
} from '../../reports/index.ts';
import {
  explainRecord,
  type FoundRecord,
  findRunRecord,
  resourceNameOf,
} from '../../sinks/kubernetes/index.ts';
import { exitCodes } from '../../verdict/index.ts';
import type { StatusConfig } from './options.ts';

/** Where the width of the screen is not known. */
const fallbackWidth = 80;

/** `audit-scanner status`. Resolves to the exit code; rejects with an AuditError where there is no record that can be used. */
export async function runStatus(config: StatusConfig, io: Io, signal: AbortSignal): Promise<number> {
  const { reportKind } = config.scan;
  const { cluster: api } = reportMapperFor(reportKind);
  const client = await openClient(config.scan, { io, signal });
  const now = new Date(io.now());
  try {
    const found = await findRunRecord(client, { api, now, signal });
    const { record, rows, shards } = requireRecord(found, config, resourceNameOf(api));
    const status = judgeRun({ record, rows, shards }, { now, maxAge: config.maxAgeMs });
    const text =
      config.output === 'json'
        ? `${JSON.stringify(toRunStatusJson(status), null, 2)}\n`
        : renderRunStatus(status, { width: io.stdout.columns ?? fallbackWidth });
    await io.stdout.write(text);
    return status.state === 'good' ? exitCodes.ok : exitCodes.incomplete;
  } finally {
    await client.close();
  }
}

type Usable = Exclude<FoundRecord['record'], { readonly unusable: unknown }>;

function requireRecord(
  found: FoundRecord | undefined,
  { scan: { reportKind } }: StatusConfig,
  resource: string,
): Pick<FoundRecord, 'rows' | 'shards'> & { readonly record: Usable } {
  if (found === undefined) {
    throw new AuditError(errorCodes.runRecordMissing, `there is no record of a run in ${resource}`, {
      tries: [
        `audit-scanner scan --store${reportKind === 'openreports' ? '' : ` --report-kind ${reportKind}`}`,
        `audit-scanner status --report-kind ${otherReportKind(reportKind)}`,
      ],
    });
  }
  const { record, rows, shards } = found;
  if (!('unusable' in record)) return { record, rows, shards };
  throw new AuditError(
    errorCodes.runRecordUnusable,
    `the run record in ${resource} ${explainRecord(record)}`,
    { tries: [`kubectl get ${resource} audit-scanner-run -o yaml`] },
  );
}
