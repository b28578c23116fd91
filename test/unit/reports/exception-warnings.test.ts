import { describe, expect, it } from 'vitest';
import type { ExceptionUse } from '../../../src/domain/exception.ts';
import { describeExceptions } from '../../../src/reports/exception-warnings.ts';
import { renderers } from '../../../src/reports/output-formats.ts';
import type { AuditDocument } from '../../../src/reports/renderer.ts';
import { anException, aPolicy } from '../../support/builders.ts';
import { anOutcome } from '../cli/support.ts';
import { aFail, aReport } from '../sinks/report-builders.ts';
import { aDocument, clusterContext } from './findings.ts';
import { childrenOf, parseGitlab, parseJunit, parseWorkflowCommands } from './readers.ts';

const exception = anException({
  reason: 'the vendor ]]> is\non it',
  owner: 'team-a',
  expiresAt: new Date('2027-02-01T00:00:00Z'),
});
const policy = aPolicy('no-privileged', { severity: 'high' });
const accepted = { ...aFail(policy, 'privileged'), exception };

const document: AuditDocument = aDocument([
  aReport('shop/web', [accepted, aFail('labels', 'no label')]),
  aReport('shop/vendor', [accepted]),
]);

const loaded = {
  table: await renderers.table(),
  wide: await renderers.wide(),
  markdown: await renderers.markdown(),
  json: await renderers.json(),
  sarif: await renderers.sarif(),
  junit: await renderers.junit(),
  gitlab: await renderers.gitlab(),
  github: await renderers.github(),
  name: await renderers.name(),
  openreports: await renderers.openreports(),
};
const jsonl = await renderers.jsonl();

function render(format: keyof typeof loaded): string {
  return loaded[format].render(document, clusterContext);
}

describe('an accepted violation', () => {
  it('is called so in the table, which makes room for the word', () => {
    expect(render('table')).toBe(`shop  deployments.apps/vendor
  HIGH      accepted  no-privileged  privileged

shop  deployments.apps/web
  HIGH      accepted  no-privileged  privileged
  -         fail      labels         no label
`);
  });

  it('is called so in wide and in markdown, which counts it', () => {
    expect(render('wide')).toMatch(/^HIGH +accepted +shop/m);
    expect(render('markdown')).toContain('| HIGH | accepted | <code>shop/deployments.apps/vendor</code>');
    expect(render('markdown')).toContain('1 fail, 0 error, 2 accepted.');
  });

  it('keeps its result in json and jsonl, with a status and the exception', () => {
    const fields = {
      result: 'fail',
      status: 'accepted',
      exception: {
        reason: 'the vendor ]]> is\non it',
        owner: 'team-a',
        expires: '2027-02-01T00:00:00.000Z',
        source: { path: 'exceptions.yaml', line: 1, column: 3 },
      },
    };
    const { results, summary } = JSON.parse(render('json')) as { results: object[]; summary: object };
    expect(results).toMatchObject([fields, fields, { result: 'fail', status: 'new', exception: null }]);
    expect(summary).toMatchObject({ fail: 1, accepted: 2 });
    const lines = jsonl.renderReport(document.reports[1]!).trim().split('\n');
    expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([fields]);
  });

  it('is suppressed in sarif, with the reason', () => {
    const [run] = (JSON.parse(render('sarif')) as { runs: { results: object[] }[] }).runs;
    expect(run?.results).toMatchObject([
      { ruleId: 'clusterwide-labels', suppressions: [] },
      {
        ruleId: 'clusterwide-no-privileged',
        suppressions: [
          {
            kind: 'external',
            status: 'accepted',
            justification: 'the vendor ]]> is on it (owner: team-a, until 2027-02-01T00:00:00.000Z)',
          },
        ],
      },
      { ruleId: 'clusterwide-no-privileged', suppressions: [{ kind: 'external' }] },
    ]);
  });

  it('is a skipped test in junit', () => {
    const suite = parseJunit(render('junit')).children[1]!;
    expect(suite.attributes).toMatchObject({ name: 'shop', tests: '3', failures: '1', skipped: '2' });
    const [skipped] = childrenOf(suite.children[0]!, 'skipped');
    expect(skipped?.attributes['message']).toBe('accepted: the vendor ]]> is on it');
    expect(skipped?.text).toContain('privileged');
  });

  it('is left out of gitlab, github and name', () => {
    expect(parseGitlab(render('gitlab')).map(({ check_name: check }) => check)).toEqual([
      'clusterwide-labels',
    ]);
    expect(parseWorkflowCommands(render('github'))).toHaveLength(1);
    expect(render('name')).toBe('shop/deployments.apps/web\n');
  });

  it('is what the policy says in reports', () => {
    const { items } = JSON.parse(render('openreports')) as { items: { summary: object }[] };
    expect(items.map(({ summary }) => summary)).toMatchObject([{ fail: 2 }, { fail: 1 }]);
  });
});

describe('the summary of exceptions', () => {
  const lines = (...exceptions: readonly ExceptionUse[]) => describeExceptions(anOutcome({ exceptions }));

  it('lists what has expired and what covers nothing', () => {
    expect(
      lines(
        { exception, state: 'expired', findings: 2 },
        {
          exception: anException({ expiresAt: new Date('2026-05-01T10:00:00Z') }),
          state: 'expired',
          findings: 0,
        },
        { exception: anException({ name: 'old', reason: 'moves soon' }), state: 'unused', findings: 0 },
      ),
    ).toEqual([
      'warning: exceptions have expired, what they cover counts again [AS-2015]',
      '    exceptions.yaml:1:3 policy no-privileged: until 2027-01-31, would cover 2: the vendor ]]> is on it',
      '    exceptions.yaml:1:3 policy no-privileged: until 2026-05-01T10:00:00.000Z, would cover 0: the vendor is on it',
      'warning: exceptions cover nothing [AS-2016]',
      '    exceptions.yaml:1:3 policy no-privileged, name old: moves soon',
    ]);
  });

  it('says nothing of those that are used, or may be', () => {
    expect(
      lines({ exception, state: 'used', findings: 1 }, { exception, state: 'unclear', findings: 0 }),
    ).toEqual([]);
  });
});
