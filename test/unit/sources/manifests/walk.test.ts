import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Walk } from '../../../../src/sources/manifests/walk.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'walk-'));
});

afterEach(() => rm(folder, { recursive: true }));

async function write(...names: readonly string[]): Promise<void> {
  for (const name of names) await writeText(name, '');
}

async function writeText(name: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, name)), { recursive: true });
  await writeFile(join(folder, name), text);
}

async function link(name: string, target: string): Promise<void> {
  await mkdir(dirname(join(folder, name)), { recursive: true });
  await symlink(target, join(folder, name));
}

/** What was found below the paths, one line each, without the temporary folder. */
async function walk(
  paths: readonly string[] = ['in'],
  exclude: readonly string[] = [],
): Promise<readonly string[]> {
  const walker = new Walk({ lookFor: 'manifests', exclude, signal: new AbortController().signal });
  const lines: string[] = [];
  for (const path of paths) {
    for await (const found of walker.find(join(folder, path))) {
      if ('source' in found) lines.push(`${found.source.kind} ${found.source.path}`);
      else if ('unread' in found) lines.push(`unread ${found.unread.error.message}`);
      else lines.push(`left out ${found.leftOut.path}: ${found.leftOut.reason}`);
    }
  }
  return lines.map((line) => line.replaceAll(`${folder}/`, ''));
}

describe('a folder', () => {
  it('is read with everything in it, hidden files and folders too', async () => {
    await write('in/b.yaml', 'in/a.yml', 'in/deep/c.JSON', 'in/.hidden.yaml', 'in/.github/x.yaml');
    expect(await walk()).toEqual([
      'file in/.github/x.yaml',
      'file in/.hidden.yaml',
      'file in/a.yml',
      'file in/b.yaml',
      'file in/deep/c.JSON',
    ]);
  });

  it('says what it leaves out', async () => {
    await write('in/README.md', 'in/.git/config.yaml', 'in/Makefile', 'in/a.yaml');
    expect(await walk()).toEqual([
      'left out in/.git: it belongs to git',
      'left out in/Makefile: not a .yaml, .yml or .json file',
      'left out in/README.md: not a .yaml, .yml or .json file',
      'file in/a.yaml',
    ]);
  });

  it('does not read what is named twice twice', async () => {
    await write('in/a.yaml', 'in/deep/b.yaml');
    expect(await walk(['in/deep', 'in', 'in/a.yaml'])).toEqual([
      'file in/deep/b.yaml',
      'file in/a.yaml',
      'left out in/deep: the same folder as in/deep',
      'left out in/a.yaml: other names of files that are audited',
    ]);
  });

  it('is walked beyond what cannot be read', async () => {
    await link('in/a.yaml', 'gone');
    await link('in/round', 'round');
    await write('in/b.yaml');
    expect(await walk()).toEqual([
      'file in/b.yaml',
      'unread cannot read in/a.yaml: it does not exist',
      'unread cannot read in/round: its links form a loop',
    ]);
  });
});

describe('links', () => {
  it('are followed, out of the folder too', async () => {
    await write('elsewhere/a.yaml', 'in/z.yaml');
    await link('in/link', '../elsewhere');
    await link('in/file.yaml', '../elsewhere/a.yaml');
    expect(await walk()).toEqual([
      'file in/z.yaml',
      'file in/file.yaml',
      'left out in/link/a.yaml: other names of files that are audited',
    ]);
  });

  it('do not rename what is really there', async () => {
    await write('in/z/a.yaml');
    await link('in/a', 'z');
    expect(await walk()).toEqual(['file in/z/a.yaml', 'left out in/a: the same folder as in/z']);
  });

  it('that lead back are not followed, and everything is', async () => {
    await write('in/deep/a.yaml');
    await link('in/deep/up', '..');
    await link('in/deep/root', '/');
    await link('in/deep/beside', '../other');
    await write('in/other/b.yaml');
    await link('in/other/beside', '../deep');
    expect(await walk()).toEqual([
      'file in/deep/a.yaml',
      'file in/other/b.yaml',
      'left out in/deep/beside: the same folder as in/other',
      'left out in/deep/root: a link to /, which contains it',
      `left out in/deep/up: a link to ${folder}/in, which contains it`.replaceAll(`${folder}/`, ''),
      'left out in/other/beside: the same folder as in/deep',
    ]);
  });

  it('of a mounted ConfigMap lead to each file once', async () => {
    await write('in/..2026_11_28/a.yaml', 'in/..2026_11_28/b.yaml');
    await link('in/..data', '..2026_11_28');
    await link('in/a.yaml', '..data/a.yaml');
    await link('in/b.yaml', '..data/b.yaml');
    const found = await walk();
    expect(found.filter((line) => line.startsWith('file '))).toEqual(['file in/a.yaml', 'file in/b.yaml']);
  });

  it('hide nothing behind the names that Kubernetes uses', async () => {
    await write('in/..hidden/c.yaml', 'in/..2026/a.yaml');
    await link('in/..data', '..2026');
    expect((await walk()).filter((line) => line.startsWith('file '))).toEqual([
      'file in/..2026/a.yaml',
      'file in/..hidden/c.yaml',
    ]);
  });
});

describe('what is to be left out', () => {
  it('is named in the syntax of .gitignore', async () => {
    await write('in/a.yaml', 'in/test/b.yaml', 'in/deep/test/c.yaml', 'in/deep/Test.yaml', 'in/deep/x.yaml');
    expect(await walk(['in'], ['/test/', '**/x.yaml', 'test.yaml'])).toEqual([
      'file in/a.yaml',
      'file in/deep/Test.yaml',
      'file in/deep/test/c.yaml',
      'left out in/deep/x.yaml: left out by **/x.yaml (--exclude)',
      'left out in/test: left out by /test/ (--exclude)',
    ]);
  });

  it('stands in ignore files, of which the deepest has the last word', async () => {
    await writeText('in/.auditignore', '# drafts\n*.draft.yaml\nold/\n');
    await writeText('in/deep/.auditignore', '!kept.draft.yaml\n/a.yaml\n');
    await write('in/a.yaml', 'in/deep/a.yaml', 'in/x.draft.yaml', 'in/deep/kept.draft.yaml', 'in/old/y.yaml');
    expect(await walk()).toEqual([
      'file in/a.yaml',
      'left out in/deep/a.yaml: left out by /a.yaml (in/deep/.auditignore)',
      'file in/deep/kept.draft.yaml',
      'left out in/old: left out by old/ (in/.auditignore)',
      'left out in/x.draft.yaml: left out by *.draft.yaml (in/.auditignore)',
    ]);
  });

  it('stands on the command line above all', async () => {
    await writeText('in/.auditignore', 'a.yaml\n!b.yaml\n');
    await write('in/a.yaml', 'in/b.yaml');
    expect(await walk(['in'], ['!a.yaml', 'b.yaml'])).toEqual([
      'file in/a.yaml',
      'left out in/b.yaml: left out by b.yaml (--exclude)',
    ]);
  });

  it('may be a file that was named', async () => {
    await write('in/a.yaml', 'in/b.yaml');
    expect(await walk(['in/a.yaml', 'in/b.yaml'], ['a.*'])).toEqual([
      'left out in/a.yaml: left out by a.* (--exclude)',
      'file in/b.yaml',
    ]);
  });

  it('is as git says', async () => {
    const patterns = [
      '*.json',
      '!keep.json',
      'a/**/z.yaml',
      '/top.yaml',
      'dir/',
      '[xy].yaml',
      '\\!odd.yaml',
      'sp\\ ',
    ];
    const names = ['q.json', 'keep.json', 'a/z.yaml', 'a/b/c/z.yaml', 'b/a/z.yaml', 'top.yaml', 'b/top.yaml'];
    const more = ['dir/a.yaml', 'b/dir/c.yaml', 'x.yaml', 'X.yaml', '!odd.yaml', 'b/keep.json'];
    await write(...[...names, ...more].map((name) => `in/${name}`));
    await writeText('in/.gitignore', patterns.join('\n'));
    execFileSync('git', ['init', '-q'], { cwd: join(folder, 'in') });
    const args = ['ls-files', '--others', '--exclude-standard', '-z', '*.yaml', '*.json'];
    const kept = execFileSync('git', args, { cwd: join(folder, 'in'), encoding: 'utf8' }).split('\0');
    const found = (await walk(['in'], patterns)).filter((line) => line.startsWith('file in/'));
    expect(found.map((line) => line.slice('file in/'.length)).sort()).toEqual(
      kept.filter((name) => name !== '').sort(),
    );
  });

  it('is unknown if the ignore file cannot be read', async () => {
    await mkdir(join(folder, 'in/.auditignore'), { recursive: true });
    await write('in/a.yaml');
    expect(await walk()).toEqual(['unread cannot read in/.auditignore: it is a directory', 'file in/a.yaml']);
  });
});

describe('a chart', () => {
  it('takes its own files, and hides no others', async () => {
    await write('in/web/Chart.yaml', 'in/web/values.yaml', 'in/web/templates/a.yaml', 'in/web/crds/b.yaml');
    await write('in/web/charts/sub/Chart.yaml', 'in/web/deploy/c.yaml', 'in/web/other/Chart.yaml');
    expect(await walk()).toEqual(['chart in/web', 'file in/web/deploy/c.yaml', 'chart in/web/other']);
  });

  it('may be packed, and may be beside a kustomization', async () => {
    await write('in/Chart.yaml', 'in/kustomization.yaml', 'in/old-1.0.0.tgz');
    expect(await walk()).toEqual(['chart in', 'kustomization in', 'packed-chart in/old-1.0.0.tgz']);
  });
});
