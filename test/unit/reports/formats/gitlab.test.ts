import { expect, it } from 'vitest';
import { gitlabRenderer } from '../../../../src/reports/formats/gitlab.ts';
import type { AuditDocument, RenderContext } from '../../../../src/reports/renderer.ts';
import { aPolicy } from '../../../support/builders.ts';
import { renderText } from '../../../support/render-text.ts';
import { aFail, aReport } from '../../sinks/report-builders.ts';
import {
  aDocument,
  anError,
  clusterContext,
  filesContext,
  fromFile,
  incomplete,
  ofEverySeverity,
} from '../findings.ts';
import { type GitlabEntry, parseGitlab } from '../readers.ts';

function render(document: AuditDocument, context: RenderContext = clusterContext): readonly GitlabEntry[] {
  return parseGitlab(renderText(gitlabRenderer, document, context));
}

it('an empty scan is an empty list', () => {
  expect(renderText(gitlabRenderer, aDocument([]), clusterContext)).toBe('[]\n');
});

it('an entry has everything', () => {
  const origin = { path: 'deploy/web.yaml', line: 12, column: 5 };
  const report = fromFile(aReport('shop/web', [aFail(aPolicy('no-root'), 'runs as root')]), origin);

  expect(render(aDocument([report]), filesContext)).toEqual([
    {
      description: 'shop/deployments.apps/web: runs as root',
      check_name: 'clusterwide-no-root',
      fingerprint: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
      severity: 'major',
      location: { path: 'sub/deploy/web.yaml', lines: { begin: 12 } },
    },
  ]);
});

it('objects of a cluster have a made-up path', () => {
  const [entry] = render(aDocument([aReport('shop/web', [aFail('a')])]));
  expect(entry?.location).toEqual({
    path: 'k8s/kind-demo/shop/deployments.apps/web.yaml',
    lines: { begin: 1 },
  });
});

it('every severity has its word, from the worst; passes are left out', () => {
  const entries = render(aDocument(ofEverySeverity()));
  expect(
    entries.map(({ severity, check_name: name }) => [name.replace('clusterwide-', ''), severity]),
  ).toEqual([
    ['policy-critical', 'blocker'],
    ['policy-high', 'critical'],
    ['policy-medium', 'major'],
    ['broken', 'minor'],
    ['policy-low', 'minor'],
    ['policy-unset', 'major'],
    ['policy-info', 'info'],
  ]);
});

it('an object that the input holds twice has two fingerprints', () => {
  const report = aReport('shop/web', [aFail('a')]);
  const [first, second] = render(aDocument([report, report]));
  expect(second?.fingerprint).toBe(`${first?.fingerprint ?? ''}-2`);
});

it('no answer is an entry that says so', () => {
  const [entry] = render(aDocument([aReport('shop/web', [anError('a', 'timed out')])]));
  expect(entry?.description).toBe('shop/deployments.apps/web: could not be evaluated: timed out');
});

it('what was not looked at has entries of its own, first and with stable fingerprints', () => {
  const document = aDocument([aReport('shop/web', [aFail('a')])], incomplete);
  const entries = render(document);
  expect(entries.slice(0, 2)).toMatchObject([
    {
      description:
        'The scan is incomplete: secrets in payments: not allowed to list secrets [AS-3101] (looked at 2 namespaces, 2 resource types: all 12 checks in full)',
      check_name: 'audit-scanner/incomplete',
      severity: 'critical',
      location: { path: 'k8s/kind-demo', lines: { begin: 1 } },
    },
    { check_name: 'audit-scanner/incomplete' },
  ]);
  expect(render(document)).toEqual(entries);
  expect(entries).toHaveLength(3);
});
