import { describe, expect, it } from 'vitest';
import { configurable } from '../../../../src/commands/scan/config-layer.ts';
import { statusLook } from '../../../../src/commands/status/options.ts';
import { readConfigFile } from '../../../../src/config/file/read.ts';
import { AuditError } from '../../../../src/domain/errors.ts';
import { parseDocuments } from '../../../../src/sources/manifests/documents.ts';

const others = [{ name: 'status', options: statusLook.own }];

function read(text: string, path = '.audit-scanner.yaml') {
  const documents = [...parseDocuments({ path, text }, { repeatedKeys: 'take-last', scalars: 'as-written' })];
  return readConfigFile(
    documents.flatMap((document) => (document instanceof AuditError ? [] : [document])),
    { options: configurable, others },
  );
}

function textsOf(text: string, path?: string): Readonly<Record<string, readonly string[]>> {
  const checked = read(text, path);
  if (!checked.ok) throw new Error(checked.problems.map(({ message }) => message).join('\n'));
  return Object.fromEntries(checked.value.map(({ option, texts }) => [option.name, texts]));
}

function problemsOf(text: string): readonly string[] {
  const checked = read(text);
  return checked.ok ? [] : checked.problems.map(({ message, facts }) => [message, ...facts].join(' | '));
}

describe('a configuration file', () => {
  it.each([
    ['one value', 'fail-on: high', { 'fail-on': ['high'] }],
    ['a list of values', 'namespace: [shop, "payments"]', { namespace: ['shop', 'payments'] }],
    ['one value in place of a list', 'namespace: shop,payments', { namespace: ['shop,payments'] }],
    ['a switch', 'quiet: true\nstore: false', { quiet: ['true'], store: ['false'] }],
    ['a number', 'max-violations: 5\nverbose: 2', { 'max-violations': ['5'], verbose: ['2'] }],
    ['a word that YAML would take for false', 'termination-message: off', { 'termination-message': ['off'] }],
    [
      'an alias',
      'include-kinds: &kinds [pods]\nexclude-kinds: *kinds',
      { 'include-kinds': ['pods'], 'exclude-kinds': ['pods'] },
    ],
    ['a hidden flag', 'parallel-policies: 2', { 'parallel-policies': ['2'] }],
    ['JSON', '{"fail-on": "high", "store": true}', { 'fail-on': ['high'], store: ['true'] }],
    ['nothing', '# fail-on: high\n', {}],
  ])('takes %s as it would be typed', (_, text, expected) => {
    expect(textsOf(text)).toEqual(expected);
  });

  it('knows where each flag is set', () => {
    expect(read('# first\nquiet: true\nfail-on: high')).toMatchObject({
      value: [
        { origin: { line: 2, column: 1 } },
        { origin: { path: '.audit-scanner.yaml', line: 3, column: 1 } },
      ],
    });
  });

  it('has paths that are relative to its folder', () => {
    const text = `policies: [p, ../q/*.yaml, /abs]
facts: [cluster, f.yaml]
kubeconfig: cluster
output: [table, json=o/j.json, "junit=-"]
set: [a=b/c]
exclude: [vendor/]
`;
    expect(textsOf(text, '../conf/.audit-scanner.yaml')).toEqual({
      policies: ['../conf/p', '../q/*.yaml', '/abs'],
      facts: ['cluster', '../conf/f.yaml'],
      kubeconfig: ['../conf/cluster'],
      output: ['table', 'json=../conf/o/j.json', 'junit=-'],
      set: ['a=b/c'],
      exclude: ['vendor/'],
    });
  });

  it.each([
    ['failOn: high', ':1:1: there is no flag "failOn" | Did you mean "fail-on"?'],
    ['xyzzy: 1', ':1:1: there is no flag "xyzzy" | All flags: audit-scanner config init'],
    ['severity-threshold: high', ':1:1: there is no flag "severity-threshold" | Here that is --fail-on'],
    ['ignore-namespaces: kube-system', ':1:1: "ignore-namespaces" is called "exclude-namespaces" in a file'],
    ['n: shop', ':1:1: "n" is called "namespace" in a file'],
    [
      'max-age: 2h',
      ':1:1: "max-age" is a flag of `audit-scanner status` only, and belongs on its command line | A file sets the flags of `audit-scanner scan`.',
    ],
    ['config: other.yaml', ':1:1: there is no flag "config" | All flags: audit-scanner config init'],
    [
      'a: 1\nfail-on: hihg',
      ':2:1: invalid value "hihg" for "fail-on" | Did you mean "high"? Allowed: critical, high, medium, low, any, never',
    ],
    [
      'namespace: [shop, Shop]',
      ':1:19: invalid value "Shop" for "namespace" | A namespace name has lower case letters, digits and "-", 63 at most.',
    ],
    ['fail-on: [high, low]', ':1:11: "fail-on" takes one text, not a list'],
    ['fail-on: {level: high}', ':1:1: "fail-on" takes one text'],
    ['quiet: [true]', ':1:9: "quiet" takes true or false, not a list'],
    ['quiet: yes', ':1:1: invalid value "yes" for "quiet" | Allowed: true, false'],
    ['page-size: {}', ':1:1: "page-size" takes a whole number'],
    ['namespace: [a, {b: c}]', ':1:16: "namespace" takes texts: one, or a list of them'],
    ['fail-on:', ':1:1: "fail-on" has no value; write one, or leave the line out'],
    ['fail-on: ~', ':1:1: "fail-on" has no value; write one, or leave the line out'],
    ['facts: [a, "-"]', ':1:13: "facts" cannot be stdin in a file; give --facts - on the command line'],
    ['quiet: true\nquiet: false', ':2:1: "quiet" is repeated'],
    ['- quiet', ':1:1: the file must be a mapping: each line begins with the name of a flag'],
    ['quiet: true\n---\nstore: true', ':3:1: a second document begins here, but the file may have only one'],
  ])('%j is a mistake with its place', (text, expected) => {
    expect(problemsOf(text).at(-1)).toBe(`.audit-scanner.yaml${expected}`);
  });

  it('tells every mistake at once, in the order of the lines', () => {
    const places = problemsOf('quiet: maybe\nfail-on: any\nxyzzy: 1\nquiet: x\n').map(
      (text) => text.split(' ')[0],
    );
    expect(places).toEqual([
      '.audit-scanner.yaml:1:1:',
      '.audit-scanner.yaml:3:1:',
      '.audit-scanner.yaml:4:1:',
    ]);
  });
});
