import { type InputCoverage, parseApiVersion, type ResourceReport, severityOf } from '../../domain/index.ts';
import { describeAcceptance } from '../acceptance.ts';
import { describeCoverage, describeKept } from '../coverage.ts';
import { describeProblem, type Finding, formatObject, toFindings } from '../finding.ts';
import { describeInput, describeWarning } from '../input.ts';
import { formatLocation, locate } from '../location.ts';
import { parentElement, textElement } from '../markup.ts';
import { formatMissed, listMissed } from '../missed.ts';
import type { AuditDocument, RenderContext, ReportRenderer } from '../renderer.ts';
import { severityMap } from '../severity.ts';
import { isUnstarted } from '../unstarted.ts';

type Counts = { readonly tests: number; readonly failures: number; readonly errors: number };
type TestCase = { readonly verdict: 'pass' | 'failure' | 'error' | 'skipped'; readonly xml: string };
type Suite = { readonly counts: Counts; readonly xml: string };

const noNamespace = '_cluster';

/**
 * For CI systems that show tests: a policy on an object is a test case, a namespace is a suite. The first suite says whether
 * everything was looked at, so that a scan without findings is no empty file. Jenkins' schema allows what is written here and not
 * much more; `file`, which GitLab reads, is there only where there are files.
 */
export const junitRenderer: ReportRenderer = {
  render(document, context) {
    const nameCase = createCaseNaming();
    const byNamespace = Map.groupBy(
      toFindings(document.reports),
      ({ report }) => report.subject.namespace ?? noNamespace,
    );
    const suites = [
      renderScanSuite(document, context),
      ...[...byNamespace].map(([name, findings]) =>
        renderSuite(
          { name, ...describeRun(document, context), time: '0' },
          findings.map((finding) => renderCase(finding, nameCase(finding), context)),
        ),
      ),
    ];
    const root = parentElement(
      'testsuites',
      { name: 'audit-scanner', ...sum(suites.map(({ counts }) => counts)), time: secondsOf(document) },
      suites.map(({ xml }) => xml),
    );
    return `<?xml version="1.0" encoding="UTF-8"?>\n${root}\n`;
  },
};

function renderScanSuite(document: AuditDocument, context: RenderContext): Suite {
  const { outcome, gate } = document;
  const time = secondsOf(document);
  const missed = listMissed(outcome).map(formatMissed).join('\n');
  const message = isUnstarted(document)
    ? 'nothing was scanned'
    : 'the scan is incomplete: not everything was looked at';
  const attributes = { classname: 'audit-scanner', name: 'scan completed', time };
  const completed: TestCase = outcome.complete
    ? { verdict: 'pass', xml: parentElement('testcase', attributes, []) }
    : {
        verdict: 'error',
        xml: parentElement('testcase', attributes, [
          textElement('error', { type: 'incomplete', message }, `${message}\n${missed}`),
        ]),
      };
  const properties = Object.entries({
    version: context.toolVersion,
    'run-uid': outcome.run.runUid,
    complete: String(outcome.complete),
    coverage: [describeCoverage(outcome.coverage), ...describeKept(outcome.coverage)].join('; '),
    ...describeInputProperties(outcome.coverage.input),
    gate: gate.result,
    verdict: gate.verdict,
  }).map(([name, value]) => parentElement('property', { name, value }, []));
  return renderSuite(
    { name: 'audit-scanner', ...describeRun(document, context), time },
    [completed],
    [parentElement('properties', {}, properties)],
  );
}

/** What was left out of the files, and what was taken with a warning. */
function describeInputProperties(input: InputCoverage | undefined): Readonly<Record<string, string>> {
  const leftOut = describeInput(input, { verbose: true });
  const warnings = (input?.warnings ?? []).map(describeWarning);
  return {
    ...(leftOut.length > 0 && { 'left-out': leftOut.join('; ') }),
    ...(warnings.length > 0 && { warnings: warnings.join('; ') }),
  };
}

function describeRun({ outcome }: AuditDocument, { target }: RenderContext) {
  return {
    timestamp: outcome.run.startedAt.toISOString(),
    hostname: target.context ?? (target.paths === undefined ? 'cluster' : 'files'),
    package: 'kubewarden',
  };
}

function secondsOf({ outcome: { run, finishedAt } }: AuditDocument): string {
  return ((finishedAt.getTime() - run.startedAt.getTime()) / 1000).toFixed(3);
}

function renderSuite(
  attributes: Readonly<Record<string, string>>,
  cases: readonly TestCase[],
  properties: readonly string[] = [],
): Suite {
  const count = (wanted: TestCase['verdict']): number =>
    cases.filter(({ verdict }) => verdict === wanted).length;
  const counts = { tests: cases.length, failures: count('failure'), errors: count('error') };
  const children = [...properties, ...cases.map(({ xml }) => xml)];
  return {
    counts,
    xml: parentElement('testsuite', { ...attributes, ...counts, skipped: count('skipped') }, children),
  };
}

function sum(all: readonly Counts[]): Counts {
  return {
    tests: all.reduce((total, { tests }) => total + tests, 0),
    failures: all.reduce((total, { failures }) => total + failures, 0),
    errors: all.reduce((total, { errors }) => total + errors, 0),
  };
}

type CaseName = { readonly classname: string; readonly name: string };

/** GitLab keeps only the first of test cases with equal names. The message is no part of the name: it would end the history. */
function createCaseNaming(): (finding: Finding) => CaseName {
  const seen = new Map<string, number>();
  return ({ report, result }) => {
    const classname = classnameOf(report);
    const name = `${result.policy.uniqueName} [${severityOf(result)}]`;
    const key = JSON.stringify([classname, name]);
    const count = (seen.get(key) ?? 0) + 1;
    seen.set(key, count);
    return { classname, name: count === 1 ? name : `${name} (${count})` };
  };
}

function classnameOf({ subject }: ResourceReport): string {
  const { group } = parseApiVersion(subject.apiVersion);
  return `${subject.namespace ?? noNamespace}.${group || 'core'}/${subject.kind}.${subject.name}`;
}

function renderCase({ report, result }: Finding, named: CaseName, context: RenderContext): TestCase {
  const location = locate(report, context);
  const attributes = { ...named, time: '0', file: location.exists ? location.path : undefined };
  const render = (verdict: TestCase['verdict'], children: readonly string[]): TestCase => ({
    verdict,
    xml: parentElement('testcase', attributes, children),
  });
  if (result.result === 'pass') return render('pass', []);

  const message = describeProblem(result);
  const place = location.exists ? ` at ${formatLocation(location)}` : '';
  const body = `${message}\n${formatObject(report)}${place}`;
  if (result.result === 'error') {
    const type = result.errorCode ?? 'error';
    return render('error', [textElement('error', { type, message }, body)]);
  }
  if (result.exception !== undefined) {
    const accepted = `accepted: ${describeAcceptance(result.exception)}`;
    return render('skipped', [textElement('skipped', { message: accepted }, `${accepted}\n${body}`)]);
  }
  if (result.baseline === 'known') {
    const known = 'known: it is in the baseline';
    return render('skipped', [textElement('skipped', { message: known }, `${known}\n${body}`)]);
  }
  const severity = severityOf(result);
  return severityMap[severity].fails
    ? render('failure', [textElement('failure', { type: severity, message }, body)])
    : render('pass', [textElement('system-out', {}, body)]);
}
