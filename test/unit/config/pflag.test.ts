import { describe, expect, it } from 'vitest';
import { dropInOptions } from '../../../src/config/drop-in-options.ts';
import { type FlagGrammar, normalizeArgs } from '../../../src/config/pflag.ts';
import { explainReferenceFlag } from '../../../src/config/reference-flags.ts';
import { scanOptions } from '../../../src/config/scan-options.ts';

const dropIn: FlagGrammar = { options: dropInOptions };
const scan: FlagGrammar = { options: scanOptions, explainUnknown: explainReferenceFlag };

function problemsOf(argv: readonly string[], grammar: FlagGrammar): string[][] {
  return normalizeArgs(argv, grammar).problems.map(({ code, message, facts }) => [code, message, ...facts]);
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
    expect(normalizeArgs(argv, dropIn)).toEqual({ args: [...expected, '--'], problems: [] });
  });

  it('keeps the order of repeated flags and puts what is no flag behind', () => {
    const argv = ['a', '-i', 'x,y', '-', '-i=z', '--', '-c', '--', 'b'];
    expect(normalizeArgs(argv, dropIn).args).toEqual([
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
    expect(normalizeArgs(['--cluster', 'false'], dropIn).args).toEqual(['--cluster=true', '--', 'false']);
  });

  it('counts', () => {
    expect(normalizeArgs(['-vv', '--verbose'], scan).args).toEqual([
      '--verbose=+1',
      '--verbose=+1',
      '--verbose=+1',
      '--',
    ]);
  });

  it('accepts the long names of the reference in scan', () => {
    const argv = [
      '--ignore-namespaces',
      'a',
      '--loglevel=info',
      '--insecure-ssl',
      '--disable-store',
      '--extra-ca=x',
    ];
    expect(normalizeArgs(argv, scan)).toEqual({
      args: [
        '--exclude-namespaces=a',
        '--log-level=info',
        '--insecure-skip-tls-verify=true',
        '--disable-store=true',
        '--extra-ca=x',
        '--',
      ],
      problems: [],
    });
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
    expect(problemsOf(argv, dropIn)).toEqual([expected]);
  });

  it('is all told at once', () => {
    expect(problemsOf(['--foo', '--bar', '-z'], dropIn).map(([, message]) => message)).toEqual([
      'unknown flag --foo',
      'unknown flag --bar',
      'unknown flag -z',
    ]);
  });

  it('does not suggest a hidden flag', () => {
    expect(problemsOf(['--disable-stor'], scan)).toEqual([['AS-2002', 'unknown flag --disable-stor']]);
  });
});

describe('flags that mean something else in scan', () => {
  const hint =
    'The reference flags keep their meaning without a subcommand: audit-scanner -l info -k kubewarden';

  it('refuses a log level for -l', () => {
    expect(problemsOf(['-l', 'info'], scan)).toEqual([
      [
        'AS-2004',
        'in `audit-scanner scan`, -l selects labels; "info" looks like a log level',
        'Log level:  audit-scanner scan --log-level info',
        'Label key:  audit-scanner scan --selector info',
        hint,
      ],
    ]);
  });

  it.each([['-linfo'], ['-l=warn'], ['-ldebug'], ['-l=fatal']])('refuses %s', (arg) => {
    expect(problemsOf([arg], scan).map(([code]) => code)).toEqual(['AS-2004']);
  });

  it('takes a log level for the label key that the long form makes it', () => {
    expect(normalizeArgs(['--selector', 'info', '-l', 'information'], scan)).toEqual({
      args: ['--selector=info', '--selector=information', '--'],
      problems: [],
    });
  });

  it.each([[['-o']], [['-o', '-n', 'x']], [['--output', '--store']]])(
    'refuses %j without a format',
    (argv) => {
      const [first] = problemsOf(argv, scan);
      expect(first?.slice(0, 2)).toEqual(['AS-2004', 'in `audit-scanner scan`, -o needs a format']);
    },
  );

  it.each([
    ['-c', '--scope cluster'],
    ['--cluster', '--scope cluster'],
    ['-k', '--kubewarden-namespace NAMESPACE'],
    ['-i', '--exclude-namespaces NAMESPACE'],
    ['-u', '--policy-server-url URL'],
  ])('says what %s is called', (flag, replacement) => {
    expect(problemsOf([flag], scan)).toEqual([
      [
        'AS-2004',
        `\`audit-scanner scan\` has no flag ${flag}`,
        `Use:  audit-scanner scan ${replacement}`,
        hint,
      ],
    ]);
  });

  it('says what -f may have meant: manifests, or the CA file of the reference', () => {
    expect(problemsOf(['-f', 'deploy'], scan)).toEqual([
      [
        'AS-2004',
        '`audit-scanner scan` has no flag -f',
        'Manifests:  audit-scanner scan PATH... --policies PATH',
        'CA file:    audit-scanner scan --extra-ca FILE',
        hint,
      ],
    ]);
  });
});
