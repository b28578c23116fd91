/*
 * `npm run docs:screens [-- PAGE …]`: runs the commands of the pages' screens with what was built last, and writes what they print below them.
 * With --cluster, those that need one, in a throw-away cluster (Go); else the others.
 */
import { globSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type DemoCluster, startDemoCluster } from '../test/support/cluster/demo.ts';
import { fillScreens } from './screens/run.ts';

const project = join(import.meta.dirname, '..');
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { cluster: { type: 'boolean' } },
});
const pages =
  positionals.length > 0 ? positionals : ['README.md', ...globSync('docs/**/*.md', { cwd: project })];

let cluster: DemoCluster | undefined;
if (values.cluster === true) cluster = await startDemoCluster((line) => process.stderr.write(`${line}\n`));
try {
  for (const path of pages) {
    const page = await readFile(join(project, path), 'utf8');
    const filled = await fillScreens(page, cluster).catch((error: unknown) => {
      throw new Error(`${path}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    });
    if (filled === page) continue;
    await writeFile(join(project, path), filled);
    console.log(`wrote ${path}`);
  }
} finally {
  await cluster?.stop();
}
