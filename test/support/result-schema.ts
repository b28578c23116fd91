import { readFileSync } from 'node:fs';
import Ajv, { type ValidateFunction } from 'ajv';

/*
 * Every document of `-o json`, `-o jsonl` and `-o baseline` that a test sees is held against the published schema. That allows fields which it
 * does not know, because later versions add some; here each field has to be in it, so that none is added without a word about it.
 */

const path = new URL('../../schemas/audit-result-v1.json', import.meta.url);
/** Documents of commands that tell of policies and of access, and of no result. */
const otherKinds: ReadonlySet<unknown> = new Set([
  'DoctorReport',
  'EvidenceVerification',
  'PolicyComparison',
  'PolicyExplanation',
  'PolicyList',
  'ResultDiff',
  'RunStatus',
]);
let validate: ValidateFunction | undefined;

/** Throws if the text is a result of ours, or lines of one, that does not fit the schema. Other texts are let pass. */
export function checkResultJson(text: string): void {
  if (!text.includes('"audit-scanner.kubewarden.io/v1"')) return;
  for (const document of parseDocuments(text)) {
    const { kind } = document as { readonly kind?: unknown };
    if (otherKinds.has(kind)) continue;
    validate ??= new Ajv({ unknownFormats: 'ignore' }).compile(
      closed(JSON.parse(readFileSync(path, 'utf8'))) as object,
    );
    if (validate(document) === true) continue;
    // Of the alternatives, only what the document says it is matters.
    const errors = (validate.errors ?? []).map(({ dataPath, message, params }) => ({
      dataPath,
      message,
      params,
    }));
    throw new Error(
      `a ${String(kind)} does not fit schemas/audit-result-v1.json (src/sources/results/schema.ts, npm run docs): ${JSON.stringify(errors.slice(0, 10))}`,
    );
  }
}

/** One document, or a line of JSON each; undefined values where the text was cut or is something else. */
function parseDocuments(text: string): readonly unknown[] {
  const whole = tryParse(text);
  const all = whole === undefined ? text.trimEnd().split('\n').map(tryParse) : [whole];
  return all.every((one) => typeof one === 'object' && one !== null && 'kind' in one) ? all : [];
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The same schema, but refusing other fields. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const entries = Object.entries(schema).map(([key, value]) => [key, closed(value)] as const);
  const copy = Object.fromEntries(entries);
  return 'properties' in copy ? { ...copy, additionalProperties: false } : copy;
}
