import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { AuditError, errorCodes } from '../../../../src/domain/errors.ts';
import { toUnstartedDocument } from '../../../../src/reports/unstarted.ts';
import { aCoverage, anException, aPolicy } from '../../../support/builders.ts';
import { aFullDocument, anEntry, aPage, manyFindings, withHistory } from '../../../support/page-documents.ts';
import { aFail, aPass, aReport } from '../../sinks/report-builders.ts';
import { aDocument, anError, filesContext, fromFile, incomplete } from '../findings.ts';
import { parsePageData } from '../readers.ts';

/** What a person reads of a page, on one line. */
function textOf(page: string): string {
  return page
    .replace(/<(style|script|template)\b[\s\S]*?<\/\1>/g, '')
    .replace(/<[^>]*>/g, ' ')
    .replaceAll('&quot;', '"')
    .replace(/\s+/g, ' ');
}

function sectionOf(page: string, id: string): string {
  return textOf(new RegExp(`<section id="${id}"[\\s\\S]*?</section>`).exec(page)?.[0] ?? '');
}

it.each([
  ['passed', aDocument([]), 'Passed'],
  ['failed', aDocument(manyFindings(3)), 'Failed'],
  ['incomplete', aDocument([], incomplete), 'Not everything was looked at'],
  [
    'failed and incomplete',
    aDocument(manyFindings(3), incomplete),
    'Failed, and not everything was looked at',
  ],
])('the headline of a run that is %s', (_name, document, headline) => {
  const page = aPage(document);
  expect(/<h1[\s\S]*<\/h1>/.exec(page)?.[0]).toContain(`<span>${headline}</span>`);
  expect(page).toContain(`<title>${headline}: kind-demo (audit-scanner)</title>`);
  expect(textOf(page)).toContain(document.gate.verdict);
});

it('allows its one style and its one script, by what they are, and nothing else', () => {
  const page = aPage(aFullDocument());
  const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1] ?? '';
  const hash = (content = '') => createHash('sha256').update(content).digest('base64');
  const [style, script] = [
    /<style>([\s\S]*?)<\/style>/.exec(page)?.[1],
    /<script type="module">([\s\S]*?)<\/script>/.exec(page)?.[1],
  ];
  expect(policy.replaceAll('&#39;', "'").split('; ')).toEqual([
    "default-src 'none'",
    `style-src 'sha256-${hash(style)}'`,
    `script-src 'sha256-${hash(script)}'`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ]);
  expect(page).not.toMatch(/\sstyle="|\son\w+="|(?:src|href)="(?!#|data:)/);
});

it('says what was not looked at, and that kept reports are old', () => {
  const kept = { resource: 'secrets', count: 2, oldest: undefined, newest: undefined };
  const text = sectionOf(
    aPage(aDocument([], { ...incomplete, coverage: aCoverage({ kept: [kept] }) })),
    'looked-at',
  );
  expect(text).toContain('secrets in payments not allowed to list secrets AS-3101 1');
  expect(text).toContain('policy ClusterAdmissionPolicy/signed policy server answered 500 AS-4201 2');
  expect(text).toContain('2 stored reports of secrets left as found');
});

it('counts by policy, namespace and owner what is open, what has no answer and what is accepted', () => {
  const policy = aPolicy('no-root', { severity: 'high' });
  const accepted = { ...aFail(policy), exception: anException() };
  const page = aPage(
    aDocument([
      aReport('shop/web', [aFail(policy)]),
      aReport('shop/api', [anError(policy, 'x')]),
      aReport('pay/web', [accepted]),
    ]),
  );
  expect(sectionOf(page, 'policies')).toContain('no-root 1 1 1');
  expect(sectionOf(page, 'namespaces')).toMatch(/shop 1 1 0 pay 0 0 1/);
  expect(sectionOf(page, 'owners')).toContain('deployments.apps/web shop 1 0 0');
});

it('the matrix has the number of each policy in each namespace, and marks what was not seen', () => {
  const [a, b] = [aPolicy('a'), aPolicy('b')];
  const gap = {
    state: 'failed' as const,
    policies: ['ClusterAdmissionPolicy/b'],
    resource: 'pods',
    namespace: 'two',
    code: errorCodes.listForbidden,
    reason: 'forbidden',
    missing: undefined,
  };
  const reports = [aReport('one/x', [aFail(a), aFail(b)]), aReport('two/x', [aFail(a)])];
  const page = aPage(aDocument(reports, { coverage: aCoverage({ gaps: [gap] }) }));
  const unseen = '? not everything was looked at';
  expect(sectionOf(page, 'matrix')).toContain(
    `Policy one two all a 1 1 2 b 1 ${unseen} 1 ${unseen} all 2 1 ${unseen} 3 ${unseen}`,
  );
});

it('exceptions that need attention come first', () => {
  const text = sectionOf(aPage(aFullDocument()), 'exceptions');
  const order = ['has run out', 'covers nothing', 'in use'].map((words) => text.indexOf(words));
  expect(order).toEqual(order.toSorted((x, y) => x - y));
  expect(text).toContain('team-shop 2027-01-31 in use 6');
});

it('500 findings are rows, and the data has all of them', () => {
  const page = aPage(aDocument(manyFindings(501)));
  const table = /<tbody role="rowgroup">[\s\S]*?<\/tbody>/.exec(page)?.[0] ?? '';
  expect(table.match(/<tr /g)).toHaveLength(500);
  expect(parsePageData(page).rows).toHaveLength(501);
  expect(sectionOf(page, 'findings')).toContain('The 500 worst of 501 findings are listed.');
});

it('the data gives back what the rows say', () => {
  const report = fromFile(aReport('shop/web', [aFail(aPolicy('a', { severity: 'low' }), 'no </script>')]), {
    path: 'web.yaml',
    line: 4,
    column: 1,
  });
  const { columns, rows } = parsePageData(aPage(aDocument([report]), filesContext));
  expect(columns.map(({ name, values }, at) => [name, values[rows[0]![at]!]])).toEqual([
    ['severity', 'low'],
    ['result', 'fail'],
    ['baseline', ''],
    ['namespace', 'shop'],
    ['object', 'deployments.apps/web'],
    ['policy', 'a'],
    ['owner', 'deployments.apps/web'],
    ['share', ''],
    ['members', ''],
    ['message', 'no </script>'],
    ['source', 'sub/web.yaml:4:1'],
    ['reason', ''],
  ]);
});

it('says how many findings of the run are not on it', () => {
  const document = aDocument(manyFindings(4));
  const page = aPage({ ...document, reports: document.reports.slice(1) });
  expect(sectionOf(page, 'findings')).toContain('1 more finding of this run is not on this page');
  expect(aPage(document)).not.toContain('not on this page');
});

it('messages are whole, and cut with a word about it only where there are too many of them', () => {
  const long = aPage(aDocument([aReport('shop/web', [aFail('a', 'x'.repeat(100_000))])]));
  expect(parsePageData(long).columns.find(({ name }) => name === 'message')?.values).toEqual([
    'x'.repeat(100_000),
  ]);
  const reports = Array.from({ length: 500 }, (_, index) =>
    aReport(`shop/web-${index}`, [aFail('a', `${index}${'x'.repeat(10_000)}`)]),
  );
  const page = aPage(aDocument(reports));
  expect(page.length).toBeLessThan(10_000_000);
  expect(page).toContain('… (cut here: 10001 characters, -o json has them all)');
});

it('a run that did not start says why, and shows no figures', () => {
  const errors = [new AuditError(errorCodes.listForbidden, 'not allowed to list policies')];
  const at = new Date('2026-11-24T10:00:00Z');
  const page = aPage(toUnstartedDocument({ errors, exitCode: 4, failOn: 'any', runUid: 'run-1', at }));
  expect(textOf(page)).toContain('Nothing was scanned');
  expect(textOf(page)).toContain('not allowed to list policies');
  expect(page).not.toMatch(/id="(?:findings|severities)"/);
});

it('shows earlier runs with what is wrong with them', () => {
  const text = sectionOf(aPage(aFullDocument(), withHistory), 'trend');
  expect(text).toContain('From 64 violations on 2026-11-01 to');
  expect(text).toContain('about something else: other');
  expect(text).toContain('1 file could not be used, and is missing above: broken.json : it was cut short');
});

describe('with a baseline', () => {
  const document = aFullDocument();
  const page = aPage(document);
  const text = sectionOf(page, 'baseline');

  it('shows next to the verdict what changed, what is fixed and what was not looked at', () => {
    expect(text).toContain('Compared with old.json of 2026-11-01 14:00 UTC . A violation');
    expect(text).toContain(
      'New 18 Changed 19 known, with another message Known 17 Fixed 1 Not looked at 1 neither known nor fixed',
    );
    expect(text).toContain('no-root shop Deployment.apps/web high');
    expect(text).toContain('no-root (cluster) Namespace/gone low');
    expect(page.indexOf('id="baseline"')).toBeLessThan(page.indexOf('id="severities"'));
    expect(aPage(aDocument([]))).not.toContain('id="baseline"');
  });

  it('says how far it can be trusted', () => {
    expect(text).toContain('Warning: the scan that it came of was incomplete AS-2064');
  });

  it('a number leads to its findings, whose result is what the policy said', () => {
    expect(page).toContain('<a data-filter="baseline=new&result=fail">18</a>');
    const { columns } = parsePageData(page);
    const valuesOf = (wanted: string) => columns.find(({ name }) => name === wanted)?.values.toSorted();
    expect(valuesOf('result')).toEqual(['accepted', 'error', 'fail']);
    expect(valuesOf('baseline')).toEqual(['', 'changed', 'known', 'new']);
  });

  it('lists 500 entries, and says how many it does not', () => {
    const { baseline } = document.outcome;
    const fixed = Array.from({ length: 501 }, (_, index) => anEntry({ name: `gone-${index}` }));
    const outcome = { ...document.outcome, baseline: baseline && { ...baseline, fixed } };
    const many = sectionOf(aPage({ ...document, outcome }), 'baseline');
    expect(many).toContain('gone-499');
    expect(many).not.toContain('gone-500');
    expect(many).toContain('1 more entry is not listed here');
  });
});

it('passes are counted and not listed', () => {
  const page = aPage(aDocument([aReport('shop/web', [aPass('a'), aPass('b')])]));
  expect(textOf(page)).toContain('Passed 2');
  expect(sectionOf(page, 'findings')).toContain('There are none.');
});
