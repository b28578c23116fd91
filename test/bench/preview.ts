import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Bench, type ScanFigures, scanArguments, startBench } from './audit.ts';
import { policies, type Workload } from './workload.ts';

const workload: Workload = { namespaces: 100, perNamespace: 100, policies: 'one', podsOnly: true };
const runs = 3;

/** A policy over 10,000 live Pods: installed, as a file, and the file compared with the installed one. */
export async function measurePreview(
  scanner: readonly string[],
  log: (line: string) => void,
): Promise<readonly ScanFigures[]> {
  const directory = await mkdtemp(join(tmpdir(), 'audit-bench-'));
  const bench = await startBench(workload, log);
  try {
    const file = join(directory, 'new.json');
    const items = policies(workload);
    await writeFile(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
    const installed = scanArguments(bench, 'embedded');
    const compared = installed.map((word) => (word === 'name' ? 'json' : word));
    const commands = {
      'installed, --engine embedded': installed,
      'scan --policies new.yaml': [...installed, '--policies', file],
      'scan --policies new.yaml --compare': [...compared, '--policies', file, '--compare'],
    };
    const rows: ScanFigures[] = [];
    for (let run = 0; run < runs; run += 1)
      for (const [label, argv] of Object.entries(commands))
        rows.push(await scan(bench, label, [...scanner, ...argv]));
    return Object.keys(commands).flatMap((label) => fastest(rows.filter((row) => row.label === label)));
  } finally {
    await bench.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

async function scan(bench: Bench, label: string, argv: readonly string[]): Promise<ScanFigures> {
  const figures = await bench.scan(label, argv);
  if (![0, 1].includes(figures.exitCode))
    throw new Error(`${label} ended with exit code ${figures.exitCode}:\n${figures.stderr}`);
  return { ...figures, evaluations: workload.namespaces * workload.perNamespace };
}

function fastest(rows: readonly ScanFigures[]): readonly ScanFigures[] {
  return rows.toSorted((a, b) => a.wallSeconds - b.wallSeconds).slice(0, 1);
}
