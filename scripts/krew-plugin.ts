import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { versionOf } from './release-channel.ts';
import { stageProgram } from './stage-image.ts';

/** Where people download a release from: the address of its repository, and the tag. */
export type Download = { readonly repository: string; readonly tag: string };

/**
 * Writes the kubectl plugin for krew into `folder`: an archive of the program with its runtime dependencies, and the manifest that krew's
 * index takes. `project` has to be installed and built. The same project makes the same bytes. Resolves to the names of the files.
 */
export async function makeKrewPlugin(
  project: string,
  folder: string,
  { repository, tag }: Download,
): Promise<readonly string[]> {
  const archive = `audit-scanner-plugin-${tag}.tar.gz`;
  const staging = mkdtempSync(join(tmpdir(), 'audit-scanner-plugin-'));
  try {
    await stageProgram(project, join(staging, 'audit-scanner'));
    const sameEachTime = ['--sort=name', '--owner=0', '--group=0', '--numeric-owner', '--mtime=@0'];
    const content = ['-C', join(staging, 'audit-scanner'), '.'];
    execFileSync('tar', ['-czf', join(folder, archive), ...sameEachTime, ...content]);
  } finally {
    rmSync(staging, { recursive: true });
  }
  const values: Readonly<Record<string, string>> = {
    VERSION: versionOf(tag),
    HOMEPAGE: repository,
    URL: `${repository}/releases/download/${tag}/${archive}`,
    SHA256: createHash('sha256')
      .update(readFileSync(join(folder, archive)))
      .digest('hex'),
  };
  const template = readFileSync(join(project, 'manifests/krew/audit-scanner.yaml'), 'utf8');
  const manifest = template.replaceAll(/^#.*\n/gm, '').replaceAll(/\$\{(\w+)\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`the manifest for krew asks for ${name}, which is unknown`);
    return value;
  });
  writeFileSync(join(folder, 'audit-scanner.yaml'), manifest);
  return [archive, 'audit-scanner.yaml'];
}
