import { describe, expect, it } from 'vitest';
import type { ExceptionUse } from '../../../src/domain/exception.ts';
import { describeExceptions } from '../../../src/reports/exception-warnings.ts';
import { renderers } from '../../../src/reports/output-formats.ts';
import type { AuditDocument } from '../../../src/reports/renderer.ts';
import { rollUpReports } from '../../../src/reports/roll-up.ts';
import { anException, aPolicy } from '../../support/builders.ts';
import { renderText } from '../../support/render-text.ts';
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
  return renderText(loaded[format], document, clusterContext);
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

describe('a violation that its own object accepts', () => {
  const own = anException({
    reason: 'moves | soon',
    owner: 'team-b',
    expiresAt: new Date('2027-02-01T00:00:00Z'),
    origin: undefined,
    saidBy: { groupResource: 'pods', namespace: 'shop', name: 'web' },
  });
  const said = "by the object's own annotation: moves | soon (owner: team-b, until 2027-01-31)";
  const page = aDocument([aReport('shop/web', [{ ...aFail(policy, 'privileged'), exception: own }])]);

  it.each([
    ['table', `(accepted ${said})`],
    ['wide', `privileged (accepted ${said})`],
    ['junit', 'accepted: by the object&#39;s own annotation: moves | soon'],
    ['csv', 'annotation,team-b,2027-02-01T00:00:00.000Z'],
    ['markdown', 'own annotation: moves &#124; soon (owner: team-b, until 2027-01-31)'],
  ] as const)('is told as such in %s', async (format, text) => {
    const rendered = renderText(await renderers[format](), page, { ...clusterContext, width: 200 });
    expect(rendered.replaceAll('\\|', '&#124;')).toContain(text);
  });

  it('is suppressed in its source in sarif, and says who says so in json', () => {
    expect(renderText(loaded.sarif, page, clusterContext)).toContain('"kind": "inSource"');
    const { results } = JSON.parse(renderText(loaded.json, page, clusterContext)) as { results: object[] };
    expect(results).toMatchObject([
      {
        status: 'accepted',
        exception: {
          by: 'annotation',
          object: { resource: 'pods', namespace: 'shop', name: 'web' },
          source: null,
        },
      },
    ]);
  });

  it('is one line with those of the other Pods of its template', () => {
    const owner = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      groupResource: 'deployments.apps',
      name: 'web',
      isCertain: true,
    };
    const pods = ['web-1', 'web-2'].map((name) => {
      const saidBy = { groupResource: 'pods', namespace: 'shop', name };
      const result = { ...aFail(policy, 'privileged'), exception: { ...own, saidBy } };
      const report = aReport(`shop/${name}`, [result]);
      return {
        ...report,
        subject: { ...report.subject, apiVersion: 'v1', kind: 'Pod' },
        groupResource: 'pods',
        owner,
      };
    });
    const [rolled] = rollUpReports(pods, 'workloads');
    expect(rolled?.results).toHaveLength(1);
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

  it('names annotations that are not valid, and how many more objects have the same', () => {
    const invalid = {
      object: { groupResource: 'pods', namespace: 'shop', name: 'web' },
      origin: { path: 'shop.yaml', line: 3, column: 1 },
      problems: ['it is empty', 'or worse'],
      objects: 3,
    };
    const outcome = (count: number) =>
      anOutcome({ annotations: { accepted: 0, invalid: Array.from({ length: count }, () => invalid) } });
    expect(describeExceptions(outcome(1))).toEqual([
      'warning: annotations are not valid, and accept nothing [AS-2018]',
      '    shop.yaml:3:1 annotation of shop/pods/web and of 2 more: it is empty; or worse',
    ]);
    expect(describeExceptions(outcome(5), { most: 2 })).toHaveLength(4);
    expect(describeExceptions(outcome(5), { most: 2 }).at(-1)).toBe('    and 3 more (-v names all)');
  });
});
