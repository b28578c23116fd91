import {
  type CodePoints,
  codePointsOf,
  complement,
  foldCase,
  intersect,
  normalise,
  type Universe,
} from './code-points.ts';
import { RegexError, type RegexReader } from './regex-reader.ts';

export type ClassContext = {
  readonly universe: Universe;
  /** Whether `\w` and the like mean more than ASCII. */
  readonly unicode: boolean;
  readonly ignoreCase: boolean;
  readonly ignoreBlanks: boolean;
};

const asciiClasses: Readonly<Record<string, string>> = {
  alnum: '[0-9A-Za-z]',
  alpha: '[A-Za-z]',
  ascii: '[\\0-\\x7f]',
  blank: '[\\t ]',
  cntrl: '[\\0-\\x1f\\x7f]',
  digit: '[0-9]',
  graph: '[!-~]',
  lower: '[a-z]',
  print: '[ -~]',
  punct: '[!-\\/:-@\\[-`{-~]',
  space: '[\\t-\\r ]',
  upper: '[A-Z]',
  word: '[0-9A-Za-z_]',
  xdigit: '[0-9A-Fa-f]',
};

const perlClasses: Readonly<Record<string, readonly [unicode: string, ascii: string]>> = {
  d: ['\\p{Nd}', '[0-9]'],
  s: ['\\p{White_Space}', '[\\t-\\r ]'],
  w: ['[\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}]', '[0-9A-Za-z_]'],
};

/** Of a class that would match a part of a character. */
export const invalidUtf8 = 'pattern can match invalid UTF-8';

/** What `\d`, `\S` and so on stand for. */
export function perlClass(letter: string, { universe, unicode }: ClassContext): CodePoints {
  const [wide = '', ascii = ''] = perlClasses[letter.toLowerCase()] ?? [];
  const set = codePointsOf(unicode ? wide : ascii, universe);
  if (letter === letter.toLowerCase()) return set;
  if (!unicode) throw new RegexError(invalidUtf8);
  return complement(set, universe);
}

export function isPerlClass(letter: string): boolean {
  return Object.hasOwn(perlClasses, letter.toLowerCase());
}

/** What `\p{…}` stands for; the reader is behind the `p`. */
export function unicodeClass(
  reader: RegexReader,
  letter: string,
  { universe, unicode }: ClassContext,
): CodePoints {
  if (!unicode) throw new RegexError('Unicode not allowed here');
  const first = reader.next();
  const inner = first === '{' ? reader.until('}') : first;
  const [name, value, operator] = splitProperty(inner);
  const negated = (letter === 'P') !== (operator === '!=');
  const set = findProperty(name, value, universe);
  return negated ? complement(set, universe) : set;
}

function splitProperty(text: string): readonly [name: string, value?: string | undefined, operator?: string] {
  const [, name = '', operator, value] = /^([^!=:]*)(!=|=|:)(.*)$/s.exec(text) ?? [];
  return operator === undefined ? [text] : [name, value, operator];
}

/** The crate does not mind how a name is written; JavaScript does. */
function findProperty(name: string, value: string | undefined, universe: Universe): CodePoints {
  for (const candidate of value === undefined ? variants(name) : [name.trim().toLowerCase()]) {
    for (const pattern of value === undefined ? plainProperties(candidate) : keyed(candidate, value)) {
      const found = tryProperty(pattern, universe);
      if (found !== undefined) return found;
    }
  }
  throw new RegexError('Unicode property not found');
}

function plainProperties(name: string): readonly string[] {
  if (/^any$/i.test(name)) return ['[^]'];
  return [`\\p{${name}}`, `\\p{sc=${name}}`];
}

const keys: Readonly<Record<string, string>> = {
  script: 'sc',
  sc: 'sc',
  scx: 'scx',
  scriptextensions: 'scx',
  script_extensions: 'scx',
  gc: 'gc',
  generalcategory: 'gc',
  general_category: 'gc',
};

function keyed(key: string, value: string): readonly string[] {
  const known = keys[key];
  return known === undefined ? [] : variants(value).map((variant) => `\\p{${known}=${variant}}`);
}

function variants(name: string): readonly string[] {
  const words = name.trim().split(/[\s_-]+/);
  const capitals = words.map((word) => word.slice(0, 1).toUpperCase() + word.slice(1).toLowerCase());
  return [...new Set([name, capitals.join('_'), capitals.join(''), name.toUpperCase()])];
}

function tryProperty(pattern: string, universe: Universe): CodePoints | undefined {
  try {
    return codePointsOf(pattern, universe);
  } catch {
    return undefined;
  }
}

/** A class between brackets, of which the reader is behind the first. */
export function bracketClass(reader: RegexReader, context: ClassContext): CodePoints {
  const negated = reader.take('^');
  let items = readFirstItems(reader);
  let before: Operation = (set) => set;
  for (;;) {
    if (context.ignoreBlanks) reader.skipBlanks();
    if (reader.done) throw new RegexError('unclosed character class');
    if (reader.take(']')) break;
    const operator = reader.takeOperator();
    if (operator === undefined) items = [...items, ...readItem(reader, context)];
    else {
      before = startOperation(before(finish(items, context)), operator, context);
      items = [];
    }
  }
  const set = before(finish(items, context));
  if (negated && !context.unicode) throw new RegexError(invalidUtf8);
  return negated ? complement(set, context.universe) : set;
}

/** What is to be done with the set that follows. */
type Operation = (set: CodePoints) => CodePoints;

function startOperation(left: CodePoints, operator: string, { universe }: ClassContext): Operation {
  if (operator === '&&') return (set) => intersect(left, set);
  if (operator === '--') return (set) => intersect(left, complement(set, universe));
  return (set) => intersect(normalise([...left, ...set]), complement(intersect(left, set), universe));
}

/** At the beginning some characters stand for themselves. */
function readFirstItems(reader: RegexReader): CodePoints {
  const items: (readonly [number, number])[] = [];
  while (reader.take('-')) items.push([0x2d, 0x2d]);
  if (items.length === 0 && reader.take(']')) items.push([0x5d, 0x5d]);
  return items;
}

function finish(items: CodePoints, { ignoreCase, universe }: ClassContext): CodePoints {
  const set = normalise(items);
  return ignoreCase ? foldCase(set, universe) : set;
}

function readItem(reader: RegexReader, context: ClassContext): CodePoints {
  if (reader.take('[')) return readNested(reader, context);
  const start = readMember(reader, context);
  if (typeof start !== 'number') return start;
  if (!reader.startsRange()) return [[start, start]];
  reader.next();
  const end = readMember(reader, context);
  if (typeof end !== 'number') throw new RegexError('invalid range boundary, must be a literal');
  if (end < start) throw new RegexError('invalid character class range, the start must be <= the end');
  return [[start, end]];
}

function readNested(reader: RegexReader, context: ClassContext): CodePoints {
  const [source, negation, name = ''] = reader.match(/^:(\^?)([a-z]+):\]/) ?? [];
  if (source === undefined || !Object.hasOwn(asciiClasses, name)) return bracketClass(reader, context);
  reader.skip(source.length);
  const set = codePointsOf(asciiClasses[name] ?? '', context.universe);
  return negation === '' ? set : complement(set, context.universe);
}

/** One code point, or a class that is written with a backslash. */
function readMember(reader: RegexReader, context: ClassContext): number | CodePoints {
  const character = reader.next();
  if (!context.unicode && character > '\x7f') throw new RegexError('Unicode not allowed here');
  if (character !== '\\') return character.codePointAt(0) ?? 0;
  const letter = reader.next();
  if (isPerlClass(letter)) return perlClass(letter, context);
  if (letter === 'p' || letter === 'P') return unicodeClass(reader, letter, context);
  return reader.readEscape(letter);
}
