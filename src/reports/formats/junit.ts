import {
  type InputCoverage,
  type PolicyResult,
  parseApiVersion,
  type ResourceReport,
  severityOf,
} from '../../domain/index.ts';
import { toPlainText } from '../../text/index.ts';
import { describeAcceptance } from '../acceptance.ts';
import { type Rendered, splitByCluster } from '../clusters.ts';
import { describeCoverage, describeKept } from '../coverage.ts';
import { describeProblem, type Finding, formatObject, toFindings } from '../finding.ts';
import { describeInput, describeWarning } from '../input.ts';
import { formatLocation, locate } from '../location.ts';
import { openTag, parentElement, textElement } from '../markup.ts';
import { formatMissed, listMissed } from '../missed.ts';
import type { AuditDocument, PieceRenderer, RenderContext } from '../renderer.ts';
import { severityMap } from '../severity.ts';
import { isUnstarted } from '../unstarted.ts';

type Verdict = 'pass' | 'failure' | 'error' | 'skipped';
type Counts = Readonly<Record<Verdict, number>>;
type Suite = {
  readonly attributes: Readonly<Record<string, string>>;
  readonly counts: Counts;
  /** Its elements, made one after the other. */
  readonly children: () => Iterable<string>;
};

const noNamespace = '_cluster';

/**
 * For CI systems that show tests: a policy on an object is a test case, a namespace is a suite. The first suite says whether
 * everything was looked at, so that a scan without findings is no empty file. Jenkins' schema allows what is written here and not
 * much more; `file`, which GitLab reads, is there only where there are files.
 */
export const junitRenderer: PieceRenderer = {
  *renderPieces(document, context) {
    const isOneOfSeveral = document.outcome.clusters !== undefined;
    const suites = splitByCluster(document, context).flatMap((one) => toSuites(one, isOneOfSeveral));
    const { pass, ...failed } = sum(suites.map(({ counts }) => counts));
    const tests = pass + failed.failure + failed.error + failed.skipped;
    const counts = { tests, failures: failed.failure, errors: failed.error };
    yield `<?xml version="1.0" encoding="UTF-8"?>\n`;
    yield `${openTag('testsuites', { name: 'audit-scanner', ...counts, time: secondsOf(document) })}>\n`;
    for (const suite of suites) yield* renderSuite(suite);
    yield '</testsuites>\n';
  },
};

/** Of several clusters each has suites of its own, which have its name in front. */
function toSuites(rendered: Rendered, isOneOfSeveral: boolean): readonly Suite[] {
  const byNamespace = Map.groupBy(
    toFindings(rendered.document.reports),
    ({ report }) => report.subject.namespace ?? noNamespace,
  );
  const { context: cluster = '' } = rendered.context.target;
  const place = (name: string): string => (isOneOfSeveral ? toPlainText(`${cluster}/${name}`) : name);
  return [
    toScanSuite(rendered, place('audit-scanner')),
    ...[...byNamespace].map(([name, findings]) => toSuite(place(name), findings, rendered)),
  ];
}

function toScanSuite({ document, context }: Rendered, name: string): Suite {
  const { outcome, gate } = document;
  const time = secondsOf(document);
  const missed = listMissed(outcome).map(formatMissed).join('\n');
  const message = isUnstarted(document)
    ? 'nothing was scanned'
    : 'the scan is incomplete: not everything was looked at';
  const error = textElement('error', { type: 'incomplete', message }, `${message}\n${missed}`);
  const attributes = { classname: name, name: 'scan completed', time };
  const completed = parentElement('testcase', attributes, outcome.complete ? [] : [error]);
  const properties = Object.entries({
    version: context.toolVersion,
    'run-uid': outcome.run.runUid,
    complete: String(outcome.complete),
    coverage: [describeCoverage(outcome.coverage), ...describeKept(outcome.coverage)].join('; '),
    ...describeInputProperties(outcome.coverage.input),
    gate: gate.result,
    verdict: gate.verdict,
  }).map(([property, value]) => parentElement('property', { name: property, value }, []));
  return {
    attributes: { name, ...describeRun(document, context), time },
    counts: count([outcome.complete ? 'pass' : 'error']),
    children: () => [parentElement('properties', {}, properties), completed],
  };
}

/** The findings of a namespace. */
function toSuite(name: string, findings: readonly Finding[], { document, context }: Rendered): Suite {
  return {
    attributes: { name, ...describeRun(document, context), time: '0' },
    counts: count(findings.map(({ result }) => verdictOf(result))),
    *children() {
      const nameCase = createCaseNaming();
      for (const finding of findings) yield renderCase(finding, nameCase(finding), context);
    },
  };
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

function* renderSuite({ attributes, counts, children }: Suite): Generator<string> {
  const { pass, failure, error, skipped } = counts;
  const tests = pass + failure + error + skipped;
  yield `${openTag('testsuite', { ...attributes, tests, failures: failure, errors: error, skipped })}>\n`;
  for (const child of children()) yield `${child}\n`;
  yield '</testsuite>\n';
}

function count(verdicts: readonly Verdict[]): Counts {
  const of = (wanted: Verdict): number => verdicts.filter((verdict) => verdict === wanted).length;
  return { pass: of('pass'), failure: of('failure'), error: of('error'), skipped: of('skipped') };
}

function sum(all: readonly Counts[]): Counts {
  const of = (verdict: Verdict): number => all.reduce((total, counts) => total + counts[verdict], 0);
  return { pass: of('pass'), failure: of('failure'), error: of('error'), skipped: of('skipped') };
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

function classnameOf({ subject, cluster }: ResourceReport): string {
  const { group } = parseApiVersion(subject.apiVersion);
  const place = cluster === undefined ? '' : `${cluster}/`;
  return `${place}${subject.namespace ?? noNamespace}.${group || 'core'}/${subject.kind}.${subject.name}`;
}

function verdictOf(result: PolicyResult): Verdict {
  if (result.result !== 'fail') return result.result;
  if (result.exception !== undefined || result.baseline === 'known') return 'skipped';
  return severityMap[severityOf(result)].fails ? 'failure' : 'pass';
}

function renderCase(finding: Finding, named: CaseName, context: RenderContext): string {
  const location = locate(finding.report, context);
  const attributes = { ...named, time: '0', file: location.exists ? location.path : undefined };
  const place = location.exists ? ` at ${formatLocation(location)}` : '';
  return parentElement('testcase', attributes, describeCase(finding, place));
}

/** What a test case holds; nothing for a pass. */
function describeCase({ report, result }: Finding, place: string): readonly string[] {
  if (result.result === 'pass') return [];
  const message = describeProblem(result);
  const body = `${message}\n${formatObject(report)}${place}`;
  switch (verdictOf(result)) {
    case 'error':
      return [textElement('error', { type: result.errorCode ?? 'error', message }, body)];
    case 'skipped': {
      const why = describeSkipped(result);
      return [textElement('skipped', { message: why }, `${why}\n${body}`)];
    }
    case 'failure':
      return [textElement('failure', { type: severityOf(result), message }, body)];
    case 'pass':
      return [textElement('system-out', {}, body)];
  }
}

function describeSkipped({ exception }: PolicyResult): string {
  return exception === undefined
    ? 'known: it is in the baseline'
    : `accepted: ${describeAcceptance(exception)}`;
}
