/** What is written as it is in a part of a URL, besides letters, digits and `-._~`. All else is escaped. */
const unescaped = {
  path: '$&+,/:;=@',
  host: '!"$&\'()*+,:;<=>[]',
  zone: '!"$&\'()*+,:;<=>[]',
  user: '$&+,;=',
  query: '',
  fragment: '!$&()*+,/:;=?@',
} as const;

export type Part = keyof typeof unescaped;

/** Text as bytes, one a character: escapes need not make characters. */
export function toBytes(text: string): string {
  return Buffer.from(text).toString('latin1');
}

/** Undefined for bytes that are no text. */
export function toText(bytes: string): string | undefined {
  const text = Buffer.from(bytes, 'latin1').toString();
  return toBytes(text) === bytes ? text : undefined;
}

/** Whether a byte has to be escaped in this part. */
export function needsEscape(byte: string, part: Part): boolean {
  return !/^[\w.~-]$/.test(byte) && !unescaped[part].includes(byte);
}

export function escapeBytes(bytes: string, part: Part): string {
  return bytes.replace(/[^\w.~-]/g, (byte) =>
    needsEscape(byte, part) ? `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}` : byte,
  );
}

/** Undefined if an escape is none, or one that this part does not have. */
export function unescapeBytes(bytes: string, part: Part): string | undefined {
  const isValid = Array.from(bytes.matchAll(/%[^%]?[^%]?|[^%]/g), ([token]) => token).every((token) =>
    token.startsWith('%') ? isEscape(token, part) : isAllowed(token, part),
  );
  if (!isValid) return undefined;
  const spaced = part === 'query' ? bytes.replaceAll('+', ' ') : bytes;
  return spaced.replace(/%(..)/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
}

/** A host escapes only what is not ASCII; a zone, only what it could also have written. */
function isEscape(token: string, part: Part): boolean {
  if (!/^%[\da-fA-F]{2}$/.test(token)) return false;
  if ((part !== 'host' && part !== 'zone') || token === '%25') return true;
  const code = Number.parseInt(token.slice(1), 16);
  if (part === 'host') return code >= 0x80;
  return code === 0x20 || !needsEscape(String.fromCharCode(code), 'host');
}

function isAllowed(byte: string, part: Part): boolean {
  return (part !== 'host' && part !== 'zone') || byte >= '\u0080' || !needsEscape(byte, part);
}
