import { describe, expect, it } from 'vitest';
import { dropInOptions } from '../../../../src/commands/drop-in/options.ts';
import { readGoFlags } from '../../../../src/commands/drop-in/pflag.ts';
import { optionKey } from '../../../../src/config/option.ts';

/** What was read, in one spelling for all; what is not a flag follows after `--`. */
function normalize(argv: readonly string[]) {
  const { flags, positionals, problems } = readGoFlags(argv, dropInOptions);
  const args = Object.entries(flags).flatMap(([key, texts = []]) => {
    const { name } = dropInOptions.find((option) => optionKey(option.name) === key)!;
    return texts.map((text) => `--${name}=${text}`);
  });
  return { args: [...args, '--', ...positionals], problems };
}

function problemsOf(argv: readonly string[]): string[][] {
  return normalize(argv).problems.map(({ code, message, facts }) => [code, message, ...facts]);
}

describe('the spellings of pflag', () => {
  it.each([
    [['--namespace=foo'], ['--namespace=foo']],
    [['--namespace', 'foo'], ['--namespace=foo']],
    [['-n', 'foo'], ['--namespace=foo']],
    [['-n=foo'], ['--namespace=foo']],
    [['-nfoo'], ['--namespace=foo']],
    // pflag takes whatever follows, and an "=" alone for the value.
    [['-n='], ['--namespace==']],
    [['--namespace='], ['--namespace=']],
    [['-n', '-c'], ['--namespace=-c']],
    [['--namespace=a=b'], ['--namespace=a=b']],
    [['-namespace'], ['--namespace=amespace']],
    [['-c'], ['--cluster=true']],
    [['--cluster'], ['--cluster=true']],
    [['--cluster=false'], ['--cluster=false']],
    [['-c=0'], ['--cluster=0']],
    [['-co'], ['--cluster=true', '--output-scan=true']],
    [['-cnfoo'], ['--cluster=true', '--namespace=foo']],
    [
      ['-con', 'foo'],
      ['--cluster=true', '--output-scan=true', '--namespace=foo'],
    ],
  ])('%j', (argv, expected) => {
    expect(normalize(argv)).toEqual({ args: [...expected, '--'], problems: [] });
  });

  it('keeps the order of repeated flags and puts what is no flag behind', () => {
    const argv = ['a', '-i', 'x,y', '-', '-i=z', '--', '-c', '--', 'b'];
    expect(normalize(argv).args).toEqual([
      '--ignore-namespaces=x,y',
      '--ignore-namespaces=z',
      '--',
      'a',
      '-',
      '-c',
      '--',
      'b',
    ]);
  });

  it('does not take the value of a switch from the next argument', () => {
    expect(normalize(['--cluster', 'false']).args).toEqual(['--cluster=true', '--', 'false']);
  });
});

describe('what is refused', () => {
  it.each([
    [
      ['--nmespace', 'x'],
      ['AS-2002', 'unknown flag --nmespace', 'Did you mean --namespace (-n)?'],
    ],
    [['--xyzzy=1'], ['AS-2002', 'unknown flag --xyzzy']],
    [['-z'], ['AS-2002', 'unknown flag -z']],
    [['-cz'], ['AS-2002', 'unknown flag -z']],
    [['---x'], ['AS-2002', 'bad flag syntax: ---x']],
    [['--=x'], ['AS-2002', 'bad flag syntax: --=x']],
    [['--namespace'], ['AS-2001', 'flag needs an argument: --namespace']],
    [['-cn'], ['AS-2001', 'flag needs an argument: -n']],
  ])('%j', (argv, expected) => {
    expect(problemsOf(argv)).toEqual([expected]);
  });

  it('is all told at once', () => {
    expect(problemsOf(['--foo', '--bar', '-z']).map(([, message]) => message)).toEqual([
      'unknown flag --foo',
      'unknown flag --bar',
      'unknown flag -z',
    ]);
  });
});
