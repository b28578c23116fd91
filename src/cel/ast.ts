import type { parse } from '@bufbuild/cel';

export type Expr = NonNullable<ReturnType<typeof parse>['expr']>;
export type Call = Extract<Expr['exprKind'], { case: 'callExpr' }>['value'];
export type Comprehension = Extract<Expr['exprKind'], { case: 'comprehensionExpr' }>['value'];

/** Functions that only rewritten expressions call. */
export const internal = {
  unknown: '@unknown',
  need: '@need',
  step: '@step',
  key: '@key',
  has: '@has',
  select: 'optSelect__',
  index: 'optIndex__',
  toOptional: '@toOptional',
  pairs: '@pairs',
  newList: '@newList',
  append: '@append',
  newMap: '@newMap',
  insert: '@insert',
  sortBy: '@sortBy',
} as const;

/** What is made replaces `at` in messages. */
export function callTo(at: Expr, name: string, args: Expr[]): Expr {
  const value = { $typeName: 'cel.expr.Expr.Call' as const, function: name, args };
  return { ...at, exprKind: { case: 'callExpr', value } };
}

export function methodOf(target: Expr, name: string, argument: Expr): Expr {
  const value = { $typeName: 'cel.expr.Expr.Call' as const, target, function: name, args: [argument] };
  return { ...target, exprKind: { case: 'callExpr', value } };
}

export function listOf(at: Expr, elements: Expr[]): Expr {
  const value = { $typeName: 'cel.expr.Expr.CreateList' as const, elements, optionalIndices: [] };
  return { ...at, exprKind: { case: 'listExpr', value } };
}

export function textOf(at: Expr, text: string): Expr {
  const constantKind = { case: 'stringValue' as const, value: text };
  return { ...at, exprKind: { case: 'constExpr', value: { $typeName: 'cel.expr.Constant', constantKind } } };
}

export function identifier(name: string): Expr['exprKind'] {
  return { case: 'identExpr', value: { $typeName: 'cel.expr.Expr.Ident', name } };
}

export function identOf(at: Expr, name: string): Expr {
  return { ...at, exprKind: identifier(name) };
}

export function boolOf(at: Expr, value: boolean): Expr {
  const constantKind = { case: 'boolValue' as const, value };
  return { ...at, exprKind: { case: 'constExpr', value: { $typeName: 'cel.expr.Constant', constantKind } } };
}

export function intOf(at: Expr, value: bigint): Expr {
  const constantKind = { case: 'int64Value' as const, value };
  return { ...at, exprKind: { case: 'constExpr', value: { $typeName: 'cel.expr.Constant', constantKind } } };
}
