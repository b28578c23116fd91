import type { AuditedObject } from '../domain/index.ts';

/** Shorter pieces of JSON say what is wrong more often than they give away what was asked. */
const maxQuoted = 60;
const [maxHead, maxTail] = [1500, 500];
/** What is behind it is not even looked at. */
const maxRead = 2 ** 18;
const leftOut = '{…}';

/**
 * The useful part of an error text from a policy or a server. Some repeat the request, and the request may be a Secret: documents
 * are left out, and of a text that is still long the middle. If `object` is a Secret, none of its values is left in either.
 */
export function tidyErrorText(text: string, object?: AuditedObject): string {
  const values = object === undefined ? [] : secretValues(object);
  const masked = values.reduce((rest, value) => rest.replaceAll(value, '…'), text.slice(0, maxRead));
  const short = leaveOutDocuments(masked);
  if (short.length <= maxHead + maxTail) return short;
  return `${short.slice(0, maxHead).toWellFormed()} … ${short.slice(-maxTail).toWellFormed()}`;
}

/** Where a document begins: JSON, JSON inside a JSON text, or a map as Go prints it. */
const opening = /\{(?:\\*")|map\[/g;

function leaveOutDocuments(text: string): string {
  let kept = '';
  let position = 0;
  for (;;) {
    opening.lastIndex = position;
    const found = opening.exec(text);
    if (found === null) return kept + text.slice(position);
    const end = endOfDocument(text, found.index, found[0].startsWith('map'));
    const document = text.slice(found.index, end);
    kept += text.slice(position, found.index) + (document.length > maxQuoted ? leftOut : document);
    position = end;
  }
}

/** Just behind the bracket that closes the first one at `start`; the end of the text if none does. */
function endOfDocument(text: string, start: number, isGo: boolean): number {
  const level = (/^\{(\\*)"/.exec(text.slice(start, start + 9))?.[1] ?? '').length;
  let depth = 0;
  let inText = false;
  for (const { 0: token, index } of text.slice(start).matchAll(tokens)) {
    if (token.endsWith('"')) inText = !isGo && inText !== isOwnQuote(token, level);
    else if (!inText) depth += '{['.includes(token) ? 1 : -1;
    if (depth === 0) return start + index + 1;
  }
  return text.length;
}

const tokens = /\\*"|[{}[\]]/g;

/** A quote begins or ends a text of the document, or is part of one, by the backslashes before it. */
function isOwnQuote({ length }: string, level: number): boolean {
  return ((length - 1 - level) / (level + 1)) % 2 === 0;
}

/** Shorter ones are found in any text. */
const minValueLength = 3;

/** As they stand in the object, and decoded. */
function secretValues({ resource, json }: AuditedObject): readonly string[] {
  if (resource.group !== '' || resource.kind !== 'Secret') return [];
  const secret: unknown = JSON.parse(Buffer.from(json).toString());
  const encoded = textsOf(secret, 'data');
  const decoded = encoded.map((value) => Buffer.from(value, 'base64').toString());
  return [...encoded, ...decoded, ...textsOf(secret, 'stringData')]
    .filter(({ length }) => length >= minValueLength)
    .sort((a, b) => b.length - a.length);
}

function textsOf(secret: unknown, field: string): readonly string[] {
  if (typeof secret !== 'object' || secret === null) return [];
  const members: unknown = Reflect.get(secret, field);
  if (typeof members !== 'object' || members === null) return [];
  return Object.values(members).filter((value) => typeof value === 'string');
}
