import { expect, it } from 'vitest';
import { jsonRenderer } from '../../../../src/reports/formats/json.ts';
import { jsonlRenderer } from '../../../../src/reports/formats/jsonl.ts';
import { renderText } from '../../../support/render-text.ts';
import { aDocument, demo, hostile, plain } from '../documents.ts';

function parseLines(text: string): object[] {
  expect(text.endsWith('\n')).toBe(true);
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as object);
}

it('writes the results of one report as the objects of the JSON document, one a line', () => {
  const report = demo.slice(3, 4);
  const { results } = JSON.parse(renderText(jsonRenderer, aDocument(report), plain)) as { results: object[] };
  const lines = report.flatMap((single) => parseLines(jsonlRenderer.renderReport(single)));
  expect(lines).toEqual(results.map((result) => ({ kind: 'Result', ...result })));
  expect(lines).toHaveLength(2);
});

it('ends with the run', () => {
  const document = aDocument(demo);
  const { results, ...run } = JSON.parse(renderText(jsonRenderer, document, plain)) as Record<
    string,
    unknown
  >;
  expect(results).toHaveLength(7);
  expect(parseLines(jsonlRenderer.renderEnd(document, plain))).toEqual([{ ...run, kind: 'Summary' }]);
});

it('gives a hostile finding one line', () => {
  const [report] = hostile;
  if (report === undefined) throw new Error('there is one');
  const text = jsonlRenderer.renderReport(report);
  expect(parseLines(text)).toHaveLength(1);
  expect(text.trimEnd()).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u202e]/);
});
