import { skipSpace, skipValue } from '../../text/index.ts';

/**
 * Where the values of a text are that holds several JSON objects one after another, as offsets into it. What follows the last whole
 * one is a part of its own. Undefined for any other text.
 */
export function splitJsonStream(
  text: string,
): readonly { readonly start: number; readonly end: number }[] | undefined {
  if (!/^\s*\{/.test(text)) return undefined;
  const bytes = Buffer.from(text);
  const parts: { start: number; end: number }[] = [];
  let [at, offset] = [0, 0];
  const moveTo = (end: number): number => {
    offset += bytes.toString('utf8', at, end).length;
    at = end;
    return offset;
  };
  while (at < bytes.length) {
    const start = moveTo(skipSpace(bytes, at));
    if (at === bytes.length) break;
    const end = endOfValue(bytes, at);
    parts.push({ start, end: moveTo(end ?? bytes.length) });
  }
  return parts.length > 1 ? parts : undefined;
}

function endOfValue(bytes: Buffer, start: number): number | undefined {
  try {
    return skipValue(bytes, start);
  } catch {
    return undefined;
  }
}
