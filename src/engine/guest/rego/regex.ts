import type { RE2JS } from 're2js';
import type { Builtin, BuiltinCall } from './arguments.ts';
import { BuiltinError } from './builtin-error.ts';
import { compileRustRegex, RegexError } from './rust-regex.ts';

/** Regular expressions of Rust's regex crate, in linear time. */
export const regexBuiltins: Readonly<Record<string, Builtin>> = {
  // policy-server joins the pieces to one text. It is a bug, and its answers are the measure.
  'regex.split': (call) => {
    const [pattern, text] = [call.string(0), call.string(1)];
    return compile(call, pattern, text).matcher(text).replaceAll('');
  },
  'regex.find_n': (call) => {
    const [pattern, text, limit] = [call.string(0), call.string(1), call.integer(2)];
    const matcher = compile(call, pattern, text).matcher(text);
    const found: string[] = [];
    let end = -1;
    while ((limit < 0n || found.length < limit) && matcher.find()) {
      // An empty match right behind another match is none.
      if (matcher.end() === matcher.start() && matcher.start() === end) continue;
      end = matcher.end();
      found.push(matcher.group() ?? '');
    }
    return found;
  },
  'regex.template_match': (call) => {
    const [template, text] = [call.string(0), call.string(1)];
    const [start, end] = [readDelimiter(call, 2, '3rd'), readDelimiter(call, 3, '4th')];
    return compileTemplate(toPattern(template, start, end), text)
      .matcher(text)
      .find();
  },
};

function readDelimiter(call: BuiltinCall, position: number, ordinal: string): string {
  const delimiter = call.string(position);
  if (Buffer.byteLength(delimiter) === 1) return delimiter;
  throw call.fail(`${ordinal} parameter has to be exactly one character long`);
}

function compile(call: BuiltinCall, pattern: string, text: string): RE2JS {
  try {
    return compileRustRegex(pattern, text);
  } catch (error) {
    if (!(error instanceof RegexError)) throw error;
    throw call.fail(`cannot build regex from the given pattern string '${pattern}': ${error.message}`);
  }
}

function compileTemplate(pattern: string, text: string): RE2JS {
  try {
    return compileRustRegex(pattern, text);
  } catch (error) {
    if (!(error instanceof RegexError)) throw error;
    throw new BuiltinError('regex', `tried to initialize an invalid regular expression: ${error.message}`);
  }
}

/** What is between the delimiters is a pattern, the rest is literal. Delimiters within a pattern vanish. */
function toPattern(template: string, start: string, end: string): string {
  let pattern = '';
  let part = '';
  let depth = 0;
  const flush = (literal: boolean): void => {
    pattern += literal ? part.replaceAll(metaCharacters, '\\$&') : part;
    part = '';
  };
  for (const character of template) {
    if (character === start) {
      depth += 1;
      if (depth === 1) flush(true);
    } else if (character === end) {
      depth -= 1;
      if (depth === 0) flush(false);
    } else part += character;
  }
  flush(depth <= 0);
  return pattern;
}

const metaCharacters = /[\\.+*?()|[\]{}^$#&\-~]/g;
