import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { ResourceReport } from '../../../src/domain/report.ts';
import { reportMapperFor } from '../../../src/reports/report-kinds.ts';
import { runInProcess } from '../../support/in-process.ts';
import { aDocument } from '../../unit/reports/documents.ts';
import { aFail, aPass, aReport, aSubject, aUid } from '../../unit/sinks/report-builders.ts';
import { renderJson } from '../../unit/sources/results/saved-files.ts';
import { type Handler, sendJson, sendStatus, startServer } from './loopback.ts';

const folder = await mkdtemp(join(tmpdir(), 'stored-'));
afterAll(() => rm(folder, { recursive: true }));

const reportsPath = '/apis/wgpolicyk8s.io/v1alpha2/policyreports';
const reportsOfCluster = '/apis/wgpolicyk8s.io/v1alpha2/clusterpolicyreports';

const deployment = { resource: 'deployments', responseKind: { kind: 'Deployment' }, scope: 'Namespaced' };
/** The server behind example.com does not answer. */
const discovery = {
  kind: 'APIGroupDiscoveryList',
  items: [
    { metadata: { name: 'apps' }, versions: [{ version: 'v1', resources: [deployment] }] },
    { metadata: { name: 'example.com' }, versions: [{ version: 'v1', freshness: 'Stale' }] },
  ],
};

const widget = aReport(
  aSubject('shop/gear', { apiVersion: 'example.com/v1', kind: 'Widget', uid: aUid(2) }),
  [aFail('picky')],
);
const web = aReport('shop/web', [aFail('picky')]);

function stored(report: ResourceReport): Record<string, unknown> {
  const stamp = { runUid: 'run', timestamps: report.results.map(() => 1_795_000_000) };
  const body = reportMapperFor('policyreport').toBody(report, stamp) as Record<string, unknown>;
  const metadata = { ...(body['metadata'] as object), uid: report.subject.uid, resourceVersion: '1' };
  return { ...body, metadata };
}

/** An API server with these reports, which may refuse a list of them. */
async function startCluster(
  reports: readonly ResourceReport[],
  refuses: (path: string, nth: number) => boolean = () => false,
) {
  const lists: string[] = [];
  const handle: Handler = ({ path }, response) => {
    if (path === '/api' || path === '/apis') {
      sendJson(response, path === '/apis' ? discovery : { ...discovery, items: [] });
    } else if (path === reportsPath || path === reportsOfCluster) {
      lists.push(path);
      const nth = lists.filter((one) => one === path).length;
      if (refuses(path, nth)) sendStatus(response, 403, { reason: 'Forbidden', message: 'not you' });
      else sendJson(response, { metadata: {}, items: path === reportsPath ? reports.map(stored) : [] });
    } else if (path.includes('/policies.kubewarden.io/')) {
      sendJson(response, { metadata: {}, items: [] });
    } else sendStatus(response, 404, { reason: 'NotFound', message: 'no such thing' });
  };
  const { url } = await startServer(handle);
  const kubeconfig = join(folder, `${lists.length}-${reports.length}-${new URL(url).port}`);
  await writeFile(
    kubeconfig,
    JSON.stringify({
      'current-context': 'test',
      clusters: [{ name: 'test', cluster: { server: url } }],
      contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
      users: [{ name: 'test', user: {} }],
    }),
  );
  return {
    lists,
    run: (...argv: string[]) =>
      runInProcess([...argv, '--report-kind', 'policyreport'], { env: { KUBECONFIG: kubeconfig } }),
  };
}

async function aSavedResult(): Promise<string> {
  const path = join(folder, 'saved.json');
  await writeFile(path, renderJson(aDocument([])));
  return path;
}

type Document = {
  readonly incomplete: readonly { readonly code: string; readonly message: string; readonly count: number }[];
  readonly results: readonly { readonly resource: { readonly name: string } }[];
};

describe('stored reports', () => {
  it('are listed once for a diff, so that nothing that was there for its outcome is missing in it', async () => {
    const { lists, run } = await startCluster([web], (_, nth) => nth > 1);
    const { stdout } = await run('diff', await aSavedResult(), 'cluster');
    expect(lists.toSorted()).toEqual([reportsOfCluster, reportsPath]);
    expect(stdout).toContain('Deployment.apps/web');
  });

  it.each([
    { words: ['diff', 'OLD', 'cluster'], code: 3 },
    { words: ['diff', 'cluster', 'OLD'], code: 0 },
    { words: ['report'], code: 3 },
  ])('that cannot be listed in one place are said to be missing by $words', async ({ words, code }) => {
    const good = aReport('shop/web', [aPass('picky')]);
    const { run } = await startCluster([good], (path) => path === reportsOfCluster);
    const old = await aSavedResult();
    const result = await run(...words.map((word) => (word === 'OLD' ? old : word)));
    expect(result.stdout.replaceAll(/\s+/g, ' ')).toContain(
      'the stored clusterpolicyreports.wgpolicyk8s.io could not be listed: not you (403)',
    );
    expect(result.code).toBe(code);
  });

  it('of a type that the API server cannot name may be what a filter of kinds asks for', async () => {
    const { run } = await startCluster([web, widget]);
    const read = async (...argv: string[]) => {
      const { stdout } = await run('report', ...argv, '-o', 'json');
      const { results, incomplete } = JSON.parse(stdout) as Document;
      const doubts = incomplete.filter(({ message }) => message.includes('Widget.example.com'));
      return [results.map(({ resource }) => resource.name).toSorted(), doubts] as const;
    };
    const doubt = {
      code: 'AS-5154',
      message:
        'stored reports of Widget.example.com may not be among the kinds that were asked for: cannot tell which types example.com/v1 has: the server behind it does not answer the API server',
      count: 1,
    };
    expect(await read('--include-kinds', 'gears')).toMatchObject([['gear'], [doubt]]);
    expect(await read('--exclude-kinds', 'gears')).toMatchObject([['gear', 'web'], [doubt]]);
    expect(await read('--include-kinds', 'widget')).toEqual([['gear'], []]);
    expect(await read('--include-kinds', 'deployments.apps')).toEqual([['web'], []]);
    expect(await read()).toEqual([['gear', 'web'], []]);
  });
});
