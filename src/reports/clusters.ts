import type { AuditOutcome, ClusterOutcome } from '../domain/index.ts';
import { toPlainText } from '../text/index.ts';
import { describeCoverage } from './coverage.ts';
import type { AuditDocument, RenderContext } from './renderer.ts';
import { describeWork } from './work.ts';

/** A document with the context that it is rendered in. */
export type Rendered = { readonly document: AuditDocument; readonly context: RenderContext };

/**
 * The document of each cluster that was scanned, as if it had been scanned alone, for formats whose readers keep clusters apart. The
 * findings still name it. Where there is only one target, that is the document itself.
 */
export function splitByCluster(document: AuditDocument, context: RenderContext): readonly Rendered[] {
  const { clusters } = document.outcome;
  if (clusters === undefined) return [{ document, context }];
  return clusters.map(({ name, server, outcome }) => ({
    document: {
      ...document,
      outcome: { ...outcome, baseline: document.outcome.baseline },
      reports: document.reports.filter(({ cluster }) => cluster === name),
    },
    context: { ...context, target: { context: name, server } },
  }));
}

/** The lines about one cluster of several, plain; the first names it. */
export function describeCluster(cluster: ClusterOutcome): readonly string[] {
  const { started, outcome } = cluster;
  if (!started) return [`${nameCluster(cluster)}: NOT SCANNED: ${whyNot(outcome)}`];
  return [
    `${nameCluster(cluster)}: ${describeWork(outcome)}${outcome.complete ? '' : ', INCOMPLETE'}`,
    `looked at: ${describeCoverage(outcome.coverage)}`,
  ];
}

/** How a cluster of several is called where it is introduced: `prod (https://…), also staging`. */
export function nameCluster({ name, server, sameAs }: ClusterOutcome): string {
  const address = server === undefined ? '' : ` (${server})`;
  const others = sameAs.length === 0 ? '' : `, also ${sameAs.join(', ')}`;
  return toPlainText(`${name}${address}${others}`);
}

/** Why a cluster was not scanned. */
export function whyNot({ incidents }: AuditOutcome): string {
  const [first] = incidents;
  return first === undefined
    ? 'no reason is known'
    : toPlainText(`${first.error.message} [${first.error.code}]`);
}
