import { homedir } from 'node:os';
import type { Io } from './io.ts';

/** The user's home directory. A container's user need not have one, nor an entry in its passwd: then it is the root. */
export function findHomeDir(env: Io['env']): string {
  if (env['HOME']) return env['HOME'];
  try {
    return homedir();
  } catch {
    return '/';
  }
}
