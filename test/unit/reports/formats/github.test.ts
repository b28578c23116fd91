import { describe, expect, it } from 'vitest';
import { githubRenderer } from '../../../../src/reports/formats/github.ts';
import type { AuditDocument, RenderContext } from '../../../../src/reports/renderer.ts';
import { aPolicy } from '../../../support/builders.ts';
import { aFail, aReport } from '../../sinks/report-builders.ts';
import {
  aDocument,
  anError,
  aPodOf,
  clusterContext,
  filesContext,
  fromFile,
  incomplete,
  manyFails,
  ofEverySeverity,
  web,
} from '../findings.ts';
import { parseWorkflowCommands } from '../readers.ts';

const render = (document: AuditDocument, context: RenderContext = clusterContext) =>
  parseWorkflowCommands(githubRenderer.render(document, context));
const levels = (document: AuditDocument) => {
  const counts = Map.groupBy(render(document), ({ name }) => name);
  return Object.fromEntries([...counts].map(([name, commands]) => [name, commands.length]));
};

it('an empty scan says nothing', () => {
  expect(githubRenderer.render(aDocument([]), clusterContext)).toBe('');
});

it('a finding in a file is a command with its place', () => {
  const origin = { path: 'a,b:c.yaml', line: 12, column: 5 };
  const policy = aPolicy('no-root', { severity: 'high' });
  const report = fromFile(aReport('shop/web', [aFail(policy, '100% root,\nreally: yes')]), origin);

  expect(githubRenderer.render(aDocument([report]), filesContext)).toBe(
    '::error file=sub/a%2Cb%3Ac.yaml,line=12,endLine=12,col=5,' +
      'title=no-root%3A shop/deployments.apps/web::100%25 root,%0Areally: yes\n',
  );
});

it('a finding of what somebody owns names the owner', () => {
  const [command] = render(aDocument([aPodOf(web, 'shop/web-1', [aFail('no-root')])]));
  expect(command?.properties['title']).toBe('no-root: shop/pods/web-1 of deployments.apps/web');
});

it('a finding in a cluster has no file', () => {
  const [command] = render(aDocument([aReport('shop/web', [aFail('a', 'no')])]));
  expect(command).toEqual({
    name: 'warning',
    properties: { title: 'a: shop/deployments.apps/web' },
    message: 'no',
  });
});

it('severities are errors, warnings and notices; passes are left out', () => {
  const commands = render(aDocument(ofEverySeverity()));
  expect(commands.map(({ name, properties }) => [name, properties['title']?.split(':')[0]])).toEqual([
    ['error', 'policy-critical'],
    ['error', 'policy-high'],
    ['warning', 'policy-medium'],
    ['warning', 'policy-unset'],
    ['notice', 'broken'],
    ['notice', 'policy-low'],
    ['notice', 'policy-info'],
  ]);
});

it('no answer reads like none', () => {
  const [command] = render(aDocument([aReport('shop/web', [anError('a', 'timed out')])]));
  expect(command?.message).toBe('could not be evaluated: timed out');
});

describe('more findings than GitHub shows', () => {
  it('are cut to the 10 worst of each level, and counted in the last notice', () => {
    const document = aDocument([
      ...manyFails(8, 'high'),
      ...manyFails(12, 'medium'),
      ...manyFails(30, 'low'),
      ...manyFails(7, 'critical'),
    ]);
    expect(levels(document)).toEqual({ error: 10, warning: 10, notice: 10 });
    const commands = render(document);
    const titles = commands.map(({ properties }) => properties['title'] ?? '');
    expect(titles.filter((title) => title.startsWith('policy-critical'))).toHaveLength(7);
    expect(titles.filter((title) => title.startsWith('policy-high'))).toHaveLength(3);
    expect(commands.at(-1)).toEqual({
      name: 'notice',
      properties: { title: 'audit-scanner' },
      message: '28 more findings, see the job summary',
    });
  });

  it('leave room to say that the scan is incomplete', () => {
    expect(levels(aDocument(manyFails(12, 'high'), incomplete))).toEqual({ error: 10, notice: 1 });
  });
});

describe('an incomplete scan', () => {
  it('is an error before all others', () => {
    const [first] = render(aDocument(manyFails(1, 'high'), incomplete));
    expect(first).toEqual({
      name: 'error',
      properties: { title: 'audit-scanner: the scan is incomplete' },
      message: [
        'Not everything was looked at, and that is not a pass. Looked at 2 namespaces, 2 resource types: all 12 checks in full',
        'secrets in payments: not allowed to list secrets [AS-3101]',
        'policy ClusterAdmissionPolicy/signed (2 times): policy server answered 500 [AS-4201]',
      ].join('\n'),
    });
  });

  it('is a notice where the user lets it through', () => {
    const document = aDocument([], incomplete);
    const rules = [{ name: 'complete', threshold: false, actual: false, passed: true }] as const;
    const [first] = render({ ...document, gate: { ...document.gate, rules } });
    expect(first?.name).toBe('notice');
  });
});
