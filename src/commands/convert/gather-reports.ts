import type { PolicyResult, ResourceReport } from '../../domain/index.ts';

/** Puts together what belongs to one object, in the order in which the objects come first. */
export async function* gatherReports(reports: AsyncIterable<ResourceReport>): AsyncGenerator<ResourceReport> {
  const gathered = new Map<string, ResourceReport & { readonly results: PolicyResult[] }>();
  for await (const report of reports) {
    const key = keyOf(report);
    const known = gathered.get(key);
    if (known === undefined) gathered.set(key, { ...report, results: [...report.results] });
    else known.results.push(...report.results);
  }
  yield* gathered.values();
}

/** A file may hold an object twice, at two places, and two clusters objects of one name. */
function keyOf({ subject, origin, cluster = '' }: ResourceReport): string {
  const { apiVersion, kind, namespace = '', name, uid } = subject;
  const place = origin === undefined ? '' : `${origin.path}:${origin.line ?? ''}:${origin.template ?? ''}`;
  return [cluster, apiVersion, kind, namespace, name, uid, place].join('\n');
}
