import { describe, expect, it } from 'vitest';
import { junitRenderer } from '../../../../src/reports/formats/junit.ts';
import type { AuditDocument } from '../../../../src/reports/renderer.ts';
import { aPolicy } from '../../../support/builders.ts';
import { renderText } from '../../../support/render-text.ts';
import { aFail, aPass, aReport } from '../../sinks/report-builders.ts';
import {
  aDocument,
  anError,
  clusterContext,
  filesContext,
  fromFile,
  incomplete,
  ofEverySeverity,
} from '../findings.ts';
import { childrenOf, parseJunit, type XmlElement } from '../readers.ts';

function render(document: AuditDocument): XmlElement {
  return parseJunit(renderText(junitRenderer, document, clusterContext));
}

function casesOf(root: XmlElement, suite: string): readonly XmlElement[] {
  const found = root.children.find(({ attributes }) => attributes['name'] === suite);
  return childrenOf(found!, 'testcase');
}

it('is this document', () => {
  const policy = aPolicy('no-root', { severity: 'high' });
  const document = aDocument([aReport('shop/web', [aFail(policy, 'runs as root')])]);
  expect(renderText(junitRenderer, document, clusterContext)).toBe(
    [
      '<?xml version="1.0" encoding="UTF-8"?>',
      '<testsuites name="audit-scanner" tests="2" failures="1" errors="0" time="1.500">',
      '<testsuite name="audit-scanner" timestamp="2026-11-24T10:00:00.000Z" hostname="kind-demo" package="kubewarden" time="1.500" tests="1" failures="0" errors="0" skipped="0">',
      '<properties>',
      '<property name="version" value="1.2.3"/>',
      '<property name="run-uid" value="c1f3a0de-2f5e-4f8a-9a36-0b1f6c0d7e55"/>',
      '<property name="complete" value="true"/>',
      '<property name="coverage" value="2 namespaces, 2 resource types: all 12 checks in full"/>',
      '<property name="gate" value="failed"/>',
      '<property name="verdict" value="FAILED: 1 violations."/>',
      '</properties>',
      '<testcase classname="audit-scanner" name="scan completed" time="1.500"/>',
      '</testsuite>',
      '<testsuite name="shop" timestamp="2026-11-24T10:00:00.000Z" hostname="kind-demo" package="kubewarden" time="0" tests="1" failures="1" errors="0" skipped="0">',
      '<testcase classname="shop.apps/Deployment.web" name="clusterwide-no-root [high]" time="0">',
      '<failure type="high" message="runs as root">runs as root&#10;shop/deployments.apps/web</failure>',
      '</testcase>',
      '</testsuite>',
      '</testsuites>',
      '',
    ].join('\n'),
  );
});

it('a scan without findings still has a test case', () => {
  const root = render(aDocument([]));
  expect(
    casesOf(root, 'audit-scanner').map(({ attributes, children }) => [attributes['name'], children]),
  ).toEqual([['scan completed', []]]);
});

it('the first test case fails when something was not looked at', () => {
  const root = render(aDocument([aReport('shop/web', [aPass('a')])], incomplete));
  const [completed] = casesOf(root, 'audit-scanner');
  expect(root.children[0]?.attributes['name']).toBe('audit-scanner');
  expect(completed?.children).toMatchObject([
    {
      name: 'error',
      attributes: { type: 'incomplete', message: 'the scan is incomplete: not everything was looked at' },
      text: [
        'the scan is incomplete: not everything was looked at',
        'secrets in payments: not allowed to list secrets [AS-3101]',
        'policy ClusterAdmissionPolicy/signed (2 times): policy server answered 500 [AS-4201]',
      ].join('\n'),
    },
  ]);
});

describe('a test case', () => {
  it('has the outcome of its severity; what only informs passes with a text', () => {
    const cases = casesOf(render(aDocument(ofEverySeverity())), 'shop');
    const outcomes = cases.map(({ attributes, children: [child] }) => [
      attributes['name'],
      child?.name,
      child?.attributes['type'],
    ]);
    expect(outcomes).toEqual([
      ['clusterwide-policy-critical [critical]', 'failure', 'critical'],
      ['clusterwide-policy-high [high]', 'failure', 'high'],
      ['clusterwide-policy-medium [medium]', 'failure', 'medium'],
      ['clusterwide-broken [low]', 'error', 'AS-4201'],
      ['clusterwide-policy-low [low]', 'failure', 'low'],
      ['clusterwide-good [unset]', undefined, undefined],
      ['clusterwide-policy-unset [unset]', 'failure', 'unset'],
      ['clusterwide-policy-info [info]', 'system-out', undefined],
    ]);
  });

  it('has its message where Jenkins and where GitLab look for it', () => {
    const [failed] = casesOf(render(aDocument([aReport('shop/web', [aFail('a', 'one\n\ttwo')])])), 'shop');
    const [failure] = failed!.children;
    expect(failure?.attributes['message']).toBe('one\n\ttwo');
    expect(failure?.text).toBe('one\n\ttwo\nshop/deployments.apps/web');
  });

  it('is an error without an answer, also of a policy that only informs', () => {
    const monitor = aPolicy('a', { severity: 'info' });
    const [errored] = casesOf(
      render(aDocument([aReport('shop/web', [anError(monitor, 'timed out')])])),
      'shop',
    );
    expect(errored?.children).toMatchObject([
      { name: 'error', attributes: { message: 'could not be evaluated: timed out' } },
    ]);
  });

  it('is in the suite of its namespace, or of the cluster', () => {
    const root = render(aDocument([aReport('shop/web', [aFail('a')]), aReport('shop', [aFail('a')])]));
    expect(casesOf(root, '_cluster').map(({ attributes }) => attributes['classname'])).toEqual([
      '_cluster.core/Namespace.shop',
    ]);
    expect(casesOf(root, 'shop')).toHaveLength(1);
  });

  it('has a name of its own, also when the input holds an object twice', () => {
    const report = aReport('shop/web', [aFail('a')]);
    const names = casesOf(render(aDocument([report, report])), 'shop').map(
      ({ attributes }) => attributes['name'],
    );
    expect(names).toEqual(['clusterwide-a [unset]', 'clusterwide-a [unset] (2)']);
  });

  it('says in which file it is', () => {
    const report = fromFile(aReport('shop/web', [aFail('a', 'no')]), {
      path: 'web.yaml',
      line: 4,
      column: 1,
    });
    const text = renderText(junitRenderer, aDocument([report]), filesContext);
    const [failed] = casesOf(parseJunit(text, { files: true }), 'shop');
    expect(failed?.attributes['file']).toBe('sub/web.yaml');
    expect(failed?.children[0]?.text).toBe('no\nshop/deployments.apps/web at sub/web.yaml:4:1');
  });
});
