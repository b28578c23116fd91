import { expect, it } from 'vitest';
import { toVariables } from '../../../src/matching/condition-variables.ts';
import { anObject, pods } from '../../support/builders.ts';
import { compileExpression } from '../../support/compile-expression.ts';

const web = toVariables(anObject(pods, 'shop/web'));
const long = `lists.range(20)`;

/** Each of these answers is one that an API server gave, but for what is unknown here. */
it.each([
  [`['a', 'b'].all(i, v, v == ['a', 'b'][i]) && ['a'].exists(i, v, i == 0 && v == 'a')`, 'true'],
  [`[1, 2].existsOne(i, v, v == 2) && ![1, 1].exists_one(i, v, v == 1)`, 'true'],
  [`[1, 2].exists(i, v, v / (v - 1) > 0)`, 'true'],
  [`{'a': 1}.all(k, v, k == 'a' && v == 1) && {}.all(k, v, false)`, 'true'],
  [`[3, 1, 2].transformList(i, v, v > 1, i * v) == [0, 4]`, 'true'],
  [
    `[3, 1].transformMap(i, v, v * 2) == {0: 6, 1: 2} && {'a': 1, 'b': 2}.transformMap(k, v, v > 1, v) == {'b': 2}`,
    'true',
  ],
  [`['x', 'y'].transformMapEntry(i, v, {v: i}) == {'x': 0, 'y': 1}`, 'true'],
  [`[[1, 2], [3]].all(i, v, v.all(j, w, w == i * 2 + j + 1))`, 'true'],
  [`[1].all(i, v, [2].all(v, i, v == 0 && i == 2) && i == 0 && v == 1)`, 'true'],
  [`['a', 'a'].transformMapEntry(i, v, {v: i}).size() == 1`, 'error'],
  [`dyn(1).all(i, v, true)`, 'error'],
  [`dyn(optional.of(1)).all(i, v, true)`, 'error'],
  [`[1, 0].transformList(i, v, 1 / v).size() == 2`, 'error'],
  [`[3, 1, 2].sort() == [1, 2, 3] && [3, 1, 2].sortBy(x, -x) == [3, 2, 1]`, 'true'],
  [`['bb', 'a', 'cc', 'd'].sortBy(s, s.size()) == ['a', 'd', 'bb', 'cc']`, 'true'],
  [`${long}.sortBy(x, -x)[0] == 19 && ${long}.reverse().sort() == ${long}`, 'true'],
  [`${long}.map(x, x % 2).sort()[9] == 0`, 'true'],
  [`${long}.sortBy(x, x % 2)[0] == 0`, 'unknown'],
  [`${long}.map(x, x == 0 ? double('NaN') : 1.0).sort()[0] == 1.0`, 'unknown'],
  [`[dyn(1), dyn('a')].sort() == [1]`, 'error'],
  [`dyn([quantity('1')]).sort().size() == 1`, 'error'],
  [`[1, 2, 1].distinct() == [1, 2] && [1, 2].reverse() == [2, 1] && [[1], [2]].flatten() == [1, 2]`, 'true'],
  [`[1, 2, 3].slice(1, 3) == [2, 3] && lists.range(2) == [0, 1]`, 'true'],
  [`[1].slice(0, 2) == [1]`, 'error'],
  [`[[1]].flatten(-1) == [1]`, 'error'],
  [`lists.range(-1) == []`, 'error'],
  [`lists.range(1000000).size() == 1000000`, 'unknown'],
  [`[1, 2].first().value() == 1 && [1, 2].last().value() == 2 && !dyn([]).first().hasValue()`, 'true'],
  [
    `optional.unwrap([optional.of(1), optional.none()]) == [1] && [optional.of(2)].unwrapOpt() == [2]`,
    'true',
  ],
  [`dyn([1]).unwrapOpt() == [1]`, 'error'],
])('%s is %s', (expression, kind) => {
  expect(compileExpression(expression).evaluate(web).kind).toBe(kind);
});
