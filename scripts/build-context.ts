import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Copies what a container engine gets to see of a project into the new folder `target`: what .dockerignore lets through. That has to leave
 * out everything (`*`) and then name what it lets through (`!path`), without patterns.
 */
export async function copyBuildContext(project: string, target: string): Promise<void> {
  const lines = (await readFile(join(project, '.dockerignore'), 'utf8')).split('\n');
  const [first, ...rest] = lines.filter((line) => line !== '' && !line.startsWith('#'));
  const strange = rest.filter((line) => !/^![\w./-]+$/.test(line));
  if (first !== '*' || strange.length > 0)
    throw new Error(`.dockerignore has lines that this cannot follow: ${[first, ...strange].join(', ')}`);
  for (const path of rest.map((line) => line.slice(1)))
    await cp(join(project, path), join(target, path), { recursive: true });
}
