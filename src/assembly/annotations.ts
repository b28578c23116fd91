import type { AnnotationReader, SaidOfItself } from '../audit/index.ts';
import { parseAnnotation } from '../config/exceptions/index.ts';
import type { ScanConfig } from '../config/index.ts';
import { AuditError, acceptAnnotation } from '../domain/index.ts';
import { readAnnotation } from '../sources/index.ts';

/** Different texts that are kept with what they say; Pods of one template have the same. */
const mostTexts = 1000;
/** Of what is wrong with one text. */
const mostProblems = 10;

/** Reads what objects say of themselves; undefined where nobody said that it counts. */
export async function createAnnotationReader({
  acceptAnnotations,
}: Pick<ScanConfig, 'acceptAnnotations'>): Promise<AnnotationReader | undefined> {
  if (acceptAnnotations !== true) return undefined;
  // Reading YAML takes long to load, and most runs take no annotations.
  const { parseDocuments } = await import('../sources/manifests/index.ts');
  const parse = (text: string): SaidOfItself => {
    const documents = [...parseDocuments({ path: 'YAML', text })];
    const broken = documents.filter((document) => document instanceof AuditError);
    if (broken.length > 0) return refuse(broken.map(({ message }) => message));
    const said = parseAnnotation(documents.flatMap((one) => (one instanceof AuditError ? [] : [one.value])));
    return said.ok ? said : refuse(said.problems);
  };
  const known = new Map<string, SaidOfItself>();
  return ({ json }) => {
    const text = readAnnotation(json, acceptAnnotation);
    if (text === undefined) return undefined;
    if (typeof text !== 'string') return refuse(['it must be a string: a YAML list, which begins after "|"']);
    const said = known.get(text) ?? parse(text);
    if (known.size < mostTexts) known.set(text, said);
    return said;
  };
}

function refuse(problems: readonly string[]): SaidOfItself {
  return { ok: false, problems: problems.slice(0, mostProblems) };
}
