/*
 * Writes the pages that are made from the program. With --check it writes nothing, names each page that differs from the
 * committed one and exits with 1.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { referenceDocs } from './reference-docs.ts';

const project = join(import.meta.dirname, '..');
const checksOnly = process.argv.includes('--check');

for (const [path, render] of Object.entries(referenceDocs)) {
  const file = join(project, path);
  const text = render();
  if (!checksOnly) {
    await writeFile(file, text);
    console.log(`wrote ${path}`);
  } else if ((await readFile(file, 'utf8').catch(() => undefined)) !== text) {
    console.error(`${path} is out of date: npm run docs`);
    process.exitCode = 1;
  }
}
