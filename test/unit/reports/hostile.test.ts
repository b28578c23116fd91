import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import type { AuditOutcome } from '../../../src/domain/audit.ts';
import { AuditError, errorCodes } from '../../../src/domain/errors.ts';
import type { ResourceReport } from '../../../src/domain/report.ts';
import { type OutputFormat, outputFormats, renderers } from '../../../src/reports/output-formats.ts';
import type { PieceRenderer, ReportRenderer, StreamRenderer } from '../../../src/reports/renderer.ts';
import { aPolicy } from '../../support/builders.ts';
import { renderText } from '../../support/render-text.ts';
import { aFail, aReport, aSubject } from '../sinks/report-builders.ts';
import { aDocument, anError, clusterContext, filesContext, fromFile } from './findings.ts';
import {
  childrenOf,
  parseGitlab,
  parseJunit,
  parsePageData,
  parseWorkflowCommands,
  parseXml,
} from './readers.ts';

const pad = 'x'.repeat(43);
/** What somebody who may create objects or policies could write into their names and messages. */
const hostileTexts = [
  ']]></failure></testcase><testcase name="forged"/>',
  '::error::forged',
  'a\n::add-mask::forged',
  'a\r\n::stop-commands::forged\r##[error]forged',
  '\u2028::warning file=a::forged',
  `${pad}::error::forged`,
  '##[add-mask]forged ##vso[task.complete]forged',
  '<script>alert(1)</script><img src=x onerror=alert(1)>',
  'a | b || c\n| --- | forged |',
  '**bold** `code` [link](javascript:alert(1)) ![image](x) </details>',
  '@everyone #1 !2 $math$',
  '\u001b[2J\u001b]0;title\u0007\u009b31m\u202ereversed',
  '\ud800 lone \udc00 surrogates \u0000\ufffe\uffff',
  '"},{"forged":true},{"',
  '%0A::error::forged%0D,file=forged:x',
  '../../../../etc/passwd',
  "=cmd|' /C calc'!A0",
  '\t@SUM(1+1),"x"\r\n-2+3',
  '',
];

function withText(text: string): readonly ResourceReport[] {
  const name = text === '' ? 'web' : text;
  const policy = { ...aPolicy(name, { category: text, severity: 'high' }), uniqueName: name };
  const subject = aSubject('shop/web', { name, namespace: name, kind: name });
  const report = { ...aReport(subject, [aFail(policy, text), anError(policy, text)]), groupResource: name };
  return [report, fromFile(report, { path: text, line: 3, column: 1 })];
}

function missedWith(text: string): Partial<AuditOutcome> {
  return {
    complete: false,
    incidents: [
      {
        error: new AuditError(errorCodes.listForbidden, text),
        scope: { resource: text, namespace: text, policy: text, path: text },
        count: 1,
      },
    ],
    evaluationFailures: [
      { policy: aPolicy(text), code: errorCodes.evaluationFailed, message: text, count: 1 },
    ],
  };
}

function render(renderer: ReportRenderer | PieceRenderer | StreamRenderer, text: string): string {
  const document = aDocument(withText(text), missedWith(text));
  const context = {
    ...filesContext,
    target: { ...clusterContext.target, context: text, paths: [text] },
    toRelativePath: (path: string) => path,
  };
  if (!('renderReport' in renderer)) return renderText(renderer, document, context);
  return (
    document.reports.map((report) => renderer.renderReport(report)).join('') +
    renderer.renderEnd(document, context)
  );
}

/** What no output may hold: it would draw on a terminal, or not be UTF-8. */
const obeyed = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

/** What the reader of a format must not be brought to see. */
const checks: Record<OutputFormat, (rendered: string) => void> = {
  table: (text) => {
    const titles = text.split('\n').filter((line) => /^(?! {2})./.test(line));
    expect([titles.length, titles.at(-1)]).toEqual([3, '(not evaluated)']);
  },
  wide: (text) => {
    expect(text.trimEnd().split('\n')).toHaveLength(5);
  },
  name: (text) => {
    expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(1);
  },
  json: (text) => {
    expect(JSON.parse(text)).toMatchObject({ results: [{}, {}, {}, {}] });
  },
  jsonl: (text) => {
    const kinds = text
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { kind: string }).kind);
    expect(kinds).toEqual(['Result', 'Result', 'Result', 'Result', 'Summary']);
  },
  baseline: (text) => {
    expect(JSON.parse(text)).toMatchObject({ kind: 'Baseline' });
  },
  sarif: (text) => {
    const { runs } = JSON.parse(text) as { runs: [{ results: { locations: object[] }[] }] };
    expect(runs[0].results).toHaveLength(4);
    expect(text).not.toMatch(/"uri": "[^"]*[^"\w%.~!*'()/-]/);
  },
  junit: (text) => {
    const root = parseJunit(text, { files: true });
    expect(root.children.flatMap((suite) => childrenOf(suite, 'testcase'))).toHaveLength(5);
    expect(parseXml(text)).toEqual(root);
  },
  gitlab: (text) => {
    expect(parseGitlab(text)).toHaveLength(6);
  },
  github: (text) => {
    const commands = parseWorkflowCommands(text);
    expect(commands.map(({ name }) => name)).toEqual(Array.from({ length: 5 }, () => 'error'));
    expect(text.trimEnd().split('\n')).toHaveLength(5);
    for (const { properties } of commands) {
      const names = ['title', 'file', 'line', 'endLine', 'col'];
      expect(Object.keys(properties).filter((name) => !names.includes(name))).toEqual([]);
    }
  },
  markdown: (text) => {
    expect(text.match(/<(?!\/?code>|br>)/g)).toBeNull();
    const rows = text.split('\n').filter((line) => line.startsWith('| HIGH | '));
    expect(rows.map((row) => row.split('|').length)).toEqual([4, 7, 7, 7, 7]);
    expect(text).not.toMatch(/(^|\W)@\w|\]\(|`/);
  },
  summary: (text) => {
    const titles = text.split('\n').filter((line) => /^\S/.test(line));
    expect(titles).toEqual(['by policy', 'by namespace', 'worst objects']);
  },
  'summary-markdown': (text) => {
    expect(text.match(/<(?!\/?code>|br>)/g)).toBeNull();
    const rows = text.split('\n').filter((line) => line.startsWith('| <code>'));
    expect(rows.map((row) => row.split('|').length)).toEqual([6, 6, 6]);
    expect(text).not.toMatch(/(^|\W)@\w|\]\(|`/);
  },
  csv: (text) => {
    // No field may begin as a formula does, and none may hold a line of its own but in quotes.
    expect(text).not.toMatch(/(?:^|,|")[=+@-]/m);
    expect(
      text
        .replaceAll(/"(?:[^"]|"")*"/g, '')
        .trimEnd()
        .split('\r\n'),
    ).toHaveLength(5);
  },
  yaml: (text) => {
    expect(load(text)).toMatchObject({ results: [{}, {}, {}, {}] });
  },
  html: (text) => {
    const count = (pattern: RegExp) => text.match(pattern)?.length ?? 0;
    // The head, the findings and the template.
    expect(count(/<tr role="row">/g)).toBe(6);
    expect([count(/<script\b/g), count(/<style\b/g), count(/<(?:img|iframe|b>forged)/g)]).toEqual([2, 1, 0]);
    expect(parsePageData(text).rows).toHaveLength(4);
  },
  policyreport: (text) => {
    expect((JSON.parse(text) as { items: object[] }).items).toHaveLength(2);
  },
  openreports: (text) => {
    expect((JSON.parse(text) as { items: object[] }).items).toHaveLength(2);
  },
};

describe.each(outputFormats)('%s', async (format) => {
  const renderer = await renderers[format]();

  it.each(hostileTexts)('is not broken by %j', (text) => {
    const rendered = render(renderer, text);
    checks[format](rendered);
    // RFC 4180 ends a record with both.
    expect(format === 'csv' ? rendered.replaceAll('\r\n', '\n') : rendered).not.toMatch(obeyed);
    expect(rendered.isWellFormed()).toBe(true);
    expect(rendered).not.toMatch(/\\ud[89a-f]/);
    if (format !== 'github') expect(parseWorkflowCommands(rendered)).toEqual([]);
  });

  it('ends with a line break', () => {
    expect(render(renderer, 'x')).toMatch(/[^\n]\n$/);
  });
});
