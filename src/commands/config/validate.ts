import type { Surroundings } from '../../config/index.ts';
import { AuditError, errorCodes } from '../../domain/index.ts';
import { renderError } from '../../host/index.ts';
import { plural, toPlainText } from '../../text/index.ts';
import { exitCodes } from '../../verdict/index.ts';
import { type ConfigFile, loadConfigLayer } from '../scan/index.ts';

/** `audit-scanner config validate`: of a file that is named, or of the one that a scan here would find. Resolves to the exit code. */
export async function validateConfig(
  [path, ...surplus]: readonly string[],
  { io, commands }: Surroundings,
): Promise<number> {
  const wrong = [...surplus, path ?? ''].find(
    (word, index) => index < surplus.length || word.startsWith('-'),
  );
  if (wrong !== undefined) throw oneFileOnly(wrong);
  const { findGuarded, readChosenConfig, readConfig } = await loadConfigLayer();
  const read = await (path === undefined
    ? readChosenConfig({ flags: {}, environment: io.env }, commands)
    : readConfig({ path, isFound: false }, commands));
  if (!read.ok) {
    for (const problem of read.problems) await io.stderr.write(renderError(problem));
    return exitCodes.usage;
  }
  if (read.value === undefined) throw nothingFound();
  const { path: file, isFound, entries } = read.value;
  const [guarded] = isFound ? [] : findGuarded(file, entries);
  await io.stdout.write(describe(read.value, guarded));
  return exitCodes.ok;
}

function describe({ path, entries }: ConfigFile, guarded: AuditError | undefined): string {
  const note = guarded === undefined ? '' : `It has to be named, with --config ${path}: ${guarded.message}\n`;
  return toPlainText(`${path} is valid: ${plural(entries.length, 'flag')}`) + `\n${note}`;
}

function oneFileOnly(word: string): AuditError {
  return new AuditError(errorCodes.invalidValue, `audit-scanner config validate does not know "${word}"`, {
    tries: ['audit-scanner config validate FILE'],
  });
}

function nothingFound(): AuditError {
  return new AuditError(errorCodes.fileUnreadable, 'there is no .audit-scanner.yaml here or above', {
    tries: ['audit-scanner config validate FILE', 'audit-scanner config init'],
  });
}
