import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import type { AuditOutcome } from '../../../../src/domain/audit.ts';
import { AuditError, errorCodes } from '../../../../src/domain/errors.ts';
import type { PolicyResult, ResourceReport } from '../../../../src/domain/report.ts';
import { jsonRenderer } from '../../../../src/reports/formats/json.ts';
import { jsonlRenderer } from '../../../../src/reports/formats/jsonl.ts';
import type { AuditDocument, RenderContext } from '../../../../src/reports/renderer.ts';
import { aCoverage, anException, aPolicy } from '../../../support/builders.ts';
import { renderText } from '../../../support/render-text.ts';
import { anOutcome } from '../../cli/support.ts';
import { aDocument, plain } from '../../reports/documents.ts';
import { aFail, aReport, aSubject } from '../../sinks/report-builders.ts';

const folder = await mkdtemp(join(tmpdir(), 'saved-'));
afterAll(() => rm(folder, { recursive: true }));
let files = 0;

/** The path of a file with this content. */
export async function aFile(content: string): Promise<string> {
  files += 1;
  const path = join(folder, `${files}.json`);
  await writeFile(path, content);
  return path;
}

export function renderJson(document: AuditDocument, context: RenderContext = plain): string {
  return renderText(jsonRenderer, document, context);
}

export function renderJsonl(document: AuditDocument, context: RenderContext = plain): string {
  return [
    ...document.reports.map((report) => jsonlRenderer.renderReport(report)),
    jsonlRenderer.renderEnd(document, context),
  ].join('');
}

const privileged = aPolicy('no-privileged', { severity: 'high', category: 'Pod security', mutating: true });
const quotas = aPolicy('quotas', { kind: 'AdmissionPolicy', namespace: 'shop', severity: undefined });
const slow = aPolicy('slow', { severity: 'low' });

function anErrorOf(message: string): PolicyResult {
  return { policy: slow, result: 'error', message, errorCode: errorCodes.evaluationTimeout };
}

const owner = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  groupResource: 'deployments.apps',
  name: 'web',
  isCertain: true,
};

const saidBy = { groupResource: 'deployments.apps', namespace: 'shop', name: 'api' };

/** Results with everything that a result may have. */
const eventful: readonly ResourceReport[] = [
  {
    ...aReport(aSubject('shop/web-7d9', { apiVersion: 'v1', kind: 'Pod', uid: 'a' }), [
      aFail(privileged, 'container "web" of web-7d9 is privileged'),
      anErrorOf('took too long'),
    ]),
    groupResource: 'pods',
    owner,
  },
  {
    ...aReport(aSubject('shop/api'), [
      aFail(quotas, 'no \u0007 quota'),
      {
        ...aFail(privileged),
        exception: anException({ owner: 'team-shop', expiresAt: new Date('2027-02-01') }),
      },
      { ...aFail(aPolicy('own')), exception: anException({ origin: undefined, saidBy }) },
    ]),
    origin: { path: 'deploy/api.yaml', line: 4, column: 1 },
  },
];

const filters = {
  scope: { cluster: false, namespaces: ['shop'] },
  ignoreNamespaces: [],
  labelSelector: 'app=web',
  policies: { include: [], exclude: ['x-*'] },
  kinds: { include: [], exclude: [] },
};

/** A run in which everything happened that a run may tell of. */
function anEventfulOutcome(overrides: Partial<AuditOutcome> = {}): AuditOutcome {
  return anOutcome(
    {
      complete: false,
      interrupted: true,
      filters,
      policies: [privileged, quotas, slow].map((policy) => ({
        policy,
        state: 'audited',
        reason: undefined,
        notes: ['pods/exec: subresource'],
      })),
      incidents: [
        {
          error: new AuditError(errorCodes.listForbidden, 'not allowed'),
          scope: { resource: 'secrets', namespace: 'shop', policy: 'ClusterAdmissionPolicy/slow' },
          count: 2,
        },
      ],
      evaluationFailures: [
        { policy: slow, code: errorCodes.evaluationTimeout, message: 'took too long', count: 1 },
      ],
      exceptions: [
        {
          exception: anException({ owner: 'team-shop', expiresAt: new Date('2027-02-01') }),
          state: 'used',
          findings: 1,
        },
        { exception: anException({ origin: undefined, saidBy }), state: 'used', findings: 3, objects: 2 },
        {
          exception: anException({ origin: undefined, saidBy: { ...saidBy, cluster: 'prod' } }),
          state: 'expired',
          findings: 1,
          objects: 1,
        },
      ],
      annotations: {
        accepted: 3,
        invalid: [
          { object: saidBy, origin: undefined, problems: ['it is empty'], objects: 1 },
          {
            object: { ...saidBy, cluster: 'prod' },
            origin: undefined,
            problems: ['it is empty'],
            objects: 1,
          },
        ],
      },
      load: { mode: 'normal', atMost: 10, servers: [{ server: 'default', highest: 7, last: 3, halved: 1 }] },
      connections: [{ server: 'default', mode: 'per-request', reason: 'no endpoints', endpoints: 0 }],
      coverage: aCoverage({
        gaps: [
          {
            state: 'failed',
            policies: ['ClusterAdmissionPolicy/slow'],
            resource: 'secrets',
            namespace: undefined,
            code: errorCodes.listForbidden,
            reason: 'not allowed',
            missing: undefined,
          },
        ],
        skipped: [
          {
            policy: 'ClusterAdmissionPolicy/slow',
            resource: 'pods',
            namespaces: 1,
            names: ['kube'],
            reason: 'its own',
          },
        ],
        kept: [{ resource: 'pods', count: 3, oldest: new Date('2026-11-01'), newest: undefined }],
        input: {
          objects: 2,
          leftOut: [{ path: 'deploy/README.md', reason: 'no manifest', count: 1 }],
          warnings: [
            {
              code: errorCodes.keyRepeated,
              message: 'the key "a" stands twice',
              origin: { path: 'deploy/a.yaml', line: 3, column: 1 },
            },
          ],
        },
      }),
      ...overrides,
    },
    {
      resources: 2,
      evaluations: 4,
      reuse: { reused: 1, confirmed: 1, sampleSeed: 7 },
      results: { pass: 0, fail: 2, warn: 0, error: 1, skip: 0 },
      accepted: 1,
      failBySeverity: { high: 1, unset: 1 },
    },
  );
}

/** The document of that run. */
export function anEventfulDocument(overrides: Partial<AuditOutcome> = {}): AuditDocument {
  return aDocument(eventful, { outcome: anEventfulOutcome(overrides) });
}
