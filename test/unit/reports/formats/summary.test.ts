import { describe, expect, it } from 'vitest';
import { summaryMarkdownRenderer } from '../../../../src/reports/formats/markdown.ts';
import { summaryRenderer } from '../../../../src/reports/formats/summary.ts';
import { tableRenderer } from '../../../../src/reports/formats/table.ts';
import type { FindingsView } from '../../../../src/reports/renderer.ts';
import { anException, aPolicy } from '../../../support/builders.ts';
import { renderText } from '../../../support/render-text.ts';
import { aFail, aReport } from '../../sinks/report-builders.ts';
import { aDocument, anError, aPodOf, clusterContext, manyFails, web } from '../findings.ts';

const view: FindingsView = { rollUp: true, groupBy: 'resource', screenLines: 50 };
const root = aPolicy('no-root', { severity: 'high' });
const limits = aPolicy('limits', { kind: 'AdmissionPolicy', namespace: 'shop' });

const document = aDocument([
  aPodOf(web, 'shop/web-1', [aFail(root), anError(limits, 'no answer')]),
  aPodOf(web, 'shop/web-2', [aFail(root)]),
  aReport('legacy', [{ ...aFail('labels'), exception: anException() }]),
]);

describe('summary', () => {
  it('counts by policy, by namespace and by object, the worst first', () => {
    expect(summaryRenderer.render(document, { ...clusterContext, view })).toBe(
      [
        'by policy',
        '  2  no-root                             2 high',
        '  1  shop/limits                         1 error',
        '  1  labels                              1 accepted',
        '',
        'by namespace',
        '  3  shop                                2 high, 1 error on 2 objects',
        '  1  (cluster)                           1 accepted',
        '',
        'worst objects',
        '  3  shop/deployments.apps/web · 2 Pods  2 high, 1 error on 2 objects',
        '  1  namespaces/legacy                   1 accepted',
        '',
      ].join('\n'),
    );
  });

  it('puts counts below a name that leaves them no room', () => {
    const text = summaryRenderer.render(document, { ...clusterContext, width: 40, view });
    expect(text).toContain('  3  shop/deployments.apps/web · 2 Pods\n       2 high, 1 error on 2 objects\n');
  });

  it('says how many there are besides those that are listed', () => {
    expect(summaryRenderer.render(aDocument(manyFails(30, 'low')), clusterContext)).toContain(
      '\nworst objects (20 of 30)\n',
    );
  });

  it('is empty where nothing was found', () => {
    expect(summaryRenderer.render(aDocument([]), clusterContext)).toBe('');
  });

  it('is a page in Markdown with the verdict', () => {
    const text = summaryMarkdownRenderer.render(document, { ...clusterContext, view });
    expect(text).toContain('**FAILED: 2 violations.**');
    expect(text).toContain(
      '| By policy | High | Errors | Accepted | Objects |\n| --- | --- | --- | --- | --- |\n| <code>no-root</code> | 2 |  |  | 2 |',
    );
    expect(text).not.toContain('### Findings');
  });
});

describe('a table of many findings', () => {
  const reports = manyFails(20, 'low');
  const render = (screenLines: number) =>
    renderText(tableRenderer, aDocument(reports), { ...clusterContext, view: { ...view, screenLines } });

  it('begins with the summary where it is longer than the screen', () => {
    expect(render(58)).toMatch(/^by policy\n {2}20 {2}policy-low +20 low\n/);
    expect(render(58)).toContain('worst objects (8 of 20)\n');
    expect(render(58).endsWith(render(59))).toBe(true);
    expect(render(59)).toMatch(/^shop/);
  });
});
