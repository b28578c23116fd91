import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ResourceReport } from '../../src/domain/report.ts';
import { jsonRenderer } from '../../src/reports/formats/json.ts';
import { outputFormats } from '../../src/reports/output-formats.ts';
import { manyFindings } from '../support/page-documents.ts';
import { aDocument, clusterContext } from '../unit/reports/findings.ts';
import { type Cost, measure } from './measure.ts';

/** A saved result in every format, and compared with one that differs in a hundredth. Three objects to an owner, a message for each. */
export async function measureSaved(scanner: readonly string[], findings: number): Promise<readonly Cost[]> {
  const folder = await mkdtemp(join(tmpdir(), 'audit-bench-'));
  try {
    const [old, now] = [join(folder, 'old.json'), join(folder, 'new.json')];
    const moved = Math.ceil(findings / 100);
    const reports = manyFindings(findings + moved);
    await save(old, reports.slice(0, findings));
    await save(now, reports.slice(moved));
    const rows: Cost[] = [];
    for (const format of outputFormats) {
      const output = ['-o', `${format}=${join(folder, 'out')}`];
      rows.push(await run(format, [...scanner, 'convert', old, ...output]));
    }
    return [...rows, await run('diff', [...scanner, 'diff', old, now])];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function save(path: string, reports: readonly ResourceReport[]): Promise<void> {
  const pieces = jsonRenderer.renderPieces(aDocument(reports), clusterContext);
  await pipeline(Readable.from(pieces), createWriteStream(path));
}

async function run(label: string, argv: readonly string[]): Promise<Cost> {
  const measured = await measure({ argv, env: {} });
  // 3: some of the findings are evaluations without an answer.
  if (![0, 1, 3].includes(measured.exitCode))
    throw new Error(`${label} ended with exit code ${measured.exitCode}:\n${measured.stderr}`);
  return { ...measured, label };
}
