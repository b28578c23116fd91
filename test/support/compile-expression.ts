import { compile } from '../../src/cel/expression.ts';
import { unknownPaths } from '../../src/matching/condition-variables.ts';

/** A match condition, as an audit compiles it. */
export function compileExpression(expression: string) {
  return compile(expression, { unknown: unknownPaths });
}
