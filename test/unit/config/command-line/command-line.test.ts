import { describe, expect, it } from 'vitest';
import { explainGoScannerFlag } from '../../../../src/commands/scan/go-scanner-flags.ts';
import { scanOptions } from '../../../../src/commands/scan/options.ts';
import { readCommandLine } from '../../../../src/config/command-line/command-line.ts';
import { optionKey } from '../../../../src/config/option.ts';

const scan = { options: scanOptions, explainUnknown: explainGoScannerFlag };

/** What was read, in one spelling for all; what is not a flag follows after `--`. */
function normalize(argv: readonly string[]) {
  const { flags, positionals, problems } = readCommandLine(argv, scan);
  const args = Object.entries(flags).flatMap(([key, texts = []]) => {
    const { name } = scanOptions.find((option) => optionKey(option.name) === key)!;
    return texts.map((text) => `--${name}=${text}`);
  });
  return { args: [...args, '--', ...positionals], problems };
}

function problemsOf(argv: readonly string[]): string[][] {
  return normalize(argv).problems.map(({ code, message, facts }) => [code, message, ...facts]);
}

describe('the spellings of flags', () => {
  it.each([
    [['--namespace=foo'], ['--namespace=foo', '--']],
    [
      ['--namespace', 'foo'],
      ['--namespace=foo', '--'],
    ],
    [
      ['-n', 'foo'],
      ['--namespace=foo', '--'],
    ],
    [['-n=foo'], ['--namespace=foo', '--']],
    [['-nfoo'], ['--namespace=foo', '--']],
    [['-n='], ['--namespace==', '--']],
    [
      ['-n', '=foo'],
      ['--namespace==foo', '--'],
    ],
    [['--namespace='], ['--namespace=', '--']],
    [
      ['-n', '-A'],
      ['--namespace=-A', '--'],
    ],
    [
      ['-n', '--'],
      ['--namespace=--', '--'],
    ],
    [['--namespace=a=b'], ['--namespace=a=b', '--']],
    [['-A'], ['--all-namespaces=true', '--']],
    [
      ['--store=false', '--store'],
      ['--store=false', '--store=true', '--'],
    ],
    [
      ['--store', '--store=a--b'],
      ['--store=true', '--store=a--b', '--'],
    ],
    [['-q=0'], ['--quiet=0', '--']],
    [['-Aq=false'], ['--all-namespaces=true', '--quiet=false', '--']],
    [['-Anfoo'], ['--all-namespaces=true', '--namespace=foo', '--']],
    [
      ['-Aqn', 'foo'],
      ['--all-namespaces=true', '--quiet=true', '--namespace=foo', '--'],
    ],
    [
      ['--exclude', '--store=false'],
      ['--exclude=--store=false', '--'],
    ],
    [
      ['--exclude', '--xyzzy', 'a'],
      ['--exclude=--xyzzy', '--', 'a'],
    ],
    [
      ['a', '-A', '-', '--', '-q', '--', 'b'],
      ['--all-namespaces=true', '--', 'a', '-', '-q', '--', 'b'],
    ],
  ])('%j', (argv, args) => {
    expect(normalize(argv)).toEqual({ args, problems: [] });
  });

  it('counts', () => {
    expect(normalize(['-vv', '--verbose']).args).toEqual([
      '--verbose=+1',
      '--verbose=+1',
      '--verbose=+1',
      '--',
    ]);
  });

  it('accepts the long names of the Go scanner in scan', () => {
    const argv = [
      '--ignore-namespaces',
      'a',
      '--loglevel=info',
      '--insecure-ssl',
      '--disable-store',
      '--extra-ca=x',
    ];
    expect(normalize(argv)).toEqual({
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
    [['-z'], ['AS-2002', 'unknown flag -z']],
    [['-Az'], ['AS-2002', 'unknown flag -z']],
    [['-5'], ['AS-2002', 'unknown flag -5']],
    [['-q='], ['AS-2002', 'unknown flag -=']],
    [['---x'], ['AS-2002', 'bad flag syntax: ---x']],
    [['--=x'], ['AS-2002', 'bad flag syntax: --=x']],
    [['--namespace'], ['AS-2001', 'flag needs an argument: --namespace']],
    [['-An'], ['AS-2001', 'flag needs an argument: -n']],
  ])('%j', (argv, expected) => {
    expect(problemsOf(argv)).toEqual([expected]);
  });

  it('is all told at once, in order', () => {
    expect(problemsOf(['--foo', '-o', '-A', '--bar', '-n']).map(([, message]) => message)).toEqual([
      'unknown flag --foo',
      'in `audit-scanner scan`, -o needs a format',
      'unknown flag --bar',
      'flag needs an argument: -n',
    ]);
  });

  it('does not suggest a hidden flag', () => {
    expect(problemsOf(['--disable-stor'])).toEqual([['AS-2002', 'unknown flag --disable-stor']]);
  });
});

describe('flags that mean something else in scan', () => {
  const hint =
    'The flags of the Go scanner keep their meaning without a subcommand: audit-scanner -l info -k kubewarden';

  it('refuses a log level for -l', () => {
    expect(problemsOf(['-l', 'info'])).toEqual([
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
    expect(problemsOf([arg]).map(([code]) => code)).toEqual(['AS-2004']);
  });

  it('takes a log level for the label key that the long form makes it', () => {
    expect(normalize(['--selector', 'info', '-l', 'information'])).toEqual({
      args: ['--selector=info', '--selector=information', '--'],
      problems: [],
    });
  });

  it.each([[['-o']], [['-o', '-n', 'x']], [['--output', '--store']]])(
    'refuses %j without a format',
    (argv) => {
      const [first] = problemsOf(argv);
      expect(first?.slice(0, 2)).toEqual(['AS-2004', 'in `audit-scanner scan`, -o needs a format']);
    },
  );

  it.each([
    ['-c', '--scope cluster'],
    ['--cluster', '--scope cluster'],
    ['-i', '--exclude-namespaces NAMESPACE'],
    ['-u', '--policy-server-url URL'],
  ])('says what %s is called', (flag, replacement) => {
    expect(problemsOf([flag])).toEqual([
      [
        'AS-2004',
        `\`audit-scanner scan\` has no flag ${flag}`,
        `Use:  audit-scanner scan ${replacement}`,
        hint,
      ],
    ]);
  });

  it('says what -f may have meant: manifests, or the CA file of the Go scanner', () => {
    expect(problemsOf(['-f', 'deploy'])).toEqual([]);
    expect(problemsOf(['-f', '/pki/ca.crt'])).toEqual([
      [
        'AS-2004',
        'in `audit-scanner scan`, -f names manifests; "/pki/ca.crt" looks like a certificate',
        'CA file:    audit-scanner scan --extra-ca /pki/ca.crt',
        'Manifests:  audit-scanner scan --filename /pki/ca.crt',
        hint,
      ],
    ]);
  });
});
