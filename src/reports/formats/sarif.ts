import {
  type ErrorCode,
  errorCodes,
  formatPolicy,
  type Policy,
  type PolicyException,
  severityOf,
  type TopOwner,
} from '../../domain/index.ts';
import { toPlainJson, toPlainText } from '../../text/index.ts';
import { splitByCluster } from '../clusters.ts';
import { toCoverageFields } from '../coverage.ts';
import { describeProblem, type Finding, formatObject, toProblems } from '../finding.ts';
import { createFingerprints } from '../fingerprint.ts';
import { describeInput, describeWarning } from '../input.ts';
import { locate } from '../location.ts';
import { escapeMarkdown } from '../markup.ts';
import { formatMissed, listMissed } from '../missed.ts';
import type { AuditDocument, RenderContext, ReportRenderer } from '../renderer.ts';
import { severityMap } from '../severity.ts';

/** What GitHub shows of one run, and takes of one file. */
const maxResults = 5000;
const maxRuns = 20;

/** For code scanning: SARIF 2.1.0 with everything that GitHub needs to show a result and to know it again. */
export const sarifRenderer: ReportRenderer = {
  render(document, context) {
    const runs = splitByCluster(withoutUnstarted(document), context);
    const log = {
      $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
      version: '2.1.0',
      runs: runs.map((one) => toRun(one.document, one.context)),
    };
    return `${toPlainJson(log, 2)}\n`;
  },
  countResults: (document) =>
    countEach(document).reduce((sum, { problems }) => sum + Math.min(maxResults, problems), 0),
  notices(document, { target }) {
    const counted = countEach(document);
    const inCluster = target.paths === undefined && counted.some(({ problems }) => problems > 0);
    return [
      ...counted.flatMap(({ cluster, problems }) => describeLeftOut(problems, cluster)),
      ...(inCluster ? ['GitHub lists the results of a live cluster but has no code to show with them'] : []),
      ...(counted.length > maxRuns
        ? [
            `warning: the SARIF document contains ${counted.length} clusters, but GitHub takes no more than ${maxRuns} in one file [${errorCodes.resultsLeftOut}]`,
          ]
        : []),
    ];
  },
};

/**
 * A cluster that was not scanned has no run: an empty one would close every alert of it. The others have one each, of the category that
 * a scan of that cluster alone has.
 */
function withoutUnstarted({ outcome, ...document }: AuditDocument): AuditDocument {
  const clusters = outcome.clusters?.filter(({ started }) => started);
  return { ...document, outcome: clusters === undefined ? outcome : { ...outcome, clusters } };
}

type Counted = { readonly cluster: string | undefined; readonly problems: number };

function countEach({ outcome: { clusters }, reports }: AuditDocument): readonly Counted[] {
  if (clusters === undefined) return [{ cluster: undefined, problems: toProblems(reports).length }];
  return clusters
    .filter(({ started }) => started)
    .map(({ name }) => ({
      cluster: name,
      problems: toProblems(reports.filter(({ cluster }) => cluster === name)).length,
    }));
}

function describeLeftOut(problems: number, cluster: string | undefined): readonly string[] {
  if (problems <= maxResults) return [];
  const place = cluster === undefined ? '' : ` of ${toPlainText(cluster)}`;
  return [
    `warning: the SARIF document contains only the worst ${maxResults} of ${problems} results${place}, because GitHub shows no more [${errorCodes.resultsLeftOut}]`,
  ];
}

function toRun(document: AuditDocument, context: RenderContext): object {
  const all = toProblems(document.reports);
  // Where not all can be told, the accepted ones are left out first.
  const problems = [...all.filter((one) => !isAccepted(one)), ...all.filter(isAccepted)].slice(0, maxResults);
  const suppresses = problems.some(isAccepted);
  const { baseline } = document.outcome;
  const policies = listPolicies(document, problems);
  const ruleIndexes = new Map(policies.map(({ uniqueName }, index) => [uniqueName, index]));
  const fingerprintFor = createFingerprints();
  return {
    tool: {
      driver: {
        name: 'audit-scanner',
        semanticVersion: context.toolVersion,
        rules: policies.map(toRule),
      },
    },
    automationDetails: { id: `audit-scanner/${describeTarget(context)}/` },
    invocations: [toInvocation(document)],
    columnKind: 'utf16CodeUnits',
    results: problems.map((finding) => ({
      ruleId: toPlainText(finding.result.policy.uniqueName),
      ruleIndex: ruleIndexes.get(finding.result.policy.uniqueName),
      ...toResult(finding, context),
      // The standard wants them with all results or with none.
      ...(suppresses && { suppressions: toSuppressions(finding) }),
      // The same holds for what they are to a baseline.
      ...(baseline && { baselineState: baselineStateOf(finding) }),
      partialFingerprints: { primaryLocationLineHash: fingerprintFor(finding) },
    })),
  };
}

/** Runs with another target do not close each other's alerts. */
function describeTarget({ target, toRelativePath }: RenderContext): string {
  return toPlainText(target.paths?.map(toRelativePath).join(',') ?? target.context ?? '_');
}

/** What was audited, and what else has results; by name, each name once. */
function listPolicies({ outcome }: AuditDocument, problems: readonly Finding[]): readonly Policy[] {
  const audited = outcome.policies.filter(({ state }) => state === 'audited').map(({ policy }) => policy);
  const policies = [...audited, ...problems.map(({ result }) => result.policy)];
  const byName = new Map(policies.map((policy) => [policy.uniqueName, policy]));
  return [...byName.keys()].sort().flatMap((name) => byName.get(name) ?? []);
}

function toResult({ report, result }: Finding, context: RenderContext): object {
  const { path, line, column, template } = locate(report, context);
  const source = template === undefined ? '' : `\nTemplate: ${toPlainText(template)}`;
  return {
    level: severityMap[severityOf(result)].sarif,
    ...(report.owner && { properties: toOwnerProperties(report.owner) }),
    message: { text: `${withoutLinks(describeProblem(result))}\n\nObject: ${formatObject(report)}${source}` },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: toUri(path) },
          region: { startLine: line, startColumn: column, endLine: line, endColumn: column + 1 },
        },
        logicalLocations: [
          {
            name: toPlainText(report.subject.name),
            fullyQualifiedName: formatObject(report),
            kind: 'resource',
          },
        ],
      },
    ],
  };
}

function toOwnerProperties({ groupResource, name, isCertain }: TopOwner): object {
  return { owner: toPlainText(`${groupResource}/${name}`), ownerIsCertain: isCertain };
}

/** An error is no violation that a baseline could know, and an accepted one is none to it. */
function baselineStateOf({ result: { baseline, result } }: Finding): string {
  if (baseline === undefined) return result === 'error' ? 'new' : 'unchanged';
  return { new: 'new', changed: 'updated', known: 'unchanged' }[baseline];
}

function isAccepted({ result }: Finding): boolean {
  return result.exception !== undefined;
}

function toSuppressions({ result: { exception } }: Finding): readonly object[] {
  return exception === undefined ? [] : [toSuppression(exception)];
}

function toSuppression({ reason, owner, expiresAt, saidBy }: PolicyException): object {
  const details = [
    ...(saidBy === undefined ? [] : ["by the object's own annotation"]),
    ...(owner === undefined ? [] : [`owner: ${owner}`]),
    ...(expiresAt === undefined ? [] : [`until ${expiresAt.toISOString()}`]),
  ];
  const justification = details.length === 0 ? reason : `${reason} (${details.join(', ')})`;
  const kind = saidBy === undefined ? 'external' : 'inSource';
  return { kind, status: 'accepted', justification: toPlainText(justification) };
}

/** A SARIF message turns `[text](target)` into a link. */
function withoutLinks(text: string): string {
  return text.replaceAll('](', '] (');
}

function toUri(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}

const maxName = 255;
const maxDescription = 1024;
const problemSeverities = { error: 'error', warning: 'warning', note: 'recommendation' } as const;

/** A policy as a rule of code scanning. */
function toRule(policy: Policy): object {
  const { sarif, securitySeverity } = severityMap[policy.severity ?? 'unset'];
  const name = toPlainText(policy.name);
  const category = toPlainText(policy.category ?? '');
  const title = toPlainText(formatPolicy(policy));
  const mode = policy.mode === 'monitor' ? 'only reports violations' : 'rejects violations at admission';
  const help = 'The message of each result says what violates it. See the policy and its settings with:';
  const command = `kubectl get ${commandArguments(policy)} -o yaml`;
  return {
    id: toPlainText(policy.uniqueName),
    name: cut(name, maxName),
    shortDescription: { text: cut(name, maxDescription) },
    fullDescription: { text: cut(`The Kubewarden policy ${title}, which ${mode}.`, maxDescription) },
    help: {
      text: `${title}\n\n${help}\n\n${command}`,
      markdown: `**${escapeMarkdown(title)}**\n\n${help}\n\n<code>${escapeMarkdown(command)}</code>`,
    },
    defaultConfiguration: { level: sarif },
    properties: {
      tags: ['security', 'kubernetes', 'kubewarden', ...(category === '' ? [] : [category])],
      precision: 'very-high',
      'problem.severity': problemSeverities[sarif],
      ...(securitySeverity !== undefined && { 'security-severity': securitySeverity }),
    },
  };
}

function commandArguments({ kind, name, namespace }: Policy): string {
  const resource = `${kind.toLowerCase().replace(/y$/, 'ie')}s.policies.kubewarden.io`;
  return toPlainText(`${resource} ${name}${namespace === undefined ? '' : ` -n ${namespace}`}`);
}

function cut(text: string, length: number): string {
  return (text.length <= length ? text : `${text.slice(0, length - 1)}…`).toWellFormed();
}

/** Whether the scan saw everything, and what it did not see. */
function toInvocation({ outcome, gate }: AuditDocument): object {
  const { input } = outcome.coverage;
  return {
    executionSuccessful: outcome.complete,
    exitCode: gate.exitCode,
    startTimeUtc: outcome.run.startedAt.toISOString(),
    endTimeUtc: outcome.finishedAt.toISOString(),
    properties: { gate: gate.result, coverage: toCoverageFields(outcome.coverage) },
    toolExecutionNotifications: [
      ...listMissed(outcome).map((missed) => toNotification('error', formatMissed(missed), missed.code)),
      ...(input?.warnings ?? []).map((one) => toNotification('warning', describeWarning(one), one.code)),
      ...describeInput(input, { verbose: true }).map((text) => toNotification('note', text)),
    ],
  };
}

function toNotification(level: 'error' | 'warning' | 'note', text: string, code?: ErrorCode): object {
  return { level, message: { text }, ...(code !== undefined && { descriptor: { id: code } }) };
}
