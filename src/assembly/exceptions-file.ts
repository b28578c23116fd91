import { parseExceptions } from '../config/exceptions/index.ts';
import type { Checked, ScanConfig } from '../config/index.ts';
import { AuditError, errorCodes, type PolicyException } from '../domain/index.ts';

/** The configuration with the exceptions of the file that it names, or everything that is wrong with that file. */
export async function withExceptions(config: ScanConfig): Promise<Checked<ScanConfig>> {
  if (config.exceptionsFile === undefined) return { ok: true, value: config };
  const read = await readExceptions(config.exceptionsFile);
  return read.ok ? { ok: true, value: Object.freeze({ ...config, exceptions: read.value }) } : read;
}

async function readExceptions(path: string): Promise<Checked<readonly PolicyException[]>> {
  // Reading YAML takes long to load, and most runs have no exceptions.
  const { parseDocuments, readText } = await import('../sources/manifests/index.ts');
  const source = await readText(path);
  if ('error' in source) return { ok: false, problems: [source.error] };
  const documents = [...parseDocuments(source)];
  const broken = documents.filter((document) => document instanceof AuditError);
  const parsed = parseExceptions(
    documents.flatMap((document) => (document instanceof AuditError ? [] : [document])),
  );
  if (broken.length === 0) return parsed;
  const unreadable = broken.map(({ message }) => new AuditError(errorCodes.exceptionsInvalid, message));
  return { ok: false, problems: [...unreadable, ...(parsed.ok ? [] : parsed.problems)] };
}
