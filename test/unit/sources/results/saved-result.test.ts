import { describe, expect, it } from 'vitest';
import type { ResourceReport } from '../../../../src/domain/report.ts';
import { baselineRenderer } from '../../../../src/reports/formats/baseline.ts';
import { readSavedResult } from '../../../../src/sources/results/saved-result.ts';
import { renderText } from '../../../support/render-text.ts';
import { checkResultJson } from '../../../support/result-schema.ts';
import { aDocument, demo, hostile, plain } from '../../reports/documents.ts';
import { aFile, anEventfulDocument, renderJson, renderJsonl } from './saved-files.ts';

async function readBack(text: string) {
  const saved = await readSavedResult(await aFile(text));
  const reports: ResourceReport[] = [];
  for await (const report of saved.readReports()) reports.push(report);
  const { outcome, gate, target, toolVersion, results } = saved;
  return renderJson({ outcome, gate, reports }, { ...plain, toolVersion, target, results });
}

describe('a saved result', () => {
  const documents = {
    'an eventful run': anEventfulDocument(),
    'every kind of finding': aDocument(demo),
    'hostile names': aDocument(hostile),
    'no findings': aDocument([]),
  };

  it.each(Object.entries(documents))(
    'of %s is the same when it was read and is rendered again',
    async (_, given) => {
      const text = renderJson(given);
      expect(await readBack(text)).toBe(text);
      expect(await readBack(renderJsonl(given))).toBe(text);
    },
  );

  it.each(Object.values(documents))('fits the published schema', (given) => {
    for (const text of [renderJson(given), renderJsonl(given), renderText(baselineRenderer, given, plain)])
      checkResultJson(text);
  });

  it.each([
    ['on one line', (text: string) => JSON.stringify(JSON.parse(text))],
    [
      'in another order',
      (text: string) => {
        const { results, ...run } = JSON.parse(text) as Record<string, unknown>;
        return JSON.stringify({ results, ...run });
      },
    ],
  ])('may be %s', async (_, rewrite) => {
    const text = renderJson(anEventfulDocument());
    expect(await readBack(rewrite(text))).toBe(text);
  });

  it('says which results it holds, and which it would hold were there any', async () => {
    const resultsOf = async (results?: readonly ('pass' | 'fail' | 'error')[]) =>
      (await readSavedResult(await aFile(renderJson(aDocument([]), { ...plain, results })))).results;
    expect(await resultsOf()).toEqual(['fail', 'error']);
    expect(await resultsOf(['fail', 'error', 'pass'])).toEqual(['fail', 'error', 'pass']);
  });
});

describe('a file that is no saved result', () => {
  const whole = renderJson(anEventfulDocument());
  const lines = renderJsonl(anEventfulDocument()).trimEnd().split('\n');
  it.each([
    ['is empty', '', 'AS-2060', 'it is empty'],
    ['holds spaces only', '\n \n', 'AS-2060', 'it is empty'],
    ['is no JSON', 'NAME  READY\nweb   1/1\n', 'AS-2060', 'malformed or truncated JSON (at byte 0)'],
    ['is a list', '[{"a":1}]', 'AS-2060', 'malformed or truncated JSON (at byte 0)'],
    ['is of kubectl', '{"apiVersion":"v1","kind":"List","items":[]}', 'AS-2060', 'it is a List of v1'],
    ['is of another tool', '{"version":"2.1.0","runs":[]}', 'AS-2060', 'it has no apiVersion'],
    [
      'is of a newer version',
      whole.replace('io/v1"', 'io/v2"'),
      'AS-2062',
      'in the format audit-scanner.kubewarden.io/v2',
    ],
    [
      'has another shape',
      whole.replace('"complete": false', '"complete": "no"'),
      'AS-2060',
      'complete is not as it was saved',
    ],
    ['lost its end', whole.slice(0, -300), 'AS-2061', 'its end is missing'],
    ['lost half of its only line', lines[0]!.slice(0, 40), 'AS-2061', 'its end is missing'],
    ['lost its last line', `${lines.slice(0, -1).join('\n')}\n`, 'AS-2061', 'it lacks the last line'],
    ['lost half of its last line', lines.join('\n').slice(0, -90), 'AS-2061', 'it lacks the last line'],
  ])('because it %s', async (_, text, code, why) => {
    await expect(readSavedResult(await aFile(text))).rejects.toMatchObject({
      code,
      message: expect.stringContaining(why) as string,
    });
  });

  it('because it is not there', async () => {
    await expect(readSavedResult('/nonexistent/old.json')).rejects.toMatchObject({ code: 'AS-2006' });
  });

  it('because one of its results is broken, which shows when it is read', async () => {
    const path = await aFile(whole.replace('"result": "fail"', '"result": "maybe"'));
    const { readReports } = await readSavedResult(path);
    await expect(readReports().next()).rejects.toMatchObject({ code: 'AS-2060' });
  });
});
