import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runInProcess } from '../../support/in-process.ts';

/* A page that shows what earlier runs came to: the example api is privileged, and node-agent, too. */

const examples = join(import.meta.dirname, '../../../examples');
let folder: string;
let results: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'history-'));
  results = join(folder, 'results');
  await mkdir(results);
  await scan('-o', `json=${join(results, 'first.json')}`);
  await scan('-o', `json=${join(results, 'second.json')}`);
  const first = await readFile(join(results, 'first.json'), 'utf8');
  await writeFile(join(results, 'broken.json'), first.slice(0, -100));
  await writeFile(join(results, 'elsewhere.json'), ofCluster(first));
}, 60_000);

afterAll(() => rm(folder, { recursive: true }));

function scan(...args: readonly string[]) {
  const policy = join(examples, 'policies/no-privileged.yaml');
  return runInProcess(['scan', join(examples, 'manifests'), '--policies', policy, ...args]);
}

/** The same result as if it were of a cluster, and of another run. */
function ofCluster(text: string): string {
  const { metadata, ...rest } = JSON.parse(text) as { metadata: object };
  const other = { runUID: 'another', mode: 'cluster', context: 'prod', server: 'https://prod' };
  return JSON.stringify({ ...rest, metadata: { ...metadata, ...other } });
}

async function readTrend(page: string): Promise<string> {
  const section = /<section id="trend"[\s\S]*?<\/section>/.exec(await readFile(page, 'utf8'))?.[0] ?? '';
  return section.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');
}

it('draws earlier runs, and marks those that cannot be compared or used', async () => {
  const page = join(folder, 'page.html');
  const { code, stderr } = await scan('-o', `html=${page}`, '--history', results);
  expect({ code, stderr }).toMatchObject({ code: 1 });
  const trend = await readTrend(page);
  expect(trend).toMatch(/From 2 violations on \d{4}-\d\d-\d\d to 2/);
  expect(trend).toMatch(/first\.json .*about something else: prod|about something else: prod .*first\.json/);
  expect(trend).toContain('second.json');
  expect(trend).toContain(
    '1 file could not be used, and is missing above: broken.json : it was cut short: its end is missing',
  );
  expect(trend).not.toContain(folder);
});

it('is drawn of a saved result, too, which is no run of its own', async () => {
  const page = join(folder, 'converted.html');
  const saved = join(results, 'second.json');
  const { code } = await runInProcess(['convert', saved, '-o', `html=${page}`, '--history', results]);
  expect(code).toBe(1);
  expect(await readTrend(page)).toContain('second.json the same run as this run');
});

it.each([
  ['scan', () => scan('-o', `html=${join(folder, 'no.html')}`, '--history', join(folder, 'gone'))],
  [
    'convert',
    () =>
      runInProcess([
        ...['convert', join(results, 'first.json'), '-o', `html=${join(folder, 'no.html')}`],
        ...['--history', join(folder, 'gone')],
      ]),
  ],
])('%s refuses a folder that is not there', async (_name, run) => {
  const { code, stdout, stderr } = await run();
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain(`cannot read --history ${join(folder, 'gone')}: `);
  expect(stderr).toContain('[AS-2067]');
});
