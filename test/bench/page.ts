import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { findChromium } from '../support/chromium.ts';
import { aPage, manyFindings } from '../support/page-documents.ts';
import { aDocument } from '../unit/reports/findings.ts';

/** The page of so many findings: CPU time to write it, and until a browser has it ready to use. */
export async function measurePage(
  findings: number,
): Promise<{ writeCpuMs: number; bytes: number; openMs: number | undefined }> {
  const document = aDocument(manyFindings(findings));
  const before = process.cpuUsage();
  const html = aPage(document);
  const { user, system } = process.cpuUsage(before);
  return {
    writeCpuMs: (user + system) / 1000,
    bytes: Buffer.byteLength(html),
    openMs: await measureOpening(html),
  };
}

async function measureOpening(html: string): Promise<number | undefined> {
  const executablePath = findChromium();
  if (executablePath === undefined) return undefined;
  const folder = await mkdtemp(join(tmpdir(), 'audit-scanner-page-'));
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  try {
    const file = join(folder, 'page.html');
    await writeFile(file, html);
    const page = await browser.newPage();
    const start = performance.now();
    await page.goto(pathToFileURL(file).href);
    return performance.now() - start;
  } finally {
    await browser.close();
    await rm(folder, { recursive: true });
  }
}
