import { expect, it } from 'vitest';
import { toVariables } from '../../../src/matching/condition-variables.ts';
import { anObject, pods } from '../../support/builders.ts';
import { compileExpression } from '../../support/compile-expression.ts';

const web = toVariables(anObject(pods, 'shop/web'));

/** Each of these answers is one that an API server gave, but for what is unknown here. */
it.each([
  [
    `'\u{1F600}b'.charAt(1) == 'b' && '\u{1F600}b'.indexOf('b') == 1 && '\u{1F600}b'.substring(1) == 'b'`,
    'true',
  ],
  [
    `'hello'.indexOf('l', 9) == -1 && 'hello'.lastIndexOf('l', 2) == 2 && 'hello'.lastIndexOf('') == 5`,
    'true',
  ],
  [
    `'a,b,c'.split(',', 2) == ['a', 'b,c'] && 'a,b'.split(',', 0) == [] && 'ab'.split('') == ['a', 'b']`,
    'true',
  ],
  [
    `'aaa'.replace('a', 'b', -1) == 'bbb' && 'abc'.replace('', '-') == '-a-b-c-' && 'aaa'.replace('a', 'b', 2) == 'bba'`,
    'true',
  ],
  [`' \u00a0a\u2003 '.trim() == 'a' && '   '.trim() == '' && strings.quote('a"b') == '"a\\\\"b"'`, 'true'],
  [`'baaac'.findAll('a*') == ['', 'aaa', ''] && 'abc'.findAll('', 2) == ['', '']`, 'true'],
  [`'\u{1F600}' > '\uffff' && ['\u{1F600}', '\uffff'].sort()[0] == '\uffff'`, 'true'],
  [
    `string(1e6) == '1e+06' && string(1.5e-7) == '1.5e-07' && string(0.00012) == '0.00012' && string(1.0) == '1'`,
    'true',
  ],
  [
    `string(duration('1500ms')) == '1.5s' && string(timestamp('2026-01-02T03:04:05.120Z')) == '2026-01-02T03:04:05.12Z'`,
    'true',
  ],
  [`string(duration('123456789.123456789s')) == '123456789.12345679s'`, 'true'],
  [`timestamp(1) == timestamp('1970-01-01T00:00:01Z')`, 'true'],
  [`timestamp(253402300800) > timestamp(0)`, 'error'],
  [
    `'%s %d %x'.format(['a', 1, 255]) == 'a 1 ff' && '%s'.format([{'b': 1, 'a': [2]}]) == '{"a":[2], "b":1}'`,
    'true',
  ],
  [
    `'%f'.format([1234.5]) == '1,234.500000' && '%.2f'.format([1.015]) == '1.01' && '%.0f'.format([2.5]) == '2'`,
    'true',
  ],
  [`'%s'.format([dyn(quantity('1'))]) == '1'`, 'error'],
  [`'%d'.format([dyn(1.5)]) == '1'`, 'error'],
  [`'%s'.format([dyn(optional.of(1))]) == '1'`, 'error'],
  [`'%e'.format([1.5]) == ''`, 'unknown'],
  [
    `[duration('1h'), duration('2h')].sum() == duration('3h') && [1u, 2u].sum() == 3u && [1u, 2u].max() == 2u`,
    'true',
  ],
  [`[b'a', b'b'].max() == b'b' && [duration('1h'), duration('2h')].isSorted()`, 'true'],
  [`[9223372036854775807, 1].sum() > 0`, 'error'],
  [`!optional.ofNonZeroValue(0u).hasValue() && !optional.ofNonZeroValue(duration('0s')).hasValue()`, 'true'],
  [`has(request.kind.kind) && !has(object.metadata.name.x)`, 'true'],
  [`has(dyn([1]).x)`, 'error'],
])('%s is %s', (expression, kind) => {
  expect(compileExpression(expression).evaluate(web).kind).toBe(kind);
});
