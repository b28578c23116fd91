import { describe, expect, it } from 'vitest';
import { configureScan } from '../../../../src/commands/scan/configure.ts';
import { scanOptions } from '../../../../src/commands/scan/options.ts';
import { readCommandLine } from '../../../../src/config/command-line/command-line.ts';
import type { ScanConfig } from '../../../../src/config/config.ts';
import type { Environment, FlagValues } from '../../../../src/config/given.ts';
import { outputFormats } from '../../../../src/reports/output-formats.ts';

function check(argv: readonly string[], environment: Environment = {}) {
  const { flags, problems } = readCommandLine(argv, { options: scanOptions });
  expect(problems).toEqual([]);
  return configureScan(flags, environment);
}

function configure(argv: readonly string[], environment?: Environment): ScanConfig {
  const checked = check(argv, environment);
  if (!checked.ok) throw new Error(checked.problems.map(({ message }) => message).join('\n'));
  return checked.value;
}

function problemsOf(argv: readonly string[], environment?: Environment): string[][] {
  const checked = check(argv, environment);
  return checked.ok ? [] : checked.problems.map(({ code, message, facts }) => [code, message, ...facts]);
}

describe('the defaults of scan', () => {
  it('write nothing, gate on everything and show a table', () => {
    expect(configure([])).toEqual({
      frontDoor: 'scan',
      policySources: { installed: true, files: undefined },
      scope: { cluster: true, namespaces: 'all' },
      ignoreNamespaces: [],
      kubewardenNamespace: 'kubewarden',
      kubeconfig: undefined,
      context: undefined,
      policyServerUrl: undefined,
      tls: { extraCa: undefined, clientCert: undefined, clientKey: undefined, insecure: false },
      labelSelector: undefined,
      policies: { include: [], exclude: [] },
      kinds: { include: [], exclude: [] },
      limits: {
        concurrency: 100,
        load: 'normal',
        parallelNamespaces: Infinity,
        parallelResources: Infinity,
        parallelPolicies: Infinity,
        pageSize: 500,
        requestTimeoutMs: 30_000,
        timeoutMs: undefined,
      },
      compatRequest: false,
      store: false,
      reportKind: 'openreports',
      keepResultsMs: 24 * 60 * 60 * 1000,
      runRecord: false,
      outputs: [{ format: 'table', file: undefined }],
      display: {
        filter: {
          severities: ['critical', 'high', 'medium', 'low', 'info', 'unset'],
          results: ['fail', 'error'],
        },
        summary: true,
        view: { rollUp: true, groupBy: 'resource' },
        headers: true,
        quiet: false,
        verbose: false,
        color: 'auto',
        progress: 'auto',
      },
      gate: { failOn: 'any', maxViolations: 0, includeMonitor: false, onIncomplete: 'fail', exitZero: false },
      log: { level: 'warning', format: 'text' },
      outputScan: false,
      terminationMessage: true,
      notices: [],
    });
  });
});

describe('what is scanned', () => {
  it.each([
    [['-n', 'a'], { cluster: false, namespaces: ['a'] }],
    [['-n', 'a,b', '-n=c', '-n', 'a'], { cluster: false, namespaces: ['a', 'b', 'c'] }],
    [['-A'], { cluster: true, namespaces: 'all' }],
    [['--scope', 'cluster'], { cluster: true, namespaces: 'none' }],
    [['--scope', 'namespaced'], { cluster: false, namespaces: 'all' }],
    [['--scope', 'all', '-n', 'a'], { cluster: true, namespaces: ['a'] }],
  ])('%j', (argv, scope) => {
    expect(configure(argv).scope).toEqual(scope);
  });

  it('is narrowed by patterns, labels and names', () => {
    const argv = ['--policy=a*,b', '--policy=c', '--exclude-policy', 'd', '-l', 'app=x,env in (a,b)'];
    const kinds = ['--include-kinds=pods,deployments.apps', '--exclude-kinds', 'secrets'];
    expect(configure([...argv, ...kinds, '--exclude-namespaces', 'x,y'])).toMatchObject({
      policies: { include: ['a*', 'b', 'c'], exclude: ['d'] },
      kinds: { include: ['pods', 'deployments.apps'], exclude: ['secrets'] },
      labelSelector: 'app=x,env in (a,b)',
      ignoreNamespaces: ['x', 'y'],
    });
  });
});

describe('outputs', () => {
  it.each([
    [['-o', 'json'], [{ format: 'json', file: undefined }]],
    [['-o', 'json=-'], [{ format: 'json', file: undefined }]],
    [['-o', 'JSON=out.json'], [{ format: 'json', file: 'out.json' }]],
    [
      ['-o', 'table', '-ojsonl=a=b,c'],
      [
        { format: 'table', file: undefined },
        { format: 'jsonl', file: 'a=b,c' },
      ],
    ],
    [['-q'], []],
    [['-q', '-o', 'wide'], [{ format: 'wide', file: undefined }]],
  ])('%j', (argv, outputs) => {
    expect(configure(argv).outputs).toEqual(outputs);
  });

  it('can show earlier runs only on a page', () => {
    expect(problemsOf(['--history', 'results', '-o', 'json'])).toEqual([
      ['AS-2003', '--history needs -o html', 'Only that page shows earlier runs.'],
    ]);
    expect(configure(['--history', 'results', '-o', 'html=page.html']).historyFolder).toBe('results');
  });

  it('can share neither stdout nor a file', () => {
    expect(problemsOf(['-o', 'json', '-o', 'wide', '-o', 'name=x', '-o', 'table=x'])).toEqual([
      ['AS-2003', 'stdout can hold one output only, and json and wide ask for it'],
      ['AS-2003', 'x can hold one output only, and name and table ask for it'],
    ]);
  });

  it('have known formats', () => {
    expect(problemsOf(['-o', 'wides', '-o', 'json='])).toEqual([
      [
        'AS-2001',
        'invalid value "wides" for --output',
        `Did you mean "wide"? Allowed: ${outputFormats.join(', ')}`,
      ],
      ['AS-2001', 'invalid value "json=" for --output', 'After = comes a file: json=out.json'],
    ]);
  });
});

describe('what is shown and told', () => {
  it.each([
    [
      ['--show', 'all'],
      ['fail', 'error', 'pass'],
    ],
    [['--show', 'pass'], ['pass']],
    [
      ['--show=fail', '--show=pass'],
      ['fail', 'pass'],
    ],
  ])('%j', (argv, results) => {
    expect(configure(argv).display.filter.results).toEqual(results);
  });

  it('takes - for policies without severity', () => {
    expect(configure(['--severity', 'high,-']).display.filter.severities).toEqual(['high', 'unset']);
  });

  it.each([
    [[], 'warning', false],
    [['-v'], 'info', true],
    [['-vv'], 'debug', true],
    [['-vvv'], 'debug', true],
    [['--verbose=2'], 'debug', true],
    [['-q'], 'error', false],
    [['-q', '--log-level', 'warn'], 'warning', false],
    [['-v', '--loglevel=error'], 'error', true],
  ])('%j logs from level %s', (argv, level, verbose) => {
    const config = configure(argv);
    expect([config.log.level, config.display.verbose]).toEqual([level, verbose]);
  });

  it('obeys --no-color', () => {
    expect(configure(['--no-color']).display.color).toBe('never');
    expect(configure(['--no-color=false', '--color', 'always']).display.color).toBe('always');
  });
});

describe('times', () => {
  it.each([
    ['30s', 30_000],
    ['1m30s', 90_000],
    ['500ms', 500],
    ['1.5h', 5_400_000],
    ['10', 10_000],
    ['0', undefined],
    ['0s', undefined],
  ])('%s', (text, ms) => {
    expect(configure(['--timeout', text, '--request-timeout', text]).limits).toMatchObject({
      timeoutMs: ms,
      requestTimeoutMs: ms,
    });
  });

  it.each(['', 'soon', '5 m', '-1s', '1d'])('refuses %j', (text) => {
    expect(problemsOf([`--timeout=${text}`])).toEqual([
      [
        'AS-2001',
        `invalid value "${text}" for --timeout`,
        'It must be a duration like 30s, 5m or 1h30m; 0 means no limit.',
      ],
    ]);
  });
});

describe('contradictions', () => {
  it.each([
    [['-n', 'a', '-A'], 'AS-2003', '-n names namespaces and -A asks for all of them'],
    [
      ['-n', 'a', '--scope=cluster'],
      'AS-2003',
      '-n names namespaces and --scope cluster leaves all of them out',
    ],
    [
      ['-n', 'a', '--exclude-namespaces', 'b'],
      'AS-2003',
      '-n names namespaces and --exclude-namespaces leaves some out',
    ],
    [['--store', '--disable-store'], 'AS-2003', '--store and --disable-store contradict each other'],
    [['-q', '-v'], 'AS-2003', '-q asks for less and -v for more'],
    [['--store', '--policy', 'x'], 'AS-2013', '--store cannot be combined with --policy'],
    [['--store', '--exclude-policy', 'x'], 'AS-2013', '--store cannot be combined with --exclude-policy'],
    [['--store', '-l', 'app'], 'AS-2013', '--store cannot be combined with --selector'],
    [['--store', '--include-kinds', 'x'], 'AS-2013', '--store cannot be combined with --include-kinds'],
    [['--store', '--exclude-kinds', 'x'], 'AS-2013', '--store cannot be combined with --exclude-kinds'],
  ])('%j', (argv, code, message) => {
    expect(problemsOf(argv).map((problem) => problem.slice(0, 2))).toEqual([[code, message]]);
  });

  it.each([
    [['--store', '-n', 'a']],
    [['--store', '--exclude-namespaces', 'a']],
    [['--store=false', '--policy', 'x']],
    [['-A=false', '-n', 'a']],
    [['--disable-store']],
    [['--output-scan', '--parallel-namespaces=3']],
  ])('%j is none', (argv) => {
    expect(problemsOf(argv)).toEqual([]);
  });

  it('are told together with broken values', () => {
    const codes = problemsOf(['--store', '--policy=x', '--fail-on=hihg', '-l', 'a b']).map(([code]) => code);
    expect(codes).toEqual(['AS-2001', 'AS-2001', 'AS-2013']);
  });
});

describe('environment variables', () => {
  it('stand in for flags', () => {
    const environment = {
      AUDIT_SCANNER_NAMESPACE: 'a,b',
      AUDIT_SCANNER_FAIL_ON: 'high',
      AUDIT_SCANNER_STORE: 'true',
      AUDIT_SCANNER_OUTPUT: 'json=out.json',
      AUDIT_SCANNER_VERBOSE: '2',
      AUDIT_SCANNER_UNKNOWN: 'x',
      AUDIT_SCANNER_SERVICE_HOST: '10.0.0.1',
    };
    expect(configure([], environment)).toMatchObject({
      scope: { cluster: false, namespaces: ['a', 'b'] },
      gate: { failOn: 'high' },
      store: true,
      outputs: [{ format: 'json', file: 'out.json' }],
      log: { level: 'debug' },
    });
  });

  it('give way to flags and do not add to them', () => {
    const environment = {
      AUDIT_SCANNER_NAMESPACE: 'a',
      AUDIT_SCANNER_FAIL_ON: 'low',
      AUDIT_SCANNER_PAGE_SIZE: '',
    };
    expect(configure(['-n', 'b', '--fail-on', 'high'], environment)).toMatchObject({
      scope: { namespaces: ['b'] },
      gate: { failOn: 'high' },
      limits: { pageSize: 500 },
    });
  });

  it.each([
    [['-A'], { AUDIT_SCANNER_NAMESPACE: 'a' }, { cluster: true, namespaces: 'all' }],
    [['--scope=cluster'], { AUDIT_SCANNER_NAMESPACE: 'a' }, { cluster: true, namespaces: 'none' }],
    [['--scope=namespaced'], { AUDIT_SCANNER_NAMESPACE: 'a' }, { cluster: false, namespaces: ['a'] }],
    [['-n', 'b'], { AUDIT_SCANNER_SCOPE: 'cluster' }, { cluster: false, namespaces: ['b'] }],
    [['-n', 'b'], { AUDIT_SCANNER_ALL_NAMESPACES: '1' }, { cluster: false, namespaces: ['b'] }],
    [['-n', 'b'], { AUDIT_SCANNER_EXCLUDE_NAMESPACES: 'c' }, { cluster: false, namespaces: ['b'] }],
  ])('do not contradict %j', (argv, environment, scope) => {
    expect(configure(argv, environment).scope).toEqual(scope);
  });

  it.each([
    [['-v'], { AUDIT_SCANNER_QUIET: 'true' }, 'info'],
    [['-q'], { AUDIT_SCANNER_VERBOSE: '1' }, 'error'],
  ])('do not silence %j', (argv, environment, level) => {
    expect(configure(argv, environment).log.level).toBe(level);
  });

  it('yield to --color and --disable-store', () => {
    const environment = { AUDIT_SCANNER_NO_COLOR: 'true', AUDIT_SCANNER_STORE: 'true' };
    const config = configure(['--color=always', '--disable-store'], environment);
    expect([config.display.color, config.store]).toEqual(['always', false]);
  });

  it('are named in messages', () => {
    expect(problemsOf([], { AUDIT_SCANNER_CONCURRENCY: 'ten' })).toEqual([
      [
        'AS-2001',
        'invalid value "ten" for AUDIT_SCANNER_CONCURRENCY',
        'It must be a whole number, 1 or more.',
      ],
    ]);
  });
});

describe('who evaluates the policies', () => {
  const file = { policies: ['p'] };
  const engineOf = (flags: FlagValues, paths: readonly string[] = []) => {
    const checked = configureScan(flags, {}, paths);
    return checked.ok ? checked.value.engine : checked.problems.map(({ message }) => message);
  };

  it('are policy servers for a cluster, and this process for files, unless the user says otherwise', () => {
    expect(engineOf({})).toBeUndefined();
    expect(engineOf({ engine: ['embedded'] })).toBe('embedded');
    expect(engineOf(file, ['m'])).toBe('embedded');
    expect(engineOf(file)).toBe('embedded');
    expect(engineOf({ policies: ['cluster'] })).toBeUndefined();
    expect(engineOf({ ...file, policyServerUrl: ['https://localhost:3000'] }, ['m'])).toBeUndefined();
  });

  it.each<[FlagValues, string[], string]>([
    [
      { engine: ['embedded'], extraCa: ['ca.crt'] },
      [],
      '--engine embedded and --extra-ca contradict each other',
    ],
    [
      { replayHostCapabilitiesInteractions: ['session.yml'] },
      [],
      '--replay-host-capabilities-interactions needs --engine embedded',
    ],
    [
      { ...file, engine: ['policy-server'] },
      ['m'],
      '--engine policy-server needs --policy-server-url to scan files',
    ],
    [
      { ...file, engine: ['policy-server'] },
      [],
      '--engine policy-server needs --policy-server-url to ask policies of files',
    ],
  ])('%j with %j is refused before anything is asked', (flags, paths, message) => {
    expect(engineOf(flags, paths)).toContain(message);
  });
});

describe('where policies come from', () => {
  const configured = (flags: FlagValues, paths: readonly string[]) => {
    const checked = configureScan(flags, {}, paths);
    return checked.ok ? checked.value : checked.problems.map(({ message }) => message);
  };

  it.each<[string[], string[], boolean, string[] | undefined]>([
    [['p'], [], false, ['p']],
    [['p', 'q'], ['m'], false, ['p', 'q']],
    [['cluster'], ['m'], true, undefined],
    [['cluster', 'p'], [], true, ['p']],
    [['./cluster'], ['m'], false, ['./cluster']],
  ])('--policies %j with PATH %j', (policies, paths, installed, files) => {
    const policySources = files === undefined ? { installed, files } : { installed, files: { paths: files } };
    expect(configured({ policies }, paths)).toMatchObject({ policySources });
  });

  it('brings the Namespaces and types of the cluster along with its policies', () => {
    expect(configured({ policies: ['cluster'] }, ['m'])).toMatchObject({
      files: { facts: { cluster: true } },
    });
    expect(configured({ policies: ['p'] }, ['m'])).toMatchObject({ files: { facts: { cluster: false } } });
  });

  it.each<[FlagValues, string[], string]>([
    [
      { policies: ['p'], store: ['true'] },
      [],
      '--store stores the verdicts of installed policies, but --policies names files',
    ],
    [
      { policies: ['cluster'], offline: ['true'] },
      ['m'],
      '--policies cluster asks a cluster, but --offline stays on this machine',
    ],
    [{ offline: ['true'] }, [], 'a scan without PATH asks a cluster, but --offline stays on this machine'],
    [{ sourcesPath: ['s'] }, [], '--sources-path needs policies of files: --policies PATH'],
    [
      { policies: ['cluster'], verificationConfigPath: ['v'] },
      ['m'],
      '--verification-config-path needs policies of files: --policies PATH',
    ],
    [{ facts: ['f'], policies: ['p'] }, [], '--facts needs a PATH to scan'],
    [{}, ['m'], 'there are no policies to scan the files with'],
  ])('%j with PATH %j is refused', (flags, paths, message) => {
    expect(configured(flags, paths)).toEqual([message]);
  });
});
