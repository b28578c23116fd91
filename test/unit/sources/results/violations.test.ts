import { expect, it } from 'vitest';
import { BaselineEntries } from '../../../../src/domain/baseline.ts';
import type { ResourceReport } from '../../../../src/domain/report.ts';
import { baselineRenderer } from '../../../../src/reports/formats/baseline.ts';
import { readSavedResult } from '../../../../src/sources/results/saved-result.ts';
import { readViolations } from '../../../../src/sources/results/violations.ts';
import { aPolicy } from '../../../support/builders.ts';
import { renderText } from '../../../support/render-text.ts';
import { anOutcome } from '../../cli/support.ts';
import { aDocument, plain } from '../../reports/documents.ts';
import { aFail, aReport, aSubject } from '../../sinks/report-builders.ts';
import { aFile, renderJson } from './saved-files.ts';

const ofProd = aPolicy('no-privileged', { severity: 'high' });
const ofTest = aPolicy('no-privileged', { severity: 'info' });
const policies = [
  { policy: ofProd, cluster: 'prod' },
  { policy: ofTest, cluster: 'test' },
].map((one) => ({ ...one, state: 'audited' as const, reason: undefined, notes: [] }));
const reports: readonly ResourceReport[] = [
  { ...aReport(aSubject('shop/web'), [aFail(ofProd)]), cluster: 'prod' },
  { ...aReport(aSubject('shop/web'), [aFail(ofTest)]), cluster: 'test' },
];
const document = aDocument(reports, { outcome: anOutcome({ policies }) });

it.each([
  ['a result', renderJson(document)],
  ['a baseline', renderText(baselineRenderer, document, plain)],
])('of %s keep their clusters, and the severity that the policy has there', async (_, text) => {
  const entries = new BaselineEntries();
  for await (const report of readViolations(await readSavedResult(await aFile(text)))) entries.add(report);
  expect(entries.list().map(({ cluster, severity }) => [cluster, severity])).toEqual([
    ['prod', 'high'],
    ['test', 'info'],
  ]);
});
