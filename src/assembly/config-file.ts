import { type ConfigEntry, type ConfigVocabulary, readConfigFile } from '../config/file/index.ts';
import type { Checked } from '../config/index.ts';
import { AuditError, errorCodes } from '../domain/index.ts';

/** What a configuration file says, or everything that is wrong with it. `path` is as messages name it. */
export async function loadConfigFile(
  path: string,
  vocabulary: ConfigVocabulary,
): Promise<Checked<readonly ConfigEntry[]>> {
  // Reading YAML takes long to load, and most runs have no such file.
  const { parseDocuments, readText } = await import('../sources/manifests/index.ts');
  const source = await readText(path);
  if ('error' in source) return { ok: false, problems: [source.error] };
  const documents = [...parseDocuments(source, { repeatedKeys: 'take-last', scalars: 'as-written' })];
  const broken = documents.filter((document) => document instanceof AuditError);
  if (broken.length > 0)
    return {
      ok: false,
      problems: broken.map(({ message }) => new AuditError(errorCodes.configInvalid, message)),
    };
  return readConfigFile(
    documents.flatMap((document) => (document instanceof AuditError ? [] : [document])),
    vocabulary,
  );
}
