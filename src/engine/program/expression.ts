/** What joins the verdicts of a policy group. */
export type Expression =
  | { readonly type: 'value'; readonly value: boolean }
  | { readonly type: 'member'; readonly name: string }
  | { readonly type: 'not'; readonly operand: Expression }
  | {
      readonly type: '&&' | '||' | '==' | '!=';
      readonly left: Expression;
      readonly right: Expression;
    };

type Reader = { readonly tokens: readonly string[]; position: number };

/** The operators that bind weakest come first. */
const levels: readonly (readonly ('&&' | '||' | '==' | '!=')[])[] = [['||'], ['&&'], ['==', '!=']];

/** Deeper nesting than anybody writes; it limits the stack for reading and computing the expression. */
const maxTokens = 1000;

/** Reads an expression such as `a() && !(b() || c())`. Throws an Error that says what is wrong with it, and where. */
export function parseExpression(text: string): Expression {
  const reader = { tokens: tokenize(text), position: 0 };
  if (reader.tokens.length > maxTokens) throw new Error('it is too long');
  const expression = readBinary(reader, 0);
  if (reader.position < reader.tokens.length) throw unexpected(reader);
  return expression;
}

/** Computes the expression; members that cannot change the result are not asked. */
export function evaluateExpression(expression: Expression, ask: (name: string) => boolean): boolean {
  const compute = (operand: Expression): boolean => evaluateExpression(operand, ask);
  switch (expression.type) {
    case 'value':
      return expression.value;
    case 'member':
      return ask(expression.name);
    case 'not':
      return !compute(expression.operand);
    case '&&':
      return compute(expression.left) && compute(expression.right);
    case '||':
      return compute(expression.left) || compute(expression.right);
    case '==':
      return compute(expression.left) === compute(expression.right);
    case '!=':
      return compute(expression.left) !== compute(expression.right);
  }
}

/** The names of the members that the expression calls. */
export function membersOf(expression: Expression): ReadonlySet<string> {
  switch (expression.type) {
    case 'value':
      return new Set();
    case 'member':
      return new Set([expression.name]);
    case 'not':
      return membersOf(expression.operand);
    case '&&':
    case '||':
    case '==':
    case '!=':
      return new Set([...membersOf(expression.left), ...membersOf(expression.right)]);
  }
}

function tokenize(text: string): readonly string[] {
  const tokens = text.match(/[A-Za-z_]\w*|&&|\|\||[=!]=|[!()]|\S/g) ?? [];
  if (tokens.length === 0) throw new Error('it is empty');
  return tokens;
}

function readBinary(reader: Reader, level: number): Expression {
  const operators = levels[level];
  if (operators === undefined) return readUnary(reader);
  let left = readBinary(reader, level + 1);
  for (;;) {
    const operator = operators.find((candidate) => candidate === reader.tokens[reader.position]);
    if (operator === undefined) return left;
    reader.position += 1;
    left = { type: operator, left, right: readBinary(reader, level + 1) };
  }
}

function readUnary(reader: Reader): Expression {
  if (!accept(reader, '!')) return readPrimary(reader);
  return { type: 'not', operand: readUnary(reader) };
}

function readPrimary(reader: Reader): Expression {
  if (accept(reader, '(')) {
    const inner = readBinary(reader, 0);
    expect(reader, ')');
    return inner;
  }
  const name = reader.tokens[reader.position];
  if (name === undefined || !/^[A-Za-z_]/.test(name)) throw unexpected(reader);
  reader.position += 1;
  if (name === 'true' || name === 'false') return { type: 'value', value: name === 'true' };
  expect(reader, '(');
  expect(reader, ')');
  return { type: 'member', name };
}

function accept(reader: Reader, token: string): boolean {
  if (reader.tokens[reader.position] !== token) return false;
  reader.position += 1;
  return true;
}

function expect(reader: Reader, token: string): void {
  if (!accept(reader, token)) throw unexpected(reader, `; "${token}" was expected`);
}

function unexpected(reader: Reader, hint = ''): Error {
  const token = reader.tokens[reader.position];
  const what = token === undefined ? 'it ends too early' : `"${token}" is not expected there`;
  return new Error(`${what}${hint}`);
}
