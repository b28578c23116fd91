import { AuditError, errorCodes, formatGroupResource } from '../../domain/index.ts';
import type { ReportApi, ReportMapper } from '../../reports/index.ts';
import { type DiscoveredApi, type Permission } from '../../sources/index.ts';
import type { ReviewedNeed } from '../rbac/index.ts';
import { type Check, fail, ok, skipped, warn } from './check.ts';
import { nameSome } from './cluster-checks.ts';

export type AccessOptions = {
  /** False where the policies could not be read, so that nobody knows which types they need. */
  readonly typesKnown: boolean;
  /** What grants what is missing. */
  readonly fix: string;
};

/** Whether all that a scan reads may be read. */
export function checkReading(needs: readonly ReviewedNeed[], { typesKnown, fix }: AccessOptions): Check {
  const name = 'list permission';
  const besides: ReadonlySet<string> = new Set(['reports', 'endpoints', 'events']);
  const reading = needs.filter(({ purpose }) => !besides.has(purpose));
  const missing = reading.filter(({ access }) => access === 'denied' || access === 'unknown');
  const types = reading.filter(({ purpose }) => purpose === 'types');
  const countTypes = (of: readonly ReviewedNeed[]): number =>
    new Set(of.map(({ permission }) => formatGroupResource(permission))).size;
  const count = (of: readonly ReviewedNeed[]): string =>
    `${countTypes(of) - countTypes(of.filter((need) => missing.includes(need)))} of ${countTypes(of)}`;
  const context = reading.filter(({ purpose }) => purpose === 'context');
  const also = context.length === 0 ? '' : `, ${count(context)} that policies read`;
  const counted = typesKnown ? `${count(types)} types${also}` : 'types are not known';
  if (missing.length > 0) {
    const detail = `${counted}; missing: ${nameSome(describeMissing(missing))}`;
    return fail(name, { code: errorCodes.listForbidden, fixes: [fix], detail });
  }
  const elsewhere = types.filter(({ access }) => access === 'elsewhere').length;
  if (!typesKnown) return skipped(name, counted);
  return ok(name, elsewhere === 0 ? counted : `${counted}, ${elsewhere} of them namespace by namespace`);
}

/** Whether reports may be written, for a scan that stores them. */
export function checkStoring(needs: readonly ReviewedNeed[], { store, fix }: StoreOptions): Check {
  const name = 'report permission';
  if (!store) return skipped(name, 'nothing is stored without --store');
  const storing = needs.filter(({ purpose }) => purpose === 'reports');
  const code = errorCodes.reportsForbidden;
  const denied = storing.filter(({ access }) => access === 'denied');
  if (denied.length > 0)
    return fail(name, { code, fixes: [fix], detail: `missing: ${nameSome(describeMissing(denied))}` });
  const unknown = storing.filter(({ access }) => access === 'unknown');
  const kinds = storing.filter(({ permission }) => permission.verb === 'list').map(toType);
  if (unknown.length === 0) return ok(name, [...new Set(kinds)].join(', '));
  const detail = `nobody says whether this is allowed: ${nameSome(describeMissing(unknown))}`;
  return warn(name, { code, detail });
}

type StoreOptions = { readonly store: boolean; readonly fix: string };

/** `list secrets`, `list services in kubewarden`, `create,patch reports.openreports.io`. */
function describeMissing(needs: readonly ReviewedNeed[]): readonly string[] {
  const byType = Map.groupBy(needs, (need) => `${toType(need)}${placeOf(need.permission)}`);
  return [...byType].map(
    ([type, same]) => `${same.map(({ permission }) => permission.verb).join(',')} ${type}`,
  );
}

function toType({ permission }: ReviewedNeed): string {
  return formatGroupResource(permission);
}

function placeOf({ namespace, name }: Permission): string {
  return `${name === undefined ? '' : ` ${name}`}${namespace === undefined ? '' : ` in ${namespace}`}`;
}

/** Whether the cluster has the kind of reports that would be stored. */
export function checkReportDefinitions(
  api: DiscoveredApi | AuditError,
  {
    chosen,
    other,
    store,
  }: { readonly chosen: ReportMapper; readonly other: ReportMapper; readonly store: boolean },
): Check {
  const name = 'report CRDs';
  if (api instanceof AuditError) return skipped(name);
  const isServed = ({ namespaced, cluster }: ReportMapper): boolean =>
    [namespaced, cluster].every((report) => api.resources.some((type) => isSame(type, report)));
  const { group, version } = chosen.namespaced;
  if (isServed(chosen)) return ok(name, `${group}/${version}`);
  if (!store) return skipped(name, `no ${group}/${version}; only --store needs it`);
  const installing = `kubectl get crd ${chosen.namespaced.plural}.${group}`;
  const fixes = isServed(other)
    ? [`audit-scanner doctor --store --report-kind ${other.kind}`, installing]
    : [installing];
  const detail = `no ${group}/${version}${isServed(other) ? `, but ${other.namespaced.group}` : ''}`;
  return fail(name, { code: errorCodes.reportKindMissing, fixes, detail });
}

function isSame(
  type: { readonly group: string; readonly version: string; readonly resource: string },
  { group, version, plural }: ReportApi,
): boolean {
  return type.group === group && type.version === version && type.resource === plural;
}
