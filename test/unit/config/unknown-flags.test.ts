import { describe, expect, it } from 'vitest';
import { scanOptions } from '../../../src/commands/scan/options.ts';
import { readCommandLine } from '../../../src/config/command-line/command-line.ts';
import type { OptionSpec } from '../../../src/config/option.ts';
import { explainForeignFlag } from '../../../src/config/unknown-flags.ts';
import { looks } from '../../support/looks.ts';

function explain(flag: string, options: readonly OptionSpec[] = scanOptions): readonly string[] | undefined {
  const error = explainForeignFlag(flag, options);
  return error && [error.code, error.message, ...error.facts, ...error.tries];
}

describe('flags of other tools', () => {
  it.each([
    ['--format', '--output (-o)', '-o json, -o sarif=FILE; formats: audit-scanner help formats'],
    ['--kube-context', '--context', '--context NAME'],
    ['--include-namespaces', '--namespace (-n)', '-n payments,shop; -A for all'],
    ['--severity-threshold', '--fail-on', '--fail-on high (any, critical, high, medium, low, never)'],
    ['--soft-fail', '--exit-zero', '--exit-zero'],
  ])('%s is %s here', (flag, ours, use) => {
    expect(explain(flag)).toEqual(['AS-2002', `unknown flag ${flag}`, `Here that is ${ours}`, use]);
  });

  it.each([
    ['--exit-code', 'violations already exit with 1; --fail-on chooses which, --exit-zero makes it 0'],
    ['--file', 'audit-scanner scan PATH... --policies PATH'],
  ])('%s is not a flag here', (flag, use) => {
    expect(explain(flag)).toEqual(['AS-2002', `unknown flag ${flag}`, use]);
  });

  it('name only flags that the command has', () => {
    const [doctor, convert] = [looks.doctor, looks.convert].map(({ groups }) =>
      groups.flatMap(({ options }) => options),
    );
    expect(explain('--kube-context', doctor)).toContain('Here that is --context');
    expect(explain('--severity-threshold', doctor)).toBeUndefined();
    expect(explain('--file', convert)).toBeUndefined();
  });

  it('are explained where the command line is read', () => {
    const { problems } = readCommandLine(['--format', 'json'], { options: scanOptions });
    expect(problems.map(({ facts }) => facts)).toEqual([['Here that is --output (-o)']]);
  });

  it('never stand in the way of a flag of ours', () => {
    const names = scanOptions.flatMap(({ name, aliases = [], short }) => [
      ...[name, ...aliases].map((long) => `--${long}`),
      ...(short === undefined ? [] : [`-${short}`]),
    ]);
    expect(names.filter((name) => explain(name) !== undefined)).toEqual([]);
  });
});
