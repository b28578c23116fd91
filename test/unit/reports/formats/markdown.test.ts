import { describe, expect, it } from 'vitest';
import { markdownRenderer } from '../../../../src/reports/formats/markdown.ts';
import type { AuditDocument } from '../../../../src/reports/renderer.ts';
import { aPolicy } from '../../../support/builders.ts';
import { aFail, aPass, aReport } from '../../sinks/report-builders.ts';
import {
  aDocument,
  anError,
  clusterContext,
  filesContext,
  fromFile,
  incomplete,
  manyFails,
} from '../findings.ts';

const render = (document: AuditDocument) => markdownRenderer.render(document, clusterContext);
const rowsIn = (text: string) =>
  text.split('\n').filter((line) => /^\| (HIGH|LOW|-) +\| (fail|error) /.test(line));

it('is this page', () => {
  const policy = aPolicy('no-root', { severity: 'high' });
  const document = aDocument([aReport('shop/web', [aFail(policy, 'runs as root'), aPass('b')])]);
  expect(render(document)).toBe(
    [
      '## audit-scanner',
      '',
      '**FAILED: 1 violations.**',
      '',
      'Looked at 2 namespaces, 2 resource types: all 12 checks in full.',
      '',
      '1 resource, 2 audited policies, 2 evaluations in 1.5s: 1 pass, 1 fail, 0 error.',
      '',
      '| Severity | Violations |',
      '| --- | --- |',
      '| HIGH | 1 |',
      '',
      '### Findings',
      '',
      '| Severity | Result | Object | Policy | Message |',
      '| --- | --- | --- | --- | --- |',
      '| HIGH | fail | <code>shop/deployments.apps/web</code> | <code>no-root</code> | runs as root |',
      '',
    ].join('\n'),
  );
});

it('a scan without findings has neither table', () => {
  const text = render(aDocument([]));
  expect(text).toContain('**PASSED: 0 violations.**');
  expect(text).not.toContain('|');
});

it('an incomplete scan says so before anything else but the verdict', () => {
  const [, , banner] = render(aDocument([], incomplete)).split('\n\n');
  expect(banner).toBe(
    [
      '> **The scan is incomplete.** This was not looked at, which is not a pass:',
      '>',
      '> * secrets in payments: not allowed to list secrets &#91;AS-3101&#93;',
      '> * policy ClusterAdmissionPolicy/signed (2 times): policy server answered 500 &#91;AS-4201&#93;',
    ].join('\n'),
  );
});

it('a finding in a file says where, and one without an answer that there is none', () => {
  const report = fromFile(aReport('shop/web', [anError('a', 'timed out')]), {
    path: 'web.yaml',
    line: 4,
    column: 1,
  });
  const text = markdownRenderer.render(aDocument([report]), filesContext);
  expect(text).toContain(
    '| - | error | <code>shop/deployments.apps/web</code><br>sub/web.yaml:4 | <code>a</code> | could not be evaluated: timed out |',
  );
});

describe('many findings', () => {
  it('fold after the 50 worst', () => {
    const text = render(aDocument([...manyFails(60, 'low'), ...manyFails(2, 'high')]));
    const [open = '', folded = ''] = text.split('<details>');
    expect(rowsIn(open)).toHaveLength(50);
    expect(rowsIn(open)[1]).toContain('| HIGH |');
    expect(folded).toContain('<summary>12 more findings</summary>\n\n| Severity |');
    expect(rowsIn(folded)).toHaveLength(12);
    expect(text).toMatch(/\n\n<\/details>\n$/);
  });

  it('do not fold when there are 50', () => {
    expect(render(aDocument(manyFails(50, 'low')))).not.toContain('<details>');
  });

  it('are cut before GitHub refuses the page as a comment, with a word about it', () => {
    const message = '&'.repeat(200);
    const reports = Array.from({ length: 200 }, (_, index) =>
      aReport(`shop/web-${index}`, [aFail('a', message)]),
    );
    const text = render(aDocument(reports, incomplete));
    const left = 200 - rowsIn(text).length;
    expect(Buffer.byteLength(text)).toBeLessThan(65_536);
    expect(left).toBeGreaterThan(0);
    expect(text).toContain(`\n${left} more findings would make`);
  });
});
