/** The styles of libyaml, which policy-server writes YAML with. */
export type ScalarStyle = 'plain' | 'single' | 'double' | 'literal';

/** What of libyaml's analysis of a text decides its style. */
export type Analysis = {
  readonly multiline: boolean;
  readonly allows: Readonly<Record<ScalarStyle, boolean>>;
};

const always = { literal: false, double: true };
const lineBreak = /[\r\n\x85\u2028\u2029]/u;
const special = /[^\n\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\u{10000}-\u{10ffff}]/u;

export function analyse(text: string): Analysis {
  if (text === '') return { multiline: false, allows: { ...always, plain: true, single: true } };
  const multiline = lineBreak.test(text);
  const unsafe = special.test(text) || /[ ][\r\n\x85\u2028\u2029]/u.test(text);
  const edges = /^[ \r\n\x85\u2028\u2029]|[ \r\n\x85\u2028\u2029]$/u.test(text);
  const breakSpace = /[\r\n\x85\u2028\u2029] /u.test(text);
  return {
    multiline,
    allows: {
      double: true,
      plain: !unsafe && !edges && !breakSpace && !multiline && !hasIndicators(text),
      single: !unsafe && !breakSpace,
      literal: !unsafe && !text.endsWith(' '),
    },
  };
}

/** Whether the text would be taken for more than a text in a block. */
function hasIndicators(text: string): boolean {
  return (
    /^(?:---|\.\.\.)/.test(text) ||
    /^[#,[\]{}&*!|>'"%@`]/.test(text) ||
    /^[-?:](?:[ \t\r\n\x85\u2028\u2029]|$)/u.test(text) ||
    /:(?:[ \t\r\n\x85\u2028\u2029]|$)/u.test(text) ||
    /[ \t\r\n\x85\u2028\u2029]#/u.test(text)
  );
}

const escapes: Readonly<Record<number, string>> = {
  0: '0',
  7: 'a',
  8: 'b',
  9: 't',
  10: 'n',
  11: 'v',
  12: 'f',
  13: 'r',
  27: 'e',
  34: '"',
  92: '\\',
  0x85: 'N',
  0x2028: 'L',
  0x2029: 'P',
};

export function quoteDouble(text: string): string {
  const escaped = Array.from(text, (character) =>
    special.test(character) || lineBreak.test(character) || /["\\]/.test(character)
      ? `\\${escapeCode(character.codePointAt(0) ?? 0)}`
      : character,
  );
  return `"${escaped.join('')}"`;
}

function escapeCode(code: number): string {
  const digits = code.toString(16).toUpperCase();
  if (Object.hasOwn(escapes, code)) return escapes[code] ?? '';
  if (code <= 0xff) return `x${digits.padStart(2, '0')}`;
  return code <= 0xffff ? `u${digits.padStart(4, '0')}` : `U${digits.padStart(8, '0')}`;
}

export function quoteSingle(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** The lines of a literal block: the indicator, then what is in it, which belongs two columns to the right. */
export function literalLines(text: string): readonly string[] {
  const hint = /^[ \n]/.test(text) ? '2' : '';
  const end = !text.endsWith('\n') ? '-' : text === '\n' || text.endsWith('\n\n') ? '+' : '';
  const body = text.endsWith('\n') ? text.slice(0, -1) : text;
  return [`|${hint}${end}`, ...body.split('\n')];
}
