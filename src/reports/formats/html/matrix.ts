import { type CoverageGap, formatPolicy, type PolicyStatus } from '../../../domain/index.ts';
import { plural, toPlainText } from '../../../text/index.ts';
import { countFindings, type FindingCount } from '../../breakdown.ts';
import { type Finding, formatPolicyName } from '../../finding.ts';
import { placeLabel } from './finding-rows.ts';
import { formatNumber, html, type Markup, scrolling } from './template.ts';

/** What a person still reads; the rest is summed up. */
const mostPolicies = 40;
const mostNamespaces = 24;

type Cell = Pick<FindingCount, 'fail' | 'error'> & { readonly isUnseen: boolean };

type Matrix = {
  readonly policies: readonly string[];
  readonly namespaces: readonly string[];
  readonly cellAt: (policy: string, namespace: string) => Cell;
};

type MatrixInput = {
  readonly findings: readonly Finding[];
  readonly gaps: readonly CoverageGap[];
  readonly policies: readonly PolicyStatus[];
};

/** Which policy is broken where: the worst policies by the worst namespaces, and where something was not looked at. */
export function renderMatrix(input: MatrixInput): Markup | undefined {
  const matrix = createMatrix(input);
  const { policies, namespaces } = matrix;
  if (policies.length === 0 || namespaces.length === 0) return undefined;
  return html`<section id="matrix" aria-labelledby="matrix-title">
<h2 id="matrix-title">Policy by namespace</h2>
<p class="note">A number counts violations that are not accepted. <b class="mark">?</b> marks where a policy could not be asked about everything, or gave no answer. Empty: nothing was found.</p>
${scrolling(
  'matrix-title',
  html`<table class="matrix">
<caption class="spoken">Violations of each policy in each namespace</caption>
<thead><tr><th scope="col">Policy</th>${namespaces.slice(0, mostNamespaces).map((name) => html`<th scope="col"><span>${name}</span></th>`)}${hasMore(matrix) ? html`<th scope="col"><span>${plural(namespaces.length - mostNamespaces, 'other', 'others')}</span></th>` : undefined}<th scope="col"><span>all</span></th></tr></thead>
<tbody>
${policies.slice(0, mostPolicies).map((policy) => renderRow(policy, [policy], matrix))}</tbody>
<tfoot>
${policies.length > mostPolicies ? renderRow(plural(policies.length - mostPolicies, 'other policy', 'other policies'), policies.slice(mostPolicies), matrix) : undefined}${renderRow('all', policies, matrix)}</tfoot>
</table>`,
)}
</section>`;
}

function hasMore({ namespaces }: Matrix): boolean {
  return namespaces.length > mostNamespaces;
}

function renderRow(title: string, policies: readonly string[], matrix: Matrix): Markup {
  const { namespaces } = matrix;
  const groups = [
    ...namespaces.slice(0, mostNamespaces).map((namespace) => [namespace]),
    ...(hasMore(matrix) ? [namespaces.slice(mostNamespaces)] : []),
    namespaces,
  ];
  const cells = groups.map((group) => renderCell(policies, group, matrix));
  return html`<tr><th scope="row">${title}</th>${cells}</tr>\n`;
}

function renderCell(policies: readonly string[], namespaces: readonly string[], { cellAt }: Matrix): Markup {
  const cells = policies.flatMap((policy) => namespaces.map((namespace) => cellAt(policy, namespace)));
  const fail = cells.reduce((sum, cell) => sum + cell.fail, 0);
  const isUnseen = cells.some((cell) => cell.isUnseen || cell.error > 0);
  const [policy, namespace] = [only(policies), only(namespaces)];
  const isOne = policy !== undefined && namespace !== undefined;
  const filter = new URLSearchParams({
    ...(policy !== undefined && { policy }),
    ...(namespace !== undefined && { namespace }),
  }).toString();
  const number = fail === 0 ? undefined : formatNumber(fail);
  const shade = isOne && fail > 0 ? html` class="${shadeOf(fail)}"` : undefined;
  const mark = isUnseen
    ? html` <b class="mark" aria-hidden="true">?</b><span class="spoken">not everything was looked at</span>`
    : undefined;
  return html`<td${shade}>${filter === '' || number === undefined ? number : html`<a data-filter="${filter}">${number}</a>`}${mark}</td>`;
}

function only(names: readonly string[]): string | undefined {
  return names.length === 1 ? names[0] : undefined;
}

function shadeOf(fail: number): string {
  return fail >= 100 ? 'h3' : fail >= 10 ? 'h2' : 'h1';
}

function createMatrix({ findings, gaps, policies: statuses }: MatrixInput): Matrix {
  const cells = new Map(
    countFindings(findings, ({ report, result }) =>
      keyOf(formatPolicyName(result.policy), placeLabel(report.subject.namespace, report.cluster)),
    ).map((one) => [one.key, one]),
  );
  const labels = new Map(statuses.map(({ policy }) => [formatPolicy(policy), formatPolicyName(policy)]));
  const isUnseen = createUnseen(gaps, labels);
  const named = gaps.flatMap((gap) => gap.policies.map((policy) => labels.get(policy) ?? policy));
  const places = gaps.flatMap(({ namespace, cluster }) =>
    namespace === undefined ? [] : [placeLabel(namespace, cluster)],
  );
  return {
    policies: unique([
      ...countFindings(findings, ({ result }) => formatPolicyName(result.policy)).map(keyOfCount),
      ...named,
    ]),
    namespaces: unique([
      ...countFindings(findings, ({ report }) => placeLabel(report.subject.namespace, report.cluster)).map(
        keyOfCount,
      ),
      ...places,
    ]),
    cellAt: (policy, namespace) => {
      const { fail = 0, error = 0 } = cells.get(keyOf(policy, namespace)) ?? {};
      return { fail, error, isUnseen: isUnseen(policy, namespace) };
    },
  };
}

function createUnseen(
  gaps: readonly CoverageGap[],
  labels: ReadonlyMap<string, string>,
): (policy: string, namespace: string) => boolean {
  const unseen = gaps.map(({ policies, namespace, cluster }) => ({
    inCluster: cluster === undefined ? '' : toPlainText(`${cluster}: `),
    policies: new Set(policies.map((policy) => labels.get(policy) ?? policy)),
    namespace: namespace === undefined ? undefined : placeLabel(namespace, cluster),
  }));
  return (policy, place) =>
    unseen.some(
      ({ policies, namespace, inCluster }) =>
        (policies.size === 0 || policies.has(policy)) &&
        (namespace === undefined ? place.startsWith(inCluster) : namespace === place),
    );
}

function keyOf(policy: string, namespace: string): string {
  return JSON.stringify([policy, namespace]);
}

function keyOfCount({ key }: FindingCount): string {
  return key;
}

function unique(names: readonly string[]): readonly string[] {
  return [...new Set(names)];
}
