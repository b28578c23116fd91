import type { AuditOutcome } from '../../src/domain/audit.ts';
import type { BaselineEntry } from '../../src/domain/baseline.ts';
import type { ResourceReport } from '../../src/domain/report.ts';
import { htmlRenderer } from '../../src/reports/formats/html/html.ts';
import type { HistoryEntry } from '../../src/reports/history.ts';
import type { AuditDocument, RenderContext } from '../../src/reports/renderer.ts';
import { aDocument, anError, clusterContext, incomplete } from '../unit/reports/findings.ts';
import { aFail, aReport, aSubject } from '../unit/sinks/report-builders.ts';
import { aCoverage, anException, aPolicy } from './builders.ts';

const severities = ['critical', 'high', 'medium', 'low', undefined, 'info'] as const;
const policies = [
  'no-privileged-pod',
  'trusted-registries',
  'memory-limits',
  'required-labels',
  'read-only-root-filesystem',
  'approved-capabilities',
].map((name, index) => aPolicy(name, { severity: severities[index] }));
const namespaces = ['payments', 'shop', 'monitoring', 'legacy', 'team-alpha'];

/** So many findings of six policies on Pods in five namespaces, three Pods to a Deployment; some of them have no answer. */
export function manyFindings(count: number): readonly ResourceReport[] {
  return Array.from({ length: count }, (_, index) => {
    const policy = policies[index % policies.length]!;
    const namespace = namespaces[Math.floor(index / 7) % namespaces.length]!;
    const number = String(index).padStart(5, '0');
    const subject = aSubject(`${namespace}/web-${number}`, { apiVersion: 'v1', kind: 'Pod' });
    const message = `container "app-${number}" breaks ${policy.name}: spec.containers[0] is not what it has to be`;
    const result = index % 50 === 49 ? anError(policy, 'no answer in 10 s') : aFail(policy, message);
    const owner = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      groupResource: 'deployments.apps',
      name: `web-${Math.floor(index / 3)}`,
      isCertain: true,
    };
    return { ...aReport(subject, [result]), groupResource: 'pods', owner };
  });
}

const accepted = anException({ owner: 'team-shop', expiresAt: new Date('2027-02-01T00:00:00Z') });

/** A run with something in every part of the page: gaps, exceptions of every state, results against a baseline. */
export function aFullDocument(): AuditDocument {
  const findings = manyFindings(60);
  const states = ['new', 'changed', 'known'] as const;
  const reports = findings.map((report, index) => ({
    ...report,
    results: report.results.map((result) => ({
      ...result,
      ...(result.result === 'fail' && { baseline: states[index % 3] }),
      ...(result.result === 'fail' && index % 10 === 0 && { exception: accepted }),
    })),
  }));
  return aDocument(reports, { ...incomplete, ...inEveryPart });
}

const noneFailed = { critical: 0, high: 0, medium: 0, low: 0, info: 0, unset: 0 };

/** An entry of a baseline. */
export function anEntry(overrides: Partial<BaselineEntry>): BaselineEntry {
  const key = { policy: 'no-root', group: '', kind: 'Namespace', namespace: undefined, name: 'gone' };
  return { ...key, resources: [], severity: 'low', messages: [], ...overrides };
}

const inEveryPart: Partial<AuditOutcome> = {
  baseline: {
    source: 'old.json',
    takenAt: new Date('2026-11-01T14:00:00Z'),
    warnings: ['the scan that it came of was incomplete'],
    counts: { new: 18, changed: 19, known: 17, fixed: 1, unseen: 1 },
    failBySeverity: { new: noneFailed, changed: noneFailed, known: noneFailed },
    fixed: [anEntry({ group: 'apps', kind: 'Deployment', namespace: 'shop', name: 'web', severity: 'high' })],
    unseen: [anEntry({ name: 'gone' })],
  },
  exceptions: [
    { exception: accepted, state: 'used', findings: 6 },
    {
      exception: anException({ expiresAt: new Date('2026-11-01T00:00:00Z') }),
      state: 'expired',
      findings: 2,
    },
    { exception: anException({ policy: 'gone' }), state: 'unused', findings: 0 },
  ],
  coverage: aCoverage({
    cells: { scanned: 231, partial: 6, failed: 3, empty: 188, skipped: 12 },
    ignoredNamespaces: ['kube-system'],
    gaps: [
      {
        state: 'failed',
        policies: [],
        resource: 'secrets',
        namespace: 'payments',
        code: 'AS-3101',
        reason: 'not allowed to list secrets',
        missing: undefined,
      },
    ],
  }),
};

/** A saved result, of the day of this number in November. */
export function anEarlierRun(day: number, overrides: Partial<HistoryEntry & object> = {}): HistoryEntry {
  return {
    file: `${String(day).padStart(2, '0')}.json`,
    runUid: `run-${day}`,
    finishedAt: new Date(Date.UTC(2026, 10, day, 2)),
    complete: day % 5 !== 0,
    failBySeverity: { critical: 2, high: 30 - day, medium: 20, low: 10, unset: 0, info: 3 },
    error: 0,
    accepted: 1,
    target: { mode: 'cluster', context: 'kind-demo', server: 'https://127.0.0.1:6443' },
    filters: undefined,
    ...overrides,
  };
}

export const withHistory: RenderContext = {
  ...clusterContext,
  history: [
    ...Array.from({ length: 12 }, (_, index) => anEarlierRun(2 * index + 1)),
    anEarlierRun(4, { target: { mode: 'cluster', context: 'other', server: 'https://other' } }),
    { file: 'broken.json', unreadable: 'it was cut short' },
  ],
};

export function aPage(document: AuditDocument, context = clusterContext): string {
  return htmlRenderer.render(document, context);
}
