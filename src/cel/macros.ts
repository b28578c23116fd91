import { boolOf, type Call, callTo, type Expr, identOf, internal, intOf, listOf } from './ast.ts';

const accumulator = '@result';
const pair = '@pair';
const input = '@input';

/** Writes a macro that the parser does not know as the loop that it stands for; undefined for what is no such macro. */
export function expandMacro(at: Expr, { target, args, function: name }: Call): Expr | undefined {
  const [first, second] = args;
  const variable = nameOf(first);
  if (target === undefined || variable === undefined || second === undefined) return undefined;
  if (name === 'sortBy' && args.length === 2) return sortBy(at, { target, variable, by: second });
  const build = loops.get(`${name}/${args.length}`);
  const value = nameOf(second);
  if (build === undefined || value === undefined) return undefined;
  const parts = { at, accu: identOf(at, accumulator), key: identOf(at, variable), args: args.slice(2) };
  return loopOver(parts, { range: target, names: [variable, value], loop: build(parts) });
}

type Over = { readonly range: Expr; readonly names: readonly [string, string]; readonly loop: Loop };

/** A loop over pairs, of which each turn takes its two variables. */
function loopOver({ at, accu }: Parts, { range, names: [key, value], loop }: Over): Expr {
  const part = (index: bigint) => callTo(at, '_[_]', [identOf(at, pair), intOf(at, index)]);
  const step = bind(at, { name: value, value: part(1n), body: loop.step });
  return comprehension(at, {
    iterVar: pair,
    iterRange: callTo(at, internal.pairs, [range]),
    accuVar: accumulator,
    accuInit: loop.init,
    loopCondition: loop.condition ?? boolOf(at, true),
    loopStep: bind(at, { name: key, value: part(0n), body: step }),
    result: loop.result ?? accu,
  });
}

type Parts = { readonly at: Expr; readonly accu: Expr; readonly key: Expr; readonly args: readonly Expr[] };
type Loop = { readonly init: Expr; readonly step: Expr; readonly condition?: Expr; readonly result?: Expr };

const loops = new Map<string, (parts: Parts) => Loop>([
  ['all/3', all],
  ['exists/3', exists],
  ['existsOne/3', existsOne],
  ['exists_one/3', existsOne],
  ['transformList/3', transformList],
  ['transformList/4', transformList],
  ['transformMap/3', transformMap],
  ['transformMap/4', transformMap],
  ['transformMapEntry/3', transformMapEntry],
  ['transformMapEntry/4', transformMapEntry],
]);

function all({ at, accu, args }: Parts): Loop {
  const condition = callTo(at, '@not_strictly_false', [accu]);
  return { init: boolOf(at, true), condition, step: callTo(at, '_&&_', [accu, ...args]) };
}

function exists({ at, accu, args }: Parts): Loop {
  const condition = callTo(at, '@not_strictly_false', [callTo(at, '!_', [accu])]);
  return { init: boolOf(at, false), condition, step: callTo(at, '_||_', [accu, ...args]) };
}

function existsOne({ at, accu, args }: Parts): Loop {
  const step = callTo(at, '_?_:_', [...args, callTo(at, '_+_', [accu, intOf(at, 1n)]), accu]);
  return { init: intOf(at, 0n), step, result: callTo(at, '_==_', [accu, intOf(at, 1n)]) };
}

function transformList(parts: Parts): Loop {
  return transform(internal.newList, parts, ({ at, accu }, body) =>
    callTo(at, internal.append, [accu, body]),
  );
}

function transformMap(parts: Parts): Loop {
  return transform(internal.newMap, parts, ({ at, accu, key }, body) =>
    callTo(at, internal.insert, [accu, key, body]),
  );
}

function transformMapEntry(parts: Parts): Loop {
  return transform(internal.newMap, parts, ({ at, accu }, body) => callTo(at, internal.insert, [accu, body]));
}

/** The last argument is what is collected, the one before it says whether. */
function transform(init: string, parts: Parts, collect: (parts: Parts, body: Expr) => Expr): Loop {
  const { at, accu, args } = parts;
  const [filter, body] = args.length > 1 ? args : [undefined, args[0]];
  const step = body === undefined ? accu : collect(parts, body);
  return {
    init: callTo(at, init, []),
    step: filter === undefined ? step : callTo(at, '_?_:_', [filter, step, accu]),
  };
}

type SortBy = { readonly target: Expr; readonly variable: string; readonly by: Expr };

function sortBy(at: Expr, { target, variable, by }: SortBy): Expr {
  const [list, accu] = [identOf(at, input), identOf(at, accumulator)];
  const keys = comprehension(at, {
    iterVar: variable,
    iterRange: list,
    accuVar: accumulator,
    accuInit: callTo(at, internal.newList, []),
    loopCondition: boolOf(at, true),
    loopStep: callTo(at, internal.append, [accu, by]),
    result: accu,
  });
  return bind(at, { name: input, value: target, body: callTo(at, internal.sortBy, [list, keys]) });
}

type Binding = { readonly name: string; readonly value: Expr; readonly body: Expr };

/** A loop without a turn, for the sake of its variable. */
function bind(at: Expr, { name, value, body }: Binding): Expr {
  return comprehension(at, {
    iterVar: '@unused',
    iterRange: listOf(at, []),
    accuVar: name,
    accuInit: value,
    loopCondition: boolOf(at, false),
    loopStep: identOf(at, name),
    result: body,
  });
}

type Comprehension = Record<'iterVar' | 'accuVar', string> &
  Record<'iterRange' | 'accuInit' | 'loopCondition' | 'loopStep' | 'result', Expr>;

function comprehension(at: Expr, value: Comprehension): Expr {
  const $typeName = 'cel.expr.Expr.Comprehension' as const;
  return { ...at, exprKind: { case: 'comprehensionExpr', value: { ...value, $typeName, iterVar2: '' } } };
}

function nameOf(expr: Expr | undefined): string | undefined {
  return expr?.exprKind.case === 'identExpr' ? expr.exprKind.value.name : undefined;
}
