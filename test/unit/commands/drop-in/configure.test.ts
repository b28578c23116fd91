import { describe, expect, it } from 'vitest';
import { configureDropIn } from '../../../../src/commands/drop-in/configure.ts';
import { dropInOptions } from '../../../../src/commands/drop-in/options.ts';
import { readGoFlags } from '../../../../src/commands/drop-in/pflag.ts';
import type { ScanConfig } from '../../../../src/config/config.ts';

function configure(...argv: readonly string[]): ScanConfig {
  const checked = configureDropIn(readGoFlags(argv, dropInOptions).flags);
  if (!checked.ok) throw new Error(checked.problems.map(({ message }) => message).join('\n'));
  return checked.value;
}

function problemsOf(...argv: readonly string[]): string[][] {
  const checked = configureDropIn(readGoFlags(argv, dropInOptions).flags);
  return checked.ok ? [] : checked.problems.map(({ code, message, facts }) => [code, message, ...facts]);
}

describe('the flags of the Go scanner', () => {
  it('have its defaults (W15)', () => {
    expect(configure()).toEqual({
      frontDoor: 'drop-in',
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
        parallelNamespaces: 1,
        parallelResources: 100,
        parallelPolicies: 5,
        pageSize: 100,
        requestTimeoutMs: 30_000,
        timeoutMs: undefined,
      },
      compatRequest: false,
      store: true,
      reportKind: 'policyreport',
      runRecord: false,
      outputs: [],
      display: {
        filter: { severities: [], results: [] },
        summary: false,
        headers: false,
        quiet: true,
        verbose: false,
        color: 'never',
        progress: 'none',
      },
      gate: {
        failOn: 'never',
        maxViolations: 0,
        includeMonitor: false,
        onIncomplete: 'warn',
        exitZero: false,
      },
      log: { level: 'info', format: 'json' },
      outputScan: false,
      terminationMessage: true,
      notices: [],
    });
  });

  it('are understood as the chart writes them', () => {
    const skipped = ['calico-system', 'cattle-system', 'kube-system', 'kubewarden'];
    const argv = [
      ...['--kubewarden-namespace', 'kubewarden', '--loglevel', 'info'],
      ...['--parallel-namespaces', '1', '--parallel-resources', '100', '--parallel-policies', '5'],
      ...['--page-size', '100', '--extra-ca', '/pki/ca.crt'],
      ...['--client-cert', '/client-cert/tls.crt', '--client-key', '/client-cert/tls.key'],
      ...skipped.flatMap((namespace) => ['-i', namespace]),
      ...['--report-kind', 'openreports'],
    ];
    expect(configure(...argv)).toMatchObject({
      ignoreNamespaces: skipped,
      tls: {
        extraCa: '/pki/ca.crt',
        clientCert: '/client-cert/tls.crt',
        clientKey: '/client-cert/tls.key',
        insecure: false,
      },
      reportKind: 'openreports',
      store: true,
    });
  });

  it('keep connections only when told to', () => {
    expect(configure().connections).toBeUndefined();
    expect(configure('--connections', 'per-request').connections).toBeUndefined();
    expect(configure('--connections=balanced').connections).toBe('balanced');
  });

  it('choose the scope', () => {
    expect(configure('-c').scope).toEqual({ cluster: true, namespaces: 'none' });
    expect(configure('-n', 'shop').scope).toEqual({ cluster: false, namespaces: ['shop'] });
    expect(configure('-n', '').scope).toEqual({ cluster: true, namespaces: 'all' });
    expect(configure('-c', '--cluster=false').scope).toEqual({ cluster: true, namespaces: 'all' });
  });

  it('go on cluster-wide with the sentence of the Go scanner for -c and -n (W36)', () => {
    const { scope, notices } = configure('-c', '-n', 'shop');
    expect(scope).toEqual({ cluster: true, namespaces: 'none' });
    expect(notices).toEqual(['Cannot scan cluster wide and only a namespace at the same time']);
  });

  it('let the last of several count', () => {
    expect(configure('-n', 'a', '--namespace=b').scope.namespaces).toEqual(['b']);
  });

  it('collect the namespaces to ignore, and forgive the space of an older chart', () => {
    expect(configure('-i', 'a,b', '-i= c', '-i', '"d"', '-i', '', '-i', 'a').ignoreNamespaces).toEqual([
      'a',
      'b',
      'c',
      'd',
    ]);
  });

  it('warn of a name that no namespace can have and go on without it', () => {
    const { ignoreNamespaces, notices } = configure('-i', 'kube_system,x');
    expect(ignoreNamespaces).toEqual(['x']);
    expect(notices).toEqual([
      'warning: --ignore-namespaces: "kube_system" cannot be the name of a namespace',
    ]);
  });

  it.each([
    ['', 'info'],
    ['info', 'info'],
    ['debug', 'debug'],
    ['trace', 'debug'],
    ['warn', 'warning'],
    ['warning', 'warning'],
    ['WARN', 'warning'],
    ['error', 'error'],
    ['fatal', 'error'],
  ])('take %j as log level %s (W15)', (text, level) => {
    expect(configure('-l', text).log.level).toBe(level);
  });

  it.each([
    ['openreport', 'openreports'],
    ['openreports', 'openreports'],
    ['policyreport', 'policyreport'],
    ['policyreports', 'policyreport'],
  ])('take %s as report kind %s', (text, kind) => {
    expect(configure('--report-kind', text).reportKind).toBe(kind);
  });

  it.each(['1', 't', 'T', 'TRUE', 'true', 'True'])('take %s as true', (text) => {
    expect(configure(`--disable-store=${text}`).store).toBe(false);
  });

  it.each(['0', 'f', 'F', 'FALSE', 'false', 'False'])('take %s as false', (text) => {
    expect(configure('--disable-store', `--disable-store=${text}`).store).toBe(true);
  });

  it('take an empty text as not set', () => {
    const { policyServerUrl, tls } = configure('-u', '', '-f', '', '--client-cert=', '--client-key=');
    expect([policyServerUrl, tls.extraCa, tls.clientCert]).toEqual([undefined, undefined, undefined]);
  });

  it('set the rest', () => {
    const config = configure(
      ...['-k', 'kw', '-u', 'https://localhost:3000/', '--insecure-ssl', '-o', '--page-size=0'],
      ...['--concurrency=7', '--compat-request', '--parallel-policies', '2'],
    );
    expect(config.policyServerUrl?.href).toBe('https://localhost:3000/');
    expect(config).toMatchObject({
      kubewardenNamespace: 'kw',
      ignoreNamespaces: [],
      tls: { insecure: true },
      outputScan: true,
      compatRequest: true,
      limits: { pageSize: 0, concurrency: 7, parallelPolicies: 2 },
    });
  });

  it('give a configuration that nobody can change', () => {
    const config = configure();
    expect(() => Object.assign(config.limits, { pageSize: 1 })).toThrow(TypeError);
    expect(() => Object.assign(config, { store: false })).toThrow(TypeError);
  });
});

describe('values that are refused', () => {
  const bound = 'It must be a whole number, 1 or more.';
  const group = 'if any flags in the group [client-cert client-key] are set they must all be set; missing';

  it.each([
    [
      ['--parallel-namespaces', '0'],
      ['AS-2001', 'invalid value "0" for --parallel-namespaces', bound],
    ],
    [['--parallel-resources=-3'], ['AS-2001', 'invalid value "-3" for --parallel-resources', bound]],
    [
      ['--parallel-policies', '2.5'],
      ['AS-2001', 'invalid value "2.5" for --parallel-policies', bound],
    ],
    [
      ['--page-size', '-1'],
      ['AS-2001', 'invalid value "-1" for --page-size', 'It must be a whole number, 0 or more.'],
    ],
    [
      ['--page-size', ''],
      ['AS-2001', 'invalid value "" for --page-size', 'It must be a whole number, 0 or more.'],
    ],
    [
      ['-l', 'loud'],
      ['AS-2001', 'invalid value "loud" for --loglevel', 'Allowed: debug, info, warning, error'],
    ],
    [['--cluster=yes'], ['AS-2001', 'invalid value "yes" for --cluster', 'Allowed: true, false']],
    [
      ['--report-kind=x'],
      ['AS-2001', "invalid report-kind 'x': supported values are 'openreports' and 'policyreport'"],
    ],
    [
      ['--client-cert', 'c'],
      ['AS-2003', `${group} [client-key]`],
    ],
    [
      ['--client-key', 'k'],
      ['AS-2003', `${group} [client-cert]`],
    ],
    [
      ['-n', 'Shop'],
      [
        'AS-2001',
        'invalid value "Shop" for --namespace',
        'A namespace name has lower case letters, digits and "-", 63 at most.',
      ],
    ],
    [
      ['-u', 'localhost:3000'],
      [
        'AS-2001',
        'invalid value "localhost:3000" for --policy-server-url',
        'It must be a URL like https://localhost:3000.',
      ],
    ],
    [
      ['-i', 'a"b'],
      [
        'AS-2001',
        'invalid value "a"b" for --ignore-namespaces',
        'A quote must enclose a whole value, as in CSV.',
      ],
    ],
  ])('%j (W16)', (argv, expected) => {
    expect(problemsOf(...argv)).toEqual([expected]);
  });

  it('are all told at once', () => {
    const problems = problemsOf('--page-size=x', '--cluster=maybe', '--client-key=k');
    expect(problems.map(([code]) => code)).toEqual(['AS-2001', 'AS-2001', 'AS-2003']);
  });
});
