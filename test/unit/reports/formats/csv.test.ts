import { expect, it } from 'vitest';
import { csvRenderer } from '../../../../src/reports/formats/csv.ts';
import { parseCsvRecord } from '../../../../src/text/csv.ts';
import { anException, aPolicy } from '../../../support/builders.ts';
import { renderText } from '../../../support/render-text.ts';
import { aFail } from '../../sinks/report-builders.ts';
import { aDocument, aPodOf, clusterContext, fromFile, web } from '../findings.ts';

const policy = aPolicy('no-root', { severity: 'high', category: 'Pod security' });

function records(text: string): readonly Record<string, string>[] {
  const [header = [], ...rows] = text
    .trimEnd()
    .split('\r\n')
    .map((record) => parseCsvRecord(record) ?? []);
  return rows.map((row) => Object.fromEntries(row.map((cell, index) => [header[index] ?? '', cell])));
}

it('gives each object a record, with its owner, its place and what is to be known of the violation', () => {
  const origin = { path: 'web.yaml', line: 4, column: 1 };
  const result = { ...aFail(policy, 'runs, as "root"'), exception: anException() };
  const report = fromFile(aPodOf({ ...web, isCertain: false }, 'shop/web-1', [result]), origin);
  expect(records(renderText(csvRenderer, aDocument([report]), clusterContext))).toEqual([
    {
      severity: 'high',
      result: 'accepted',
      namespace: 'shop',
      api_version: 'v1',
      kind: 'Pod',
      name: 'web-1',
      owner: 'deployments.apps/web',
      owner_certain: 'false',
      policy: 'no-root',
      policy_namespace: '',
      category: 'Pod security',
      mode: 'protect',
      message: 'runs, as "root"',
      code: '',
      baseline: '',
      exception: 'the vendor is on it',
      source: 'web.yaml:4:1',
      fingerprint: expect.stringMatching(/^[\da-f]{32}$/) as string,
      exception_by: 'file',
      exception_owner: '',
      exception_expires: '',
    },
  ]);
});

it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', ' =1', '\r\n@x'])(
  'gives a spreadsheet no formula to run: %j',
  (message) => {
    const report = aPodOf(undefined, 'shop/web-1', [aFail(policy, message)]);
    const [record] = records(renderText(csvRenderer, aDocument([report]), clusterContext));
    expect(record?.['message']).toBe(`'${message.trim()}`);
  },
);

it('has no header where none is wanted', () => {
  const context = { ...clusterContext, headers: false };
  expect(renderText(csvRenderer, aDocument([]), context)).toBe('');
});
