import { execFileSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { ActionlintUnavailable, buildActionlint } from '../../actionlint/build.mjs';

const project = join(import.meta.dirname, '../../..');
const paths = globSync('.github/workflows/*.yml', { cwd: project });

async function findActionlint(): Promise<string | undefined> {
  try {
    return await buildActionlint();
  } catch (error) {
    if (!(error instanceof ActionlintUnavailable)) throw error;
    console.error(`SKIPPED: workflows are not linted, because ${error.message}`);
    return undefined;
  }
}

const actionlint = await findActionlint();

describe('the workflows', () => {
  test.skipIf(actionlint === undefined)('say nothing that actionlint finds wrong', () => {
    expect(paths.length).toBeGreaterThan(0);
    // Throws with what it says where it finds something.
    execFileSync(actionlint ?? '', ['-no-color', ...paths], { cwd: project, encoding: 'utf8' });
  });

  test.each(paths)('%s: takes every action at a commit, with its version beside it', (path) => {
    const text = readFileSync(join(project, path), 'utf8');
    const uses = [...text.matchAll(/uses: (.*)$/gm)].map(([, use = '']) => use);
    const loose = uses.filter((use) => !/^(?:\.\/|[\w./-]+@[\da-f]{40} # v\d+\.\d+\.\d+$)/.test(use));
    expect(loose).toEqual([]);
  });

  test.each(paths)('%s: may do no more than read unless a job says so, and every job ends', (path) => {
    const { permissions, jobs } = parse(readFileSync(join(project, path), 'utf8')) as Workflow;
    expect(['read-all', { contents: 'read' }]).toContainEqual(permissions);
    const endless = Object.entries(jobs).filter(
      ([, job]) => job.uses === undefined && job['timeout-minutes'] === undefined,
    );
    expect(endless.map(([name]) => name)).toEqual([]);
  });

  test('name no registry: those are variables of the repository', () => {
    const texts = paths.map((path) => readFileSync(join(project, path), 'utf8')).join('\n');
    expect(texts).not.toMatch(/ghcr\.io|docker\.io|quay\.io|npmjs/);
  });
});

type Workflow = {
  readonly permissions: unknown;
  readonly jobs: Readonly<Record<string, { readonly uses?: string; readonly 'timeout-minutes'?: number }>>;
};
