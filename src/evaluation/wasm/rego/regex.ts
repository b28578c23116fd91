import { RE2JS } from 're2js';
import type { Builtin, BuiltinCall } from './arguments.ts';

/** Regular expressions with RE2's syntax and linear time, as Rego has them. */
export const regexBuiltins: Readonly<Record<string, Builtin>> = {
  // policy-server joins the pieces to one text. It is a bug, and its answers are the measure.
  'regex.split': (call) => {
    const pattern = compile(call, call.string(0));
    return pattern.matcher(call.string(1)).replaceAll('');
  },
  'regex.find_n': (call) => {
    const pattern = compile(call, call.string(0));
    const matcher = pattern.matcher(call.string(1));
    const limit = Number(call.integer(2));
    const found: string[] = [];
    while ((limit < 0 || found.length < limit) && matcher.find()) found.push(matcher.group() ?? '');
    return found;
  },
  'regex.template_match': (call) => {
    const [template, text, start, end] = [call.string(0), call.string(1), call.string(2), call.string(3)];
    for (const [position, delimiter] of [
      ['3rd', start],
      ['4th', end],
    ] as const) {
      if (Buffer.byteLength(delimiter) !== 1)
        throw call.fail(`${position} parameter has to be exactly one character long`);
    }
    return compile(call, toPattern(template, start, end))
      .matcher(text)
      .find();
  },
};

function compile(call: BuiltinCall, pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw call.fail(`cannot build regex from the given pattern string '${pattern}': ${why}`);
  }
}

/** What is between the delimiters is a pattern, the rest is literal. Delimiters within a pattern vanish. */
function toPattern(template: string, start: string, end: string): string {
  let pattern = '';
  let part = '';
  let depth = 0;
  const flush = (literal: boolean): void => {
    pattern += literal ? RE2JS.quote(part) : part;
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
