import { AuditError, errorCodes } from '../../../src/domain/errors.ts';
import type { Policy } from '../../../src/domain/policy.ts';
import type { PolicyResult, ResourceReport } from '../../../src/domain/report.ts';
import type { AuditDocument, RenderContext } from '../../../src/reports/renderer.ts';
import { aPolicy } from '../../support/builders.ts';
import { aGate, anOutcome } from '../cli/support.ts';
import { aFail, aReport, aSubject } from '../sinks/report-builders.ts';

export const plain: RenderContext = {
  width: 100,
  color: false,
  headers: true,
  toolVersion: '1.2.3',
  target: { context: 'kind-demo', server: 'https://127.0.0.1:6443' },
  toRelativePath: (path) => path,
};

export function aDocument(
  reports: readonly ResourceReport[],
  overrides: Partial<AuditDocument> = {},
): AuditDocument {
  return { outcome: anOutcome(), gate: aGate(), reports, ...overrides };
}

function anError(policy: Policy, message: string): PolicyResult {
  const error = new AuditError(errorCodes.policyServerError, message);
  return { policy, result: 'error', message: error.message, errorCode: error.code };
}

const privileged = aPolicy('no-privileged-pod', { severity: 'high', category: 'Pod security' });
const images = aPolicy('verify-image-signatures', { severity: 'high' });
const repos = aPolicy('trusted-repos', { severity: 'high' });
const users = aPolicy('user-group-psp', { severity: 'medium' });
const labels = aPolicy('safe-labels', { severity: 'low' });
const watched = aPolicy('watched', {
  kind: 'AdmissionPolicy',
  namespace: 'shop',
  mode: 'monitor',
  severity: 'info',
});

/** Findings of every kind, in an order that no format may keep. */
export const demo: readonly ResourceReport[] = [
  aReport('legacy', [aFail(labels, 'mandatory label "owner" is missing')]),
  aReport('shop/web', [aFail(watched, 'too many replicas'), aFail('unrated', 'no severity')]),
  aReport('payments/api', [aFail(privileged, 'Privileged container is not allowed')]),
  aReport('legacy/ftp', [
    aFail(users, 'runAsUser 0 is not allowed, expected 1000-65535'),
    aFail(repos, 'registry "docker.io" is not in the allow list (image docker.io/ftpd:latest)'),
  ]),
  aReport('payments/reconcile', [
    anError(images, 'policy-server "default" answered 500: Something went wrong'),
  ]),
];

/** Everything that a name or message may try to do to a terminal, a table or a parser. */
export const hostile: readonly ResourceReport[] = [
  aReport(aSubject('sh\u001b[2Jop/we\nb\u0007'), [
    aFail(
      aPolicy('evil\u001b]0;title\u0007-\u009b31mpolicy', { category: 'a\tb' }),
      'first\r\nFAILED: 0\u001b[31m red \u202egnp.exe\u0000 ::error::x ]]> <b> | \u2028end',
    ),
  ]),
];
