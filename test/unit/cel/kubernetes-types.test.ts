import { describe, expect, it } from 'vitest';
import { toVariables } from '../../../src/matching/condition-variables.ts';
import { anObject, pods } from '../../support/builders.ts';
import { compileExpression } from '../../support/compile-expression.ts';

const web = toVariables(anObject(pods, 'shop/web'));

function answer(expression: string): string {
  return compileExpression(expression).evaluate(web).kind;
}

/** Each of these answers is one that an API server gave; the test of matching asks it for more. */
function finds(answers: Record<string, readonly string[]>): void {
  const cases = Object.entries(answers).flatMap(([kind, all]) => all.map((each) => [each, kind] as const));
  it.each(cases)('%s is %s', (expression, kind) => {
    expect(answer(expression)).toBe(kind);
  });
}

describe('a quantity', () => {
  finds({
    true: [
      `isQuantity('500Mi') && isQuantity('-1.5e3') && !isQuantity('1K') && !isQuantity('') && !isQuantity('1 ')`,
      `isQuantity('.') && isQuantity('m') && !isQuantity('.e-20')`,
      `quantity('1Ki') == quantity('1024') && quantity('1000m') == quantity('1')`,
      `quantity('0.0000000001') == quantity('1n')`,
      `quantity('9Ei') == quantity('8Ei')`,
      `quantity('1e4294967296') == quantity('1')`,
      `quantity('1Mi').isGreaterThan(quantity('1M')) && quantity('1').compareTo(quantity('2')) == -1`,
      `quantity('12345678901234567890').isGreaterThan(quantity('12345678901234567889'))`,
      `sign(quantity('-1')) == -1 && sign(quantity('0')) == 0`,
      `quantity('5k').asInteger() == 5000 && !quantity('1000m').isInteger() && !quantity('1Pi').isInteger()`,
      `quantity('3m').asApproximateFloat() == 0.003 && quantity('7e47').asApproximateFloat() == 7e47`,
      `quantity('1').add(quantity('1')).sub(2).asInteger() == 0`,
      `quantity('1').sub(-9223372036854775807 - 1).asInteger() < 0`,
      `quantity('1').add(1) == quantity('2') && quantity('1').add(1) != quantity('1').add(1)`,
      `[quantity('1').add(1)] == [quantity('1').add(2)] && [quantity('1')] != [quantity('2')]`,
      `dyn(type(quantity('1'))) != dyn(quantity('1'))`,
      `dyn(1) != dyn(quantity('1')) && type(quantity('1')) == type(quantity('2'))`,
      `[quantity('1')].all(q, q.isLessThan(quantity('99999999999999999999')) && !q.isInteger())`,
      `isQuantity('${'1'.repeat(5_000)}')`,
    ],
    error: [
      `quantity('x').isInteger()`,
      `quantity('1e19').asInteger() == 1`,
      `quantity('2') == quantity('1').add(1)`,
      `dyn(quantity('1')) == dyn(1)`,
      `quantity('1').isLessThan(dyn(1))`,
      `quantity('1').add(dyn(1.0)).isInteger()`,
      `sign(dyn(1)) == 1`,
      `dyn(quantity('1')).a == 1`,
    ],
    unknown: [
      `quantity('${'1'.repeat(5_000)}').isInteger()`,
      `quantity('1e5000').isGreaterThan(quantity('1'))`,
      `{quantity('1'): 1}.size() == 1`,
    ],
  });
});

describe('an address', () => {
  finds({
    true: [
      `isIP('1.2.3.4') && isIP('::') && isIP('::1.2.3.4') && isIP('1:2:3:4:5:6:7::')`,
      `!isIP('01.2.3.4') && !isIP('1.2.3.256') && !isIP('fe80::1%a') && !isIP('::ffff:1.2.3.4') && !isIP(':::')`,
      `ip('1.2.3.4').family() == 4 && ip('::1').family() == 6`,
      `ip('2001:DB8:0::1') == ip('2001:db8::1') && string(ip('2001:DB8:0:0:1::1')) == '2001:db8::1:0:0:1'`,
      `ip.isCanonical('2001:db8::1') && !ip.isCanonical('2001:DB8::1') && !ip.isCanonical('1::2:0:0:0:1')`,
      `ip.isCanonical('1:0:2:3:4:5:6:7') && !ip.isCanonical('1::2:3:4:5:6:7')`,
      `ip('::').isUnspecified() && ip('127.9.9.9').isLoopback() && ip('10.0.0.1').isGlobalUnicast()`,
      `ip('febf::1').isLinkLocalUnicast() && ip('ff12::1').isLinkLocalMulticast()`,
      `!ip('255.255.255.255').isGlobalUnicast() && !ip('ff05::2').isGlobalUnicast()`,
      `isCIDR('10.0.0.0/8') && isCIDR('::1/64') && !isCIDR('10.0.0.0/08') && !isCIDR('10.0.0.0/33')`,
      `cidr('10.0.0.0/8').containsIP('10.1.2.3') && !cidr('10.0.0.0/8').containsIP(ip('::a00:1'))`,
      `cidr('10.0.0.0/8').containsCIDR('10.1.0.0/16') && !cidr('10.0.0.0/8').containsCIDR(cidr('10.0.0.0/7'))`,
      `cidr('10.1.2.3/8').masked() == cidr('10.0.0.0/8') && cidr('10.1.2.3/8').prefixLength() == 8`,
      `string(cidr('10.1.2.3/8')) == '10.1.2.3/8' && cidr('10.1.2.3/8').ip() == ip('10.1.2.3')`,
      `type(ip('::1')) == net.IP && type(cidr('::1/1')) != net.IP`,
    ],
    error: [
      `ip('x').isLoopback()`,
      `ip.isCanonical('x')`,
      `cidr('10.0.0.0/8').containsIP('x')`,
      `dyn(ip('1.2.3.4')) == dyn('1.2.3.4')`,
      `dyn(cidr('1.2.3.4/8')).family() == 4`,
      `size(dyn(ip('1.2.3.4'))) == 4`,
    ],
  });
});

describe('a version', () => {
  finds({
    true: [
      `isSemver('1.2.3-a.1+b') && !isSemver('v1.2.3') && !isSemver('1.2') && !isSemver('1.2.3-01')`,
      `isSemver('v1.2', true) && isSemver('01.2.03', true) && !isSemver('1.2-a', true) && !isSemver('1.', true)`,
      `!isSemver('18446744073709551616.0.0') && semver('9223372036854775808.0.0').major() < 0`,
      `semver('1.2.3').minor() == 2 && semver('v01', true).major() == 1 && semver('1.2.3').patch() == 3`,
      `semver('1.2.3-9').isLessThan(semver('1.2.3-10')) && semver('1.2.3-10').isLessThan(semver('1.2.3-a'))`,
      `semver('1.2.3').isGreaterThan(semver('1.2.3-a')) && semver('1.2.3-a').compareTo(semver('1.2.3-a.1')) == -1`,
      `semver('1.2.3+a') == semver('1.2.3+b') && semver('1.2.3') != semver('1.2.4')`,
    ],
    error: [
      `semver('v1.2.3').major() == 1`,
      `dyn(semver('1.0.0')) == dyn(quantity('1'))`,
      `dyn(semver('1.0.0')).isLessThan(dyn(quantity('2')))`,
      `dyn(quantity('1')).major() == 1`,
    ],
  });
});

describe('a URL', () => {
  finds({
    true: [
      `isURL('http://h') && isURL('/p') && isURL('mailto:a@b') && isURL('*') && isURL('//h/p')`,
      `!isURL('') && !isURL('p') && !isURL(':x') && !isURL('http://h:x') && !isURL('/%zz') && !isURL('http://h h')`,
      `!isURL('http://h%41') && isURL('http://h%c3%a4') && !isURL('http://h#f') && isURL('http://h/#f')`,
      `url('HTTP://u:p@H:80/p?a=b#f').getScheme() == 'http' && url('HTTP://u:p@H:80/p').getHost() == 'H:80'`,
      `url('http://[fe80::1%25eth0]:80').getHostname() == 'fe80::1%eth0' && url('http://[::1]:80').getPort() == '80'`,
      `url('/a b').getEscapedPath() == '/a%20b' && url('/%2f').getEscapedPath() == '/%2f'`,
      `url('/%41 b').getEscapedPath() == '/A%20b' && url('mailto:a@b').getEscapedPath() == ''`,
      `url('/?a=b&a=c&d&e;f&%zz').getQuery() == {'a': ['b', 'c'], 'd': ['']}`,
      `url('/?a+%41=b%20c').getQuery() == {'a A': ['b c']}`,
      `url('HTTP://h/a b') == url('http://h/a%20b') && url('http://h/A') != url('http://h/%41')`,
      `url('http://h?') != url('http://h') && url('http:///p') != url('http:/p') && url('http://') == url('http:')`,
      `url('http://u%41@h') == url('http://uA@h') && url('http://h/#%61') != url('http://h/#b')`,
    ],
    error: [
      `url('p').getHost() == ''`,
      `url('/#%zz').getHost() == ''`,
      `dyn(url('/a')) == dyn('/a')`,
      `dyn(ip('1.2.3.4')).getHost() == ''`,
    ],
    unknown: [
      `isURL('http://h:1:2')`,
      `isURL('http://[1.2.3.4]')`,
      `isURL('http://a[b')`,
      `url('http://h%ff').getHost() == ''`,
    ],
  });
});

describe('a format', () => {
  finds({
    true: [
      `!format.dns1123Label().validate('a-1').hasValue() && format.dns1123Label().validate('A').hasValue()`,
      `format.dns1123Label().validate('${'A'.repeat(64)}').value().size() == 2`,
      `!format.dns1123Subdomain().validate('a.b').hasValue() && format.dns1123Subdomain().validate('a..b').hasValue()`,
      `format.dns1035Label().validate('1a').hasValue() && !format.dns1123LabelPrefix().validate('a-').hasValue()`,
      `format.dns1123LabelPrefix().validate('\u00e4-').hasValue() && format.dns1035LabelPrefix().validate('-').hasValue()`,
      `!format.dns1123LabelPrefix().validate('A-').hasValue()`,
      `!format.qualifiedName().validate('a.b/C_d').hasValue() && format.qualifiedName().validate('/').value().size() == 3`,
      `!format.labelValue().validate('').hasValue() && format.labelValue().validate('-a').hasValue()`,
      `!format.uri().validate('/p').hasValue() && !format.byte().validate('aGk=').hasValue()`,
      `!format.uuid().validate('0F8FAD5BD9CD469FA16570867728950E').hasValue() && format.byte().validate('').hasValue()`,
      `!format.date().validate('2024-02-29').hasValue() && format.date().validate('2026-02-29').hasValue()`,
      `!format.datetime().validate('2026-01-02t03:04:05.1zTx').hasValue()`,
      `format.datetime().validate('2026-01-02T24:00:00Z').hasValue()`,
      `format.named('uri').value() == format.uri() && !format.named('URI').hasValue()`,
      `[1].includes(1.0) && !dyn('ab').includes('a') && dyn('ab').includes('ab')`,
    ],
    error: [`dyn(quantity('1')).validate('a').hasValue()`, `dyn(format.uri()) == dyn('uri')`],
    unknown: [`format.uri().validate('').value()[0] == 'empty'`],
  });
});
