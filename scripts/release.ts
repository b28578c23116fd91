/*
 * Makes the files of a release in a new folder: `npm run --silent release -- v1.2.3 FOLDER`. The package, its parts (CycloneDX), the notes from the
 * commits since the last tag, the plugin for krew where the address of the repository is known (GITHUB_SERVER_URL and GITHUB_REPOSITORY), and the
 * checksums. Publishes nothing. Prints the name of the package, and who is to get it without asking for the
 * version, as `name=value` lines, which a workflow step takes as its outputs.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeKrewPlugin } from './krew-plugin.ts';
import { findChannel, versionOf } from './release-channel.ts';
import { readMessages, toReleaseNotes } from './release-notes.ts';
import { repositoryAddress } from './repository.ts';

const project = join(import.meta.dirname, '..');

function npm(...args: string[]): string {
  return execFileSync('npm', args, { cwd: project, encoding: 'utf8', maxBuffer: 2 ** 26 });
}

/** A tag of another version would publish a package that says something else of itself. */
function requireVersion(tag: string): string {
  const { version } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')) as { version: string };
  if (versionOf(tag) !== version)
    throw new Error(
      `the tag is ${tag}, and package.json says ${version}: run \`node scripts/set-version.ts ${tag}\` first`,
    );
  return version;
}

async function makeRelease(tag: string, folder: string): Promise<void> {
  const version = requireVersion(tag);
  mkdirSync(folder);
  const [{ filename } = { filename: '' }] = JSON.parse(
    npm('pack', '--ignore-scripts', '--json', '--pack-destination', folder),
  ) as { filename: string }[];
  writeFileSync(
    join(folder, 'sbom.cdx.json'),
    npm('sbom', '--omit', 'dev', '--package-lock-only', '--sbom-format', 'cyclonedx'),
  );
  writeFileSync(join(folder, 'notes.md'), toReleaseNotes(version, await readMessages(project, tag)));
  const repository = repositoryAddress(process.env);
  const plugin = repository === undefined ? [] : await makeKrewPlugin(project, folder, { repository, tag });
  const sums = [filename, 'sbom.cdx.json', ...plugin].map((name) => {
    const digest = createHash('sha256')
      .update(readFileSync(join(folder, name)))
      .digest('hex');
    return `${digest}  ${name}\n`;
  });
  writeFileSync(join(folder, 'SHA256SUMS'), sums.join(''));
  const tags = execFileSync('git', ['tag', '--list', 'v*'], { cwd: project, encoding: 'utf8' })
    .trim()
    .split('\n');
  const { npmTag, isPrerelease, isLatest } = findChannel(tag, tags);
  const outputs = { tarball: filename, 'npm-tag': npmTag, prerelease: isPrerelease, latest: isLatest };
  for (const [name, value] of Object.entries(outputs)) process.stdout.write(`${name}=${value}\n`);
}

const [tag, folder] = process.argv.slice(2);
if (tag === undefined || folder === undefined) {
  process.stderr.write('npm run --silent release -- TAG FOLDER\n');
  process.exitCode = 2;
} else {
  await makeRelease(tag, folder);
}
