import { describe, expect, it } from 'vitest';
import { toVariables } from '../../../src/matching/condition-variables.ts';
import { anObject, namespaces, pods } from '../../support/builders.ts';
import { compileExpression } from '../../support/compile-expression.ts';

const json = `{
  "metadata": {"name": "web", "labels": {"app": "shop"}},
  "big": 9007199254740993, "huge": 1e3, "tooBig": 18446744073709551616,
  "spec": {"replicas": 3, "nums": [3, 1, 2], "list": [{"n": "a"}, {"n": "b"}]},
  "__proto__": {"own": true}, "constructor": 7
}`;
const web = toVariables({ ...anObject(pods, 'shop/web'), json: Buffer.from(json) });

function answer(expression: string): unknown {
  const { kind } = compileExpression(expression).evaluate(web);
  return kind;
}

describe('an expression', () => {
  it.each([
    `object.metadata.name == 'web' && oldObject == null`,
    `has(object.metadata.labels) && 'app' in object.metadata.labels`,
    `!has(object.metadata.annotations)`,
    `object.spec.replicas > 2 && object.spec.replicas > 2.5 && object.spec.replicas == 3u`,
    `object.spec.list.all(x, x.n in ['a', 'b']) && object.spec.list.exists_one(x, x.n == 'a')`,
    `object.nope == 1 || true`,
    `object.big == 9007199254740993 && object.big != 9007199254740992`,
    `type(object.huge) == double && type(object.tooBig) == double && type(object.spec.replicas) == int`,
    `object.__proto__.own && object['constructor'] == 7 && !has(object.toString)`,
    `request.operation == 'CREATE' && request.namespace == 'shop' && request.name == 'web'`,
    `request.kind.kind == 'Pod' && request.resource.resource == 'pods' && !has(request.subResource)`,
    `object.metadata.?labels.?app.orValue('') == 'shop' && object.metadata.?labels.app.hasValue()`,
    `object.metadata.?annotations.?a.orValue('none') == 'none' && object.?a.b[?'c'].orValue(1) == 1`,
    `object.metadata.labels[?'app'].value() == 'shop' && !object.spec.nums[?7].hasValue()`,
    `object.metadata.?name.optMap(n, n + '!').orValue('') == 'web!'`,
    `object.metadata.?labels.optFlatMap(l, l.?app).orValue('') == 'shop'`,
    `optional.of(1).or(optional.none()).value() == 1 && optional.ofNonZeroValue('').orValue('x') == 'x'`,
    `object.spec.nums.sum() == 6 && object.spec.nums.min() == 1 && object.spec.nums.max() == 3`,
    `[1, 2, 2].isSorted() && [1, 2, 2].indexOf(2) == 1 && [1, 2, 2].lastIndexOf(2) == 2`,
    `sets.contains(object.spec.nums, [1]) && sets.equivalent([1, 1], [1]) && !sets.intersects([1], [2])`,
    `'a1b22'.find('[0-9]+') == '1' && 'a1b22'.findAll('[0-9]+') == ['1', '22'] && 'ab'.matches('^a')`,
    `'a,b'.split(',') == ['a', 'b'] && 'AbC'.lowerAscii() == 'abc' && '%s-%d'.format(['a', 1]) == 'a-1'`,
    `"a ?. b [?" == 'a ?. b [?'`,
    `duration('1h') > duration('30m') && timestamp('2026-01-01T00:00:00Z').getFullYear() == 2026`,
  ])('%s is true', (expression) => {
    const { unknowns, evaluate } = compileExpression(expression);
    expect([unknowns, evaluate(web)]).toEqual([[], { kind: 'true' }]);
  });

  it.each([
    [`object.nope == 1`, 'field not found: nope'],
    [`object.spec.list[7].n == 'a'`, 'index 7 out of bounds'],
    [`1 / 0 == 1`, 'int divide by zero'],
    [`9223372036854775807 + 1 > 0`, 'int overflow'],
    [`object.metadata.name + 1 == 'x'`, 'no matching overload'],
    [`object.metadata.name`, 'neither true nor false'],
    [`nobody == 1`, ''],
    [`optional.none().value() == 1`, 'dereference'],
    [`[1, 'a'].max() == 1`, 'no such overload'],
    [`'a'.matches('(')`, ''],
  ])('%s fails', (expression, why) => {
    const found = compileExpression(expression).evaluate(web);
    expect(found).toMatchObject({ kind: 'error', why: expect.stringContaining(why) as string });
  });

  it.each([
    [`request.userInfo.username == 'x'`, 'reads request.userInfo'],
    [`has(request.userInfo.username)`, 'reads request.userInfo'],
    [`dyn(request).operation == 'x'`, 'reads request'],
    [`authorizer.group('').resource('pods').check('get').allowed()`, 'reads authorizer'],
    [`object.spec.list.exists(i, v, w, v.n == 'a')`, 'uses exists(), which audits cannot evaluate'],
    [`nobodyKnows(1)`, 'uses nobodyKnows(), which audits cannot evaluate'],
  ])('%s is unknown, and that is known before', (expression, why) => {
    const { unknowns, evaluate } = compileExpression(expression);
    expect([unknowns, evaluate(web)]).toEqual([[why], { kind: 'unknown', why }]);
  });

  it('does not need to know what does not count', () => {
    expect(answer(`request.userInfo.username == 'x' || object.spec.replicas == 3`)).toBe('true');
    expect(answer(`request.userInfo.username == 'x' && object.spec.replicas == 4`)).toBe('false');
  });

  it('says of a Namespace that it lies in itself', () => {
    const { kind } = compileExpression(`request.namespace == 'shop'`).evaluate(
      toVariables(anObject(namespaces, 'shop')),
    );
    expect(kind).toBe('true');
  });
});

describe('a hostile expression', () => {
  const ten = '[1,2,3,4,5,6,7,8,9,10]';
  const loops = ['a', 'b', 'c', 'd', 'e', 'f'].reduceRight(
    (inner, name) => `${ten}.all(${name}, ${inner})`,
    'a + b + c + d + e + f > 0',
  );

  it.each([
    ['too much work', loops],
    ['too much work over two variables', loops.replaceAll(/all\((\w)/g, 'all($1$1, $1')],
    ['a range that is too long', `lists.range(10000000).size() > 0`],
    ['a long sort', `lists.range(50000).sortBy(x, -x).distinct().size() > 0`],
    ['a long quantity', `isQuantity('${'0'.repeat(90_000)}x')`],
    ['a long address', `isIP('${'1:'.repeat(40_000)}')`],
    ['a long version', `isSemver('1.2.3-${'a.'.repeat(40_000)}', true)`],
    ['a long URL', `isURL('http://${':@['.repeat(30_000)}')`],
    ['a long path', `url('/${'%41'.repeat(30_000)}').getEscapedPath() == ''`],
    ['a long query', `url('/?${'a=b&'.repeat(20_000)}').getQuery().size() > 0`],
    ['text that doubles', `'aa'${`.replace('a', 'aa')`.repeat(60)}.size() > 0`],
    ['a long chain', `a${'.a'.repeat(40_000)}`],
    ['a long sum', `1${'+1'.repeat(40_000)} > 0`],
    ['deep brackets', `${'['.repeat(40_000)}${']'.repeat(40_000)}`],
    ['deep parentheses', `${'('.repeat(40_000)}1${')'.repeat(40_000)}`],
    ['many signs', `${'!'.repeat(90_000)}true`],
    ['too long', `'${'a'.repeat(100_000)}' == ''`],
    ['an open string', `'${'a'.repeat(90_000)}`],
    ['no CEL', 'object ??? 1'],
    ['nothing', ''],
  ])('ends without an answer or with one: %s', (_what, expression) => {
    expect(['unknown', 'true', 'false', 'error']).toContain(answer(expression));
  });

  it('may be long', () => {
    expect(answer(`true${' && true'.repeat(11_000)}`)).toBe('true');
  });

  it('has regular expressions of linear time only', () => {
    expect(answer(`'${'a'.repeat(30_000)}!'.matches('^(a+)+$')`)).toBe('false');
  });
});
