import {
  type Call,
  type Comprehension,
  callTo,
  type Expr,
  identifier,
  internal,
  listOf,
  methodOf,
  textOf,
} from './ast.ts';
import { expandMacro } from './macros.ts';

type Optional = Expr | undefined;

export type Rewritten = {
  readonly expr: Expr;
  /** What the expression refers to and nobody knows, each as the end of a sentence. */
  readonly unknowns: readonly string[];
};

/** What is not known of the variables of an expression. */
export type UnknownPath = {
  /** A variable, or a field of one like `request.userInfo`. */
  readonly path: string;
  /** The end of a sentence, like `reads request.userInfo`. */
  readonly why: string;
  /** It is known after all, unless an evaluation is told that this part is missing; and so is that it is there. */
  readonly part?: string;
  /** Of its fields all are known, but for those that are unknown by themselves. */
  readonly knownFields?: boolean;
};

export type RewriteOptions = {
  readonly unknown: readonly UnknownPath[];
  readonly hasFunction: (name: string) => boolean;
};

/**
 * Makes an expression fit for variables that are not all known: what is unknown fails in a way that can be told, every turn of a loop is
 * counted, and access through optionals becomes calls.
 */
export function rewrite(expr: Expr, options: RewriteOptions): Rewritten {
  const rewriter = new Rewriter(options);
  return { expr: rewriter.visit(expr), unknowns: [...rewriter.unknowns] };
}

class Rewriter {
  readonly unknowns = new Set<string>();
  readonly #hasFunction: RewriteOptions['hasFunction'];
  readonly #unknownPaths: ReadonlyMap<string | undefined, UnknownPath>;

  constructor({ unknown, hasFunction }: RewriteOptions) {
    this.#hasFunction = hasFunction;
    this.#unknownPaths = new Map(unknown.map((one) => [one.path, one]));
  }

  visit(expr: Expr): Expr {
    const { exprKind } = expr;
    switch (exprKind.case) {
      case 'identExpr':
        return this.#read(expr) ?? expr;
      case 'selectExpr':
        return this.#select(expr);
      case 'callExpr':
        return this.#macro(expr, exprKind.value);
      case 'comprehensionExpr':
        return this.#comprehension(expr, exprKind.value);
      case 'listExpr': {
        const elements = exprKind.value.elements.map((element) => this.visit(element));
        return { ...expr, exprKind: { case: 'listExpr', value: { ...exprKind.value, elements } } };
      }
      case 'structExpr':
        return this.#struct(expr);
      case 'constExpr':
      case undefined:
        return expr;
    }
  }

  /** Undefined if it is not an unknown path. */
  #read(expr: Expr): Expr | undefined {
    const unknown = this.#unknownPaths.get(pathOf(expr));
    if (unknown === undefined) return undefined;
    const { part, why } = unknown;
    if (part === undefined) return this.#unknown(expr, why);
    const isTest = expr.exprKind.case === 'selectExpr' && expr.exprKind.value.testOnly;
    return isTest ? expr : callTo(expr, internal.need, [textOf(expr, part), textOf(expr, why), expr]);
  }

  #select(expr: Expr): Expr {
    if (expr.exprKind.case !== 'selectExpr') return expr;
    const { value } = expr.exprKind;
    const read = this.#read(expr);
    if (read !== undefined) return read;
    if (this.#unknownPaths.get(pathOf(value.operand))?.knownFields === true) return expr;
    const operand = this.#visitOptional(value.operand);
    if (value.testOnly && operand !== undefined) return this.#has(expr, operand, value.field);
    return isOptionalAccess(operand)
      ? methodOf(operand, internal.select, textOf(expr, value.field))
      : { ...expr, exprKind: { case: 'selectExpr', value: { ...value, operand } } };
  }

  #has(expr: Expr, operand: Expr, field: string): Expr {
    if (isOptionalAccess(operand)) return this.#unknown(expr, 'uses has() with an optional');
    return callTo(expr, internal.has, [operand, textOf(expr, field)]);
  }

  #macro(expr: Expr, call: Call): Expr {
    const expanded = expandMacro(expr, call);
    return expanded === undefined ? this.#call(expr, call) : this.visit(expanded);
  }

  #call(expr: Expr, call: Call): Expr {
    if (call.function === 'optMap' || call.function === 'optFlatMap') return this.#optionalMap(expr, call);
    if (!isOperator(call.function) && !this.#isKnown(call)) {
      const target = this.#visitOptional(call.target);
      if (isUnknown(target)) return target;
      return this.#unknown(expr, `uses ${call.function}(), which audits cannot evaluate`);
    }
    const target = isQualifier(call.target) ? call.target : this.#visitOptional(call.target);
    const args = call.args.map((arg) => this.visit(arg));
    const [holder, key] = args;
    if (call.function === '_[_]' && key !== undefined && isOptionalAccess(holder)) {
      return methodOf(holder, internal.index, key);
    }
    return { ...expr, exprKind: { case: 'callExpr', value: { ...call, target, args } } };
  }

  #isKnown({ target, function: name }: Call): boolean {
    const qualifier =
      isQualifier(target) && target?.exprKind.case === 'identExpr' ? target.exprKind.value.name : '';
    return this.#hasFunction(name) || this.#hasFunction(`${qualifier}.${name}`);
  }

  #comprehension(expr: Expr, value: Comprehension): Expr {
    const condition = this.#visitOptional(value.loopCondition);
    const loopCondition = condition && callTo(expr, '_&&_', [callTo(expr, internal.step, []), condition]);
    const rewritten = {
      ...value,
      iterRange: this.#visitOptional(value.iterRange),
      accuInit: this.#visitOptional(value.accuInit),
      loopCondition,
      loopStep: this.#visitOptional(value.loopStep),
      result: this.#visitOptional(value.result),
    };
    return { ...expr, exprKind: { case: 'comprehensionExpr', value: rewritten } };
  }

  /** An optional is a list of at most one element here, so its map is a loop of at most one turn. */
  #optionalMap(expr: Expr, { target, args, function: name }: Call): Expr {
    const [variable, body] = args;
    if (variable?.exprKind.case !== 'identExpr' || body === undefined || target === undefined) {
      return this.#unknown(expr, `uses ${name}() in a way that audits cannot evaluate`);
    }
    const step = this.visit(body);
    const loop = {
      $typeName: 'cel.expr.Expr.Comprehension' as const,
      iterVar: variable.exprKind.value.name,
      iterVar2: '',
      iterRange: this.visit(target),
      accuVar: '@optional',
      accuInit: listOf(expr, []),
      loopCondition: callTo(expr, internal.step, []),
      loopStep: name === 'optMap' ? listOf(expr, [step]) : step,
      result: { ...expr, exprKind: identifier('@optional') },
    };
    const folded: Expr = { ...expr, exprKind: { case: 'comprehensionExpr', value: loop } };
    return callTo(expr, internal.toOptional, [folded]);
  }

  #struct(expr: Expr): Expr {
    if (expr.exprKind.case !== 'structExpr') return expr;
    const { value } = expr.exprKind;
    const entries = value.entries.map((entry) => ({
      ...entry,
      keyKind:
        entry.keyKind.case === 'mapKey'
          ? { case: 'mapKey' as const, value: this.#key(entry.keyKind.value) }
          : entry.keyKind,
      value: this.#visitOptional(entry.value),
    }));
    return { ...expr, exprKind: { case: 'structExpr', value: { ...value, entries } } };
  }

  #key(expr: Expr): Expr {
    const key = this.visit(expr);
    return key.exprKind.case === 'constExpr' ? key : callTo(key, internal.key, [key]);
  }

  #visitOptional(expr: Optional): Optional {
    return expr && this.visit(expr);
  }

  #unknown(expr: Expr, what: string): Expr {
    this.unknowns.add(what);
    return callTo(expr, internal.unknown, [textOf(expr, what)]);
  }
}

function isUnknown(expr: Optional): expr is Expr {
  return expr?.exprKind.case === 'callExpr' && expr.exprKind.value.function === internal.unknown;
}

/** Like `request.resource`; undefined if it is not a variable or field of one. */
function pathOf(expr: Optional): string | undefined {
  if (expr?.exprKind.case === 'identExpr') return expr.exprKind.value.name;
  if (expr?.exprKind.case !== 'selectExpr') return undefined;
  const { operand, field } = expr.exprKind.value;
  const path = pathOf(operand);
  return path && `${path}.${field}`;
}

function isIdent(expr: Optional, name: string): boolean {
  return expr?.exprKind.case === 'identExpr' && expr.exprKind.value.name === name;
}

const qualifiers = ['optional', 'strings', 'sets', 'math', 'ip', 'format', 'lists'];

/** `optional` in `optional.of(1)`: part of a name, and no value. */
function isQualifier(target: Optional): boolean {
  return qualifiers.some((name) => isIdent(target, name)) || target === undefined;
}

/** `_+_`, `!_`, `@in` and the like. */
function isOperator(name: string): boolean {
  return /[^\w]|^_/.test(name);
}

function isOptionalAccess(expr: Optional): expr is Expr {
  const call = expr?.exprKind.case === 'callExpr' ? expr.exprKind.value.function : undefined;
  return call === internal.select || call === internal.index;
}
