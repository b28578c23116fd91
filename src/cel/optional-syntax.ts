import { internal } from './ast.ts';

/**
 * Writes `a.?b` and `a[?b]`, which the parser does not know, as calls. Leaves all else as it is, and what is not CEL to the parser.
 */
export function desugarOptionals(expression: string): string {
  if (!expression.includes('?')) return expression;
  const closers: string[] = [];
  let before = '';
  return Array.from(expression.matchAll(tokens), ([token]) => {
    const previous = before;
    if (token.trim() !== '' && !token.startsWith('//')) before = token;
    return desugar(token, { previous, closers });
  }).join('');
}

type Place = { readonly previous: string; readonly closers: string[] };

function desugar(token: string, { previous, closers }: Place): string {
  const select = /^\.\s*\?\s*(\w+)$/.exec(token)?.[1];
  if (select !== undefined) return `.${internal.select}("${select}")`;
  const isIndex = /^\[\s*\?$/.test(token) && /[\w)\]}"']$/.test(previous);
  if (isIndex) {
    closers.push(')');
    return `.${internal.index}(`;
  }
  if (token.startsWith('[')) closers.push(']');
  return token === ']' ? (closers.pop() ?? token) : token;
}

/** Strings and comments as a whole, so that nothing in them counts. */
const tokens =
  /[bBrR]{0,2}(?:"""[^]*?"""|'''[^]*?'''|"(?:\\[^]|[^"\\])*"|'(?:\\[^]|[^'\\])*')|\/\/[^\n]*|\.\s*\?\s*[A-Za-z_]\w*|\[\s*\?|\w+|\s+|[^]/g;
