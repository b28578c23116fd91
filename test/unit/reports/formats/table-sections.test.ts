import { describe, expect, it } from 'vitest';
import { tableRenderer } from '../../../../src/reports/formats/table.ts';
import { wideRenderer } from '../../../../src/reports/formats/wide.ts';
import type { FindingsView } from '../../../../src/reports/renderer.ts';
import { aPolicy } from '../../../support/builders.ts';
import { renderText } from '../../../support/render-text.ts';
import { aFail, aReport } from '../../sinks/report-builders.ts';
import { aDocument, aPodOf, clusterContext, web } from '../findings.ts';

const root = aPolicy('no-root', { severity: 'high' });
const labels = aPolicy('labels', { severity: 'low' });
const document = aDocument([
  aPodOf(web, 'shop/web-1', [aFail(root, 'runs as root')]),
  aPodOf(web, 'shop/web-2', [aFail(root, 'runs as root'), aFail(labels, 'no label')]),
  aReport('bank/api', [aFail(labels, 'no label')]),
]);

function context(view: Partial<FindingsView>) {
  return {
    ...clusterContext,
    view: { rollUp: true, groupBy: 'resource' as const, screenLines: 50, ...view },
  };
}

const rolledUp = '2 objects shown as 1 owner (--no-roll-up shows each); counts are per object.';

describe('a table', () => {
  it.each<[Partial<FindingsView>, string]>([
    [
      { groupBy: 'resource' },
      `shop  deployments.apps/web · 2 Pods
  HIGH      fail   no-root  runs as root
  LOW       fail   labels   no label (1 Pod)

bank  deployments.apps/api
  LOW       fail   labels   no label

${rolledUp}
`,
    ],
    [
      { groupBy: 'policy' },
      `no-root  2 findings
  HIGH      fail   shop/deployments.apps/web · 2 Pods
    runs as root

labels  2 findings
  LOW       fail   shop/deployments.apps/web · 2 Pods
    no label (1 Pod)
  LOW       fail   bank/deployments.apps/api
    no label

${rolledUp}
`,
    ],
    [
      { groupBy: 'namespace', rollUp: false },
      `shop  3 findings
  HIGH      fail   no-root  pods/web-1: runs as root
  HIGH      fail   no-root  pods/web-2: runs as root
  LOW       fail   labels   pods/web-2: no label

bank  1 finding
  LOW       fail   labels   deployments.apps/api: no label
`,
    ],
    [
      { groupBy: 'owner', rollUp: false },
      `shop  deployments.apps/web · 2 Pods
  HIGH      fail   no-root  runs as root
  LOW       fail   labels   no label (1 Pod)

bank  deployments.apps/api
  LOW       fail   labels   no label

2 objects shown as 1 owner; counts are per object.
`,
    ],
  ])('of %j', (view, text) => {
    expect(renderText(tableRenderer, document, context(view))).toBe(text);
  });
});

describe('wide', () => {
  const linesOf = (view: Partial<FindingsView>) =>
    renderText(wideRenderer, document, { ...context(view), headers: false })
      .trimEnd()
      .split('\n')
      .map((line) => line.split(/ {3,}/).slice(2, 5).join(' | '));

  it('has one line for what is rolled up', () => {
    expect(linesOf({})).toEqual([
      'shop | deployments.apps/web · 2 Pods | no-root',
      'bank | deployments.apps/api | labels',
      'shop | deployments.apps/web · 2 Pods | labels',
    ]);
  });

  it('brings together what is grouped', () => {
    expect(linesOf({ groupBy: 'namespace' }).map((line) => line.slice(0, 4))).toEqual([
      'bank',
      'shop',
      'shop',
    ]);
    expect(linesOf({ groupBy: 'policy', rollUp: false })).toHaveLength(4);
  });

  it('says beside the document that lines stand for several objects', () => {
    expect(wideRenderer.notices?.(document, context({}))).toEqual([
      '2 objects shown as 1 owner (--no-roll-up shows each); counts are per object',
    ]);
    expect(wideRenderer.notices?.(document, context({ rollUp: false }))).toEqual([]);
  });
});
