import { RE2JS } from 're2js';
import type { CodePoints, Universe } from './code-points.ts';
import {
  bracketClass,
  type ClassContext,
  invalidUtf8,
  isPerlClass,
  perlClass,
  unicodeClass,
} from './regex-class.ts';
import { RegexError, RegexReader } from './regex-reader.ts';

export { RegexError } from './regex-reader.ts';

/** The flags of a group; those of RE2 are passed on, the others are dealt with here. */
type Flags = { readonly unicode: boolean; readonly ignoreCase: boolean; readonly ignoreBlanks: boolean };

/** `text` sets those flags that RE2 has. */
type Setting = { readonly flags: Flags; readonly text: string };

const ascii = /^[\0-\x7f]*$/;

/**
 * A pattern of Rust's regex crate for searching this text, with RE2's linear time. The languages of both differ in their classes, in what
 * `\w` and `\b` mean, and in details; the pattern is rewritten for RE2. Throws a RegexError for what the crate refuses, and for the
 * little that RE2 has nothing for.
 */
export function compileRustRegex(pattern: string, text: string): RE2JS {
  const isAscii = ascii.test(text) && ascii.test(pattern) && !/\\[xuU]/.test(pattern);
  const translated = new Translator(pattern, isAscii ? 0x7f : 0x10ffff, ascii.test(text)).translate();
  try {
    return RE2JS.compile(translated);
  } catch (cause) {
    throw new RegexError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/** Deeper patterns are refused, as the crate does it. */
const maxDepth = 250;

class Translator {
  readonly #reader: RegexReader;
  readonly #universe: Universe;
  readonly #isAscii: boolean;
  readonly #names = new Set<string>();
  #depth = 0;

  constructor(pattern: string, universe: Universe, isAscii: boolean) {
    this.#reader = new RegexReader(pattern);
    this.#universe = universe;
    this.#isAscii = isAscii;
  }

  translate(): string {
    const text = this.#alternatives({ unicode: true, ignoreCase: false, ignoreBlanks: false });
    if (!this.#reader.done) throw new RegexError('unopened group');
    return text;
  }

  /** Up to the end of the group, or of the pattern. Flags that are set within it count for the rest of it. */
  #alternatives(given: Flags): string {
    if (this.#depth > maxDepth) throw new RegexError('exceeds the nest limit');
    this.#depth += 1;
    let flags = given;
    let text = '';
    for (;;) {
      if (flags.ignoreBlanks) this.#reader.skipBlanks();
      if (this.#reader.done || this.#reader.peek() === ')') break;
      const setting = this.#takeFlags(flags);
      if (setting !== undefined) {
        flags = setting.flags;
        text += setting.text;
        if (/^[*+?{]/.test(this.#reader.peek()))
          throw new RegexError('repetition operator missing expression');
      } else text += this.#reader.take('|') ? '|' : this.#repeated(flags);
    }
    this.#depth -= 1;
    return text;
  }

  /** `(?flags)`, which ends itself. */
  #takeFlags(flags: Flags): Setting | undefined {
    const [source, letters = ''] = this.#reader.match(/^\(\?([^:)<>PL=!]*)\)/) ?? [];
    if (source === undefined) return undefined;
    this.#reader.skip(source.length);
    if (letters === '') throw new RegexError('repetition operator missing expression');
    return readFlags(letters, flags);
  }

  #repeated(flags: Flags): string {
    const first = this.#reader.peek();
    if (/^[*+?{]$/.test(first)) throw new RegexError('repetition operator missing expression');
    let text = this.#atom(flags);
    for (let again = false; ; again = true) {
      if (flags.ignoreBlanks) this.#reader.skipBlanks();
      const count = this.#takeCount();
      if (count === undefined) return text;
      // RE2 does not know repetitions of repetitions.
      text = (again ? `(?:${text})` : text) + count + (this.#reader.take('?') ? '?' : '');
    }
  }

  #takeCount(): string | undefined {
    const next = this.#reader.peek();
    if (/^[*+?]$/.test(next)) return this.#reader.next();
    return next === '{' ? this.#takeRange() : undefined;
  }

  #takeRange(): string {
    const [source, low = '', comma = '', high = ''] =
      this.#reader.match(/^\{\s*(\d+)\s*(,?)\s*(\d*)\s*\}/) ?? [];
    if (source === undefined || (comma === '' && high !== ''))
      throw new RegexError('repetition quantifier expects a valid decimal');
    if (high !== '' && Number(high) < Number(low))
      throw new RegexError('invalid repetition count range, the start must be <= the end');
    this.#reader.skip(source.length);
    return `{${low}${comma}${high}}`;
  }

  #atom(flags: Flags): string {
    const character = this.#reader.next();
    switch (character) {
      case '(':
        return this.#group(flags);
      case '[':
        return writeClass(bracketClass(this.#reader, this.#context(flags)));
      case '\\':
        return this.#escape(flags);
      case '.':
        if (!flags.unicode) throw new RegexError(invalidUtf8);
        return character;
      case '^':
      case '$':
        return character;
      default:
        return RE2JS.quote(character);
    }
  }

  #context(flags: Flags): ClassContext {
    return { ...flags, universe: this.#universe };
  }

  #group(flags: Flags): string {
    // Flags of a group count within it, so they are set there.
    const setting = this.#readHead(flags);
    const text = `(?:${setting.text}${this.#alternatives(setting.flags)})`;
    if (!this.#reader.take(')')) throw new RegexError('unclosed group');
    return text;
  }

  #readHead(flags: Flags): Setting {
    const [source, letters = ''] = this.#reader.match(/^\?([a-zA-Z-]*):/) ?? [];
    if (source === undefined) {
      if (this.#reader.peek() === '?') this.#readName();
      return { flags, text: '' };
    }
    this.#reader.skip(source.length);
    return letters === '' ? { flags, text: '' } : readFlags(letters, flags);
  }

  #readName(): void {
    const [source, name = ''] = this.#reader.match(/^\?P?<([A-Za-z_][\w.[\]]*)>/) ?? [];
    if (source === undefined)
      throw new RegexError(
        /^\?<?[=!]/.test(this.#reader.match(/^.{0,3}/s)?.[0] ?? '')
          ? 'look-around, including look-ahead and look-behind, is not supported'
          : 'unrecognized flag',
      );
    if (this.#names.has(name)) throw new RegexError('duplicate capture group name');
    this.#names.add(name);
    this.#reader.skip(source.length);
  }

  #escape(flags: Flags): string {
    const letter = this.#reader.next();
    if (letter === 'A' || letter === 'z') return `\\${letter}`;
    if (letter === 'b' || letter === 'B') return this.#boundary(letter, flags);
    if (letter === '<' || letter === '>')
      throw new RegexError('this engine has no word boundaries of this kind');
    const context = this.#context(flags);
    if (isPerlClass(letter)) return writeClass(perlClass(letter, context));
    if (letter === 'p' || letter === 'P') return writeClass(unicodeClass(this.#reader, letter, context));
    return RE2JS.quote(String.fromCodePoint(this.#reader.readEscape(letter)));
  }

  /** For RE2 only ASCII makes words. */
  #boundary(letter: string, { unicode }: Flags): string {
    if (this.#reader.match(/^\{(?:start|end|start-half|end-half)\}/) !== null)
      throw new RegexError('this engine has no word boundaries of this kind');
    if (unicode && !this.#isAscii)
      throw new RegexError('this engine cannot tell word boundaries in a text beyond ASCII');
    return `\\${letter}`;
  }
}

function readFlags(letters: string, flags: Flags): Setting {
  if (!/^[imsUuRx]*(?:-[imsUuRx]+)?$/.test(letters)) throw new RegexError('unrecognized flag');
  if (letters.includes('R')) throw new RegexError('this engine does not have the flag R');
  const [on = '', off = ''] = letters.split('-');
  if (new Set(on + off).size < on.length + off.length) throw new RegexError('duplicate flag');
  const pick = (letter: string, before: boolean): boolean =>
    on.includes(letter) || (before && !off.includes(letter));
  const known = (some: string): string => some.replaceAll(/[ux]/g, '');
  const text = known(on) + (known(off) && `-${known(off)}`);
  return {
    flags: {
      unicode: pick('u', flags.unicode),
      ignoreCase: pick('i', flags.ignoreCase),
      ignoreBlanks: pick('x', flags.ignoreBlanks),
    },
    text: text && `(?${text})`,
  };
}

/** A class without code points matches nothing, which RE2 has no shorter words for. */
function writeClass(set: CodePoints): string {
  if (set.length === 0) return '[^\\x{0}-\\x{10FFFF}]';
  const ranges = set.map((range) => range.map((code) => `\\x{${code.toString(16)}}`).join('-'));
  return `[${ranges.join('')}]`;
}
