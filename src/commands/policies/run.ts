import { composeLook, type ScanLook } from '../../assembly/index.ts';
import { type Preparation, prepareAudit } from '../../audit/index.ts';
import { createPolicyFilter } from '../../config/index.ts';
import { type Io, renderError, widthForPeople } from '../../host/index.ts';
import { exitCodes } from '../../verdict/index.ts';
import { renderPolicyDetail } from './detail.ts';
import { renderPolicyJson } from './json.ts';
import type { PoliciesConfig } from './options.ts';
import { type PolicyRow, toPolicyRows } from './rows.ts';
import { renderPolicyTable } from './table.ts';

/** `audit-scanner policies`. Resolves to the exit code; rejects with an AuditError when nothing can be said about any policy. */
export async function runPolicies(config: PoliciesConfig, io: Io, signal: AbortSignal): Promise<number> {
  const look = await composeLook(config.scan, io, signal);
  try {
    const preparation = await prepareAudit(look.ports, look.request, signal);
    return await show(preparation, look, { config, io });
  } finally {
    await look.close();
  }
}

async function show(
  preparation: Preparation,
  { subject }: ScanLook,
  { config, io }: { readonly config: PoliciesConfig; readonly io: Io },
): Promise<number> {
  const acceptsPolicy = createPolicyFilter(config.scan.policies);
  const rows = toPolicyRows(preparation, { acceptsPolicy, narrowed: isNarrowed(config) });
  if (rows.length === 0) await io.stderr.write(`No policies found in ${subject}\n`);
  await io.stdout.write(render(rows, preparation, { ...config, width: widthForPeople(io.stdout, io.env) }));
  const unread = preparation.api.unread ?? [];
  for (const { error } of unread) await io.stderr.write(renderError(error));
  const isIncomplete = unread.length > 0 || rows.some(({ incomplete }) => incomplete);
  return isIncomplete ? exitCodes.incomplete : exitCodes.ok;
}

function isNarrowed({ scan: { scope, kinds } }: PoliciesConfig): boolean {
  return !scope.cluster || scope.namespaces !== 'all' || kinds.include.length + kinds.exclude.length > 0;
}

function render(
  rows: readonly PolicyRow[],
  preparation: Preparation,
  { output, name, scan, width }: PoliciesConfig & { readonly width: number | undefined },
): string {
  if (output === 'json') return renderPolicyJson(rows);
  const [first] = rows;
  const wide = output === 'wide';
  if (name === undefined || first === undefined || rows.length > 1)
    return renderPolicyTable(rows, { headers: scan.display.headers, wide, width });
  return renderPolicyDetail(first, {
    ignoredNamespaces: preparation.ignoredNamespaces,
    maxNamespaces: wide ? Infinity : 8,
    width,
  });
}
