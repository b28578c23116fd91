/*
 * Holds what is shipped to npm against what is promised of it: the same sources give the same bytes wherever and whenever they are packed, and
 * every package that comes with it has a licence that its users may take. The project has to be built.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const project = join(import.meta.dirname, '..');
const permissive = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT',
  'PSF-2.0',
  'Python-2.0',
  'Unlicense',
]);
const problems: string[] = [];

type Locked = { readonly dev?: boolean; readonly license?: string };

/** Of what is installed beside the package, as the lock file has it. */
function checkLicences(): number {
  const lock = JSON.parse(readFileSync(join(project, 'package-lock.json'), 'utf8')) as {
    packages: Readonly<Record<string, Locked>>;
  };
  const shipped = Object.entries(lock.packages).filter(([path, { dev }]) => path !== '' && dev !== true);
  for (const [path, { license = 'none' }] of shipped) {
    if (!isPermissive(license)) problems.push(`${path} has the licence ${license}`);
  }
  return shipped.length;
}

/** An SPDX expression: of what is offered by OR one is enough, of what is asked by AND all. Brackets that mix the two are refused. */
function isPermissive(expression: string): boolean {
  const inner = expression.replace(/^\((.*)\)$/, '$1');
  return inner.split(' OR ').some((offer) => offer.split(' AND ').every((one) => permissive.has(one)));
}

type Packed = { readonly filename: string; readonly files: readonly { readonly path: string }[] };

function pack(directory: string, folder: string): Packed & { readonly digest: string } {
  const args = ['pack', '--ignore-scripts', '--json', '--pack-destination', folder];
  const output = execFileSync('npm', args, { cwd: directory, encoding: 'utf8', maxBuffer: 2 ** 26 });
  const [packed] = JSON.parse(output) as Packed[];
  if (packed === undefined) throw new Error('npm pack packed nothing');
  const digest = createHash('sha256')
    .update(readFileSync(join(folder, packed.filename)))
    .digest('hex');
  return { ...packed, digest };
}

/** Packs once more from another folder, in which every file is as if it had been made on another day. */
function checkReproducible(): { readonly digest: string; readonly files: number } {
  const folder = mkdtempSync(join(tmpdir(), 'audit-scanner-pack-'));
  try {
    const here = pack(project, folder);
    const copy = join(folder, 'copy');
    for (const { path } of here.files) {
      cpSync(join(project, path), join(copy, path));
      utimesSync(join(copy, path), 1, 1);
    }
    const there = pack(copy, folder);
    if (here.digest !== there.digest) problems.push('two packages of the same files differ');
    return { digest: here.digest, files: here.files.length };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const packages = checkLicences();
const { digest, files } = checkReproducible();
console.log(
  `${files} files, packed twice: sha256 ${digest}; ${packages} packages with licences that may be shipped`,
);
for (const problem of problems) console.log(`package: ${problem}`);
if (problems.length > 0) process.exitCode = 1;
