/*
 * Writes the version of a tag into the checkout: `node scripts/set-version.ts v1.2.3`. The release workflow runs it first, so a release needs
 * no commit, only the tag. The same tag gives the same files.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { versionOf } from './release-channel.ts';
import { repositoryAddress } from './repository.ts';

const project = join(import.meta.dirname, '..');

/** What is edited of package.json and of its lock file. */
type Manifest = {
  version: string;
  repository?: object;
  scripts?: Record<string, string>;
  packages?: Record<string, { version?: string }>;
};

function editJson(name: string, edit: (document: Manifest) => void): void {
  const path = join(project, name);
  const document = JSON.parse(readFileSync(path, 'utf8')) as Manifest;
  edit(document);
  writeFileSync(path, `${JSON.stringify(document, undefined, 2)}\n`);
}

/** Throws where the place is missing, so that no old version stays. */
function editText(name: string, place: RegExp, text: string): void {
  const path = join(project, name);
  const before = readFileSync(path, 'utf8');
  if (!place.test(before)) throw new Error(`${name} has no ${place}`);
  writeFileSync(path, before.replace(place, text));
}

function setVersion(tag: string): void {
  const version = versionOf(tag);
  const repository = repositoryAddress(process.env);
  editJson('package.json', (manifest) => {
    manifest.version = version;
    // The package is built already, and npm warns of install scripts.
    delete manifest.scripts?.['prepare'];
    // npm refuses provenance for a package that names another repository, or none.
    if (repository !== undefined) manifest.repository = { type: 'git', url: `git+${repository}.git` };
  });
  editJson('package-lock.json', (lock) => {
    lock.version = version;
    const own = lock.packages?.[''];
    if (own !== undefined) own.version = version;
  });
  const day = execFileSync('git', ['log', '-1', '--format=%cs'], {
    cwd: project,
    encoding: 'utf8',
  }).trim();
  editText('CHANGELOG.md', /^## Unreleased$/m, `## ${version}, ${day}`);
}

const [tag] = process.argv.slice(2);
if (tag === undefined) {
  process.stderr.write('node scripts/set-version.ts TAG\n');
  process.exitCode = 2;
} else {
  setVersion(tag);
}
