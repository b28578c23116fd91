import type { ApiObject } from '../support/cluster/api-client.ts';
import { type Bench, dropInArguments, type ScanFigures, startBench } from './audit.ts';

const recordPath = '/apis/wgpolicyk8s.io/v1alpha2/clusterpolicyreports/audit-scanner-run';
const annotation = 'audit-scanner.io/';
const hourMs = 60 * 60 * 1000;

/** Runs over a cluster whose reports are stored: what is reused when nothing, an hour's share, or a hundredth of the objects is to be asked. */
export async function measureReuse(bench: Bench, scanner: readonly string[]): Promise<ScanFigures[]> {
  const scan = reusing(bench, scanner);
  const sealed = await scan('first run, which seals the reports');
  const nothing = await scan('nothing due');
  const unchecked = await scan('nothing due, without a sample', '--verify-sample', '0');
  await moveMarks(bench, hourMs);
  const slice = await scan('an hour due');
  await changeObjects(bench);
  const changed = await scan('1 % of the objects changed');
  return [sealed, nothing, unchecked, slice, changed];
}

type Scan = (label: string, ...flags: string[]) => Promise<ScanFigures>;

function reusing(bench: Bench, scanner: readonly string[]): Scan {
  const command = [...scanner, ...dropInArguments(bench), '--reuse-results', '24h', '--pure-policies', '*'];
  return async (label, ...flags) => {
    const figures = await bench.scan(`reuse, ${label}`, [...command, ...flags]);
    if (figures.exitCode !== 0)
      throw new Error(`${label} ended with ${figures.exitCode}:\n${figures.stderr}`);
    return figures;
  };
}

/** At 10,000 and at 100,000 resources: a run that stores everything, and one for which nothing is due. */
export async function measureReuseMemory(
  scanner: readonly string[],
  log: (line: string) => void,
): Promise<readonly [small: ScanFigures[], large: ScanFigures[]]> {
  const measure = async (perNamespace: number): Promise<ScanFigures[]> => {
    const bench = await startBench({ namespaces: 100, perNamespace, policies: 'one' }, log);
    try {
      const scan = reusing(bench, scanner);
      const what = `${100 * perNamespace} resources`;
      return [await scan(`${what}, all reports new`), await scan(`${what}, nothing due`)];
    } finally {
      await bench.stop();
    }
  };
  return [await measure(100), await measure(1000)];
}

/** As if the last run had been so much earlier. */
async function moveMarks({ cluster }: Bench, ms: number): Promise<void> {
  const { metadata } = await cluster.request('GET', recordPath);
  const annotations = metadata['annotations'] as Record<string, string>;
  if (!(`${annotation}reuse` in annotations)) throw new Error('the last run left no marks');
  const earlier = (text: string): string =>
    text.replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, (time) => new Date(Date.parse(time) - ms).toISOString());
  const moved = Object.entries(annotations).map(([name, text]) => [name, earlier(text)] as const);
  await cluster.request('PATCH', recordPath, { metadata: { annotations: Object.fromEntries(moved) } });
}

/** One Pod of each namespace has another label. */
async function changeObjects({ cluster }: Bench): Promise<void> {
  const { items } = await cluster.request<{ items: ApiObject[] }>('GET', '/api/v1/namespaces');
  for (const { metadata } of items.filter(({ metadata: { name } }) => name.startsWith('team-'))) {
    const path = `/api/v1/namespaces/${metadata.name}/pods/object-00000`;
    await cluster.request('PATCH', path, { metadata: { labels: { changed: 'yes' } } });
  }
}
