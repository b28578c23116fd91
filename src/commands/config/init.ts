import { writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { AuditError, errorCodes } from '../../domain/index.ts';
import type { Io } from '../../host/index.ts';
import { describeSystemError, systemErrorCode } from '../../system/index.ts';
import { exitCodes } from '../../verdict/index.ts';
import { loadConfigLayer } from '../scan/index.ts';
import { renderTemplate } from './template.ts';

/** `audit-scanner config init`: writes a file with every flag in a comment. Resolves to the exit code. */
export async function initConfig(
  [path = '.audit-scanner.yaml', ...surplus]: readonly string[],
  io: Io,
): Promise<number> {
  const wrong = surplus[0] ?? (path.startsWith('-') ? path : undefined);
  if (wrong !== undefined)
    throw new AuditError(errorCodes.invalidValue, `audit-scanner config init does not know "${wrong}"`, {
      tries: ['audit-scanner config init', 'audit-scanner config init FILE'],
    });
  await create(path, renderTemplate(findSchema(path), await loadConfigLayer()));
  await io.stderr.write(`Wrote ${path}\n`);
  return exitCodes.ok;
}

async function create(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text, { flag: 'wx' });
  } catch (cause) {
    if (systemErrorCode(cause) === 'EEXIST')
      throw new AuditError(errorCodes.configExists, `${path} already exists and is not overwritten`, {
        tries: ['audit-scanner config show', 'audit-scanner config init OTHER-FILE'],
      });
    throw new AuditError(
      errorCodes.outputNotWritable,
      `cannot write to ${path}: ${describeSystemError(cause)}`,
      { cause },
    );
  }
}

/** The schema in this package, as it looks from the file where that is in the same tree. */
function findSchema(path: string): string {
  const absolute = join(import.meta.dirname, '../../../schemas/config.schema.json');
  const near = relative(dirname(path), absolute);
  if (near.startsWith('..')) return absolute;
  return near.startsWith('.') ? near : `./${near}`;
}
