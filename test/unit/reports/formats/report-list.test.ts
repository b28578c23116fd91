import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import Ajv from 'ajv';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { openReportsRenderer, policyReportRenderer } from '../../../../src/reports/formats/report-list.ts';
import type { AuditDocument, PieceRenderer } from '../../../../src/reports/renderer.ts';
import { renderText } from '../../../support/render-text.ts';
import { aFail, aPass, aReport, aUid } from '../../sinks/report-builders.ts';
import { aDocument, clusterContext, filesContext, fromFile, incomplete } from '../findings.ts';

type Item = {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; ownerReferences: object[]; annotations?: object };
  results: { timestamp: object; result: string }[];
};

function render(renderer: PieceRenderer, document: AuditDocument, context = clusterContext): Item[] {
  const list = JSON.parse(renderText(renderer, document, context)) as { items: Item[] };
  expect(list).toMatchObject({ apiVersion: 'v1', kind: 'List' });
  return list.items;
}

type Definition = {
  spec: { names: { kind: string }; versions: { schema: { openAPIV3Schema: object } }[] };
};

/** The schema by which the API server takes an object of this kind. */
async function schemaOf(group: string, kind: string): Promise<object> {
  const file = join(import.meta.dirname, '../../../cluster/crds', `${group}.yaml`);
  const definitions = parseAllDocuments(await readFile(file, 'utf8')).map((one) => one.toJS() as Definition);
  return definitions.find(({ spec }) => spec.names.kind === kind)!.spec.versions[0]!.schema.openAPIV3Schema;
}

const reports = [aReport('shop', [aFail('a')]), aReport('shop/web', [aFail('a'), aPass('b')])];

describe.each([
  ['policyreport', policyReportRenderer, 'wgpolicyk8s.io/v1alpha2', 'ClusterPolicyReport', 'PolicyReport'],
  ['openreports', openReportsRenderer, 'openreports.io/v1alpha1', 'ClusterReport', 'Report'],
] as const)('%s', (_format, renderer, apiVersion, clusterKind, kind) => {
  it('is a List of what the scanner would store', () => {
    const items = render(renderer, aDocument(reports));
    expect(items).toMatchObject([
      { apiVersion, kind: clusterKind, metadata: { name: aUid(1) } },
      {
        apiVersion,
        kind,
        metadata: { name: aUid(1), namespace: 'shop', ownerReferences: [{ name: 'web' }] },
        results: [
          { result: 'fail', timestamp: { seconds: 1795514400, nanos: 0 } },
          { result: 'pass', timestamp: { seconds: 1795514400, nanos: 0 } },
        ],
      },
    ]);
    expect(items.map(({ metadata }) => metadata.annotations)).toEqual([undefined, undefined]);
  });

  it('is what the API server takes', async () => {
    const ajv = new Ajv({ unknownFormats: 'ignore', allErrors: true });
    for (const item of render(renderer, aDocument(reports, incomplete))) {
      const validate = ajv.compile(await schemaOf(apiVersion.split('/')[0]!, item.kind));
      validate(item);
      expect(validate.errors ?? []).toEqual([]);
      expect(validate({ ...item, results: [{ result: 'maybe' }] })).toBe(false);
    }
  });

  it('is an empty List for an empty scan', () => {
    expect(render(renderer, aDocument([]))).toEqual([]);
  });

  it('owns nothing that comes from a file: the garbage collector would remove it', () => {
    const report = fromFile(aReport('shop/web', [aFail('a')]), { path: 'a.yaml', line: 1, column: 1 });
    const [item] = render(renderer, aDocument([report]), filesContext);
    expect(item?.metadata.ownerReferences).toEqual([]);
  });

  it('says on every report that the scan was incomplete', () => {
    const items = render(renderer, aDocument(reports, incomplete));
    const annotations = {
      'audit-scanner.kubewarden.io/complete': 'false',
      'audit-scanner.kubewarden.io/coverage': '2 namespaces, 2 resource types: all 12 checks in full',
    };
    expect(items.map(({ metadata }) => metadata.annotations)).toEqual([annotations, annotations]);
  });
});
