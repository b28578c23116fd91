import { dirname } from 'node:path';
import * as find from 'empathic/find';

/** The names of a configuration file that is looked for, the first of which wins. */
const names: readonly string[] = ['.audit-scanner.yaml', '.audit-scanner.yml'];

/**
 * The configuration file of a folder, or of the nearest folder above that has one; undefined where there is none. The search ends at the
 * root of the repository, else at the home folder; outside of both it does not begin, because anybody may write to a folder like /tmp.
 * Both paths are absolute, and so is the result.
 */
export function findConfigFile(folder: string, home: string): string | undefined {
  const git = find.up('.git', { cwd: folder });
  const last = git === undefined ? endAtHome(folder, home) : dirname(git);
  return find.any([...names], { cwd: folder, last });
}

function endAtHome(folder: string, home: string): string {
  return `${folder}/`.startsWith(home.endsWith('/') ? home : `${home}/`) ? home : folder;
}
