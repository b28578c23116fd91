import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AuditError } from '../../../src/domain/errors.ts';
import { type ConnectOptions, connectToCluster, formatServer } from '../../../src/kubernetes/connection.ts';

import { createCertificateAuthority } from '../../support/certificates.ts';

let dir: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'connection-'));
});

afterEach(async () => {
  await rm(dir, { recursive: true });
});

async function write(name: string, text: string): Promise<string> {
  const path = join(dir, name);
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, text);
  return path;
}

/** A kubeconfig with one context, `name`, at https://<name>.example.com. */
function kubeconfig(name: string, user = 'token: secret', cluster = ''): string {
  return `
apiVersion: v1
kind: Config
current-context: ${name}
contexts:
- {name: ${name}, context: {cluster: ${name}-cluster, user: ${name}-user}}
clusters:
- name: ${name}-cluster
  cluster:
    server: https://${name}.example.com:6443
    ${cluster}
users:
- name: ${name}-user
  user:
    ${user}
`;
}

function connect(options: Partial<ConnectOptions> = {}) {
  return connectToCluster({ env: {}, homeDir: dir, serviceAccountDir: join(dir, 'none'), ...options });
}

async function errorOf(options: Partial<ConnectOptions>): Promise<AuditError> {
  const error: unknown = await connect(options).catch((thrown: unknown) => thrown);
  if (error instanceof AuditError) return error;
  throw new Error('it connected');
}

async function headersOf(options: Partial<ConnectOptions>): Promise<object> {
  const { headers } = await (await connect(options)).authenticate(false);
  return headers;
}

async function writeServiceAccount(): Promise<{ serviceAccountDir: string; env: Record<string, string> }> {
  const claims = Buffer.from('{"sub":"system:serviceaccount:kubewarden:audit-scanner"}').toString(
    'base64url',
  );
  await write('sa/token', `head.${claims}.signature`);
  await write('sa/ca.crt', 'CA');
  return {
    serviceAccountDir: join(dir, 'sa'),
    env: { KUBERNETES_SERVICE_HOST: '10.96.0.1', KUBERNETES_SERVICE_PORT: '443' },
  };
}

describe('where the cluster is looked for', () => {
  it('says the four places when there is none (W35)', async () => {
    const error = await errorOf({});

    expect(error.code).toBe('AS-3001');
    expect(error.message).toBe('no Kubernetes cluster is configured');
    expect(error.facts).toEqual([
      `Looked at: --kubeconfig (not set), KUBECONFIG (not set), ${join(dir, '.kube', 'config')} (missing), in-cluster token (missing)`,
    ]);
  });

  it('prefers --kubeconfig, then KUBECONFIG, then the service account, then the home directory', async () => {
    const { serviceAccountDir, env } = await writeServiceAccount();
    const kubeconfigPath = await write('flag', kubeconfig('flag'));
    const KUBECONFIG = await write('env', kubeconfig('env'));
    await write('.kube/config', kubeconfig('home'));

    const contextOf = async (options: Partial<ConnectOptions>) => (await connect(options)).context;

    expect(await contextOf({ kubeconfigPath, serviceAccountDir, env: { ...env, KUBECONFIG } })).toBe('flag');
    expect(await contextOf({ serviceAccountDir, env: { ...env, KUBECONFIG } })).toBe('env');
    expect(await contextOf({ serviceAccountDir, env: { ...env, KUBECONFIG: '' } })).toBe('in-cluster');
    expect(await contextOf({ serviceAccountDir, env: {} })).toBe('home');
    expect(await contextOf({ env })).toBe('home');
    expect(await contextOf({ serviceAccountDir, env, context: 'home' })).toBe('home');
  });

  it('reads what a pod is given, and names it by its token', async () => {
    const connection = await connect(await writeServiceAccount());

    expect(connection.server.href).toBe('https://10.96.0.1/');
    expect(connection.user).toBe('system:serviceaccount:kubewarden:audit-scanner');
    expect(connection.tls).toEqual({ ca: 'CA', rejectUnauthorized: true, serverName: undefined });
  });

  it('puts an IPv6 address of the API server in brackets', async () => {
    const { serviceAccountDir } = await writeServiceAccount();
    const env = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '6443' };

    expect((await connect({ serviceAccountDir, env })).server.href).toBe('https://[fd00::1]:6443/');
  });

  it('reads the token of a pod each time, because Kubernetes rotates it', async () => {
    const options = await writeServiceAccount();
    const connection = await connect(options);
    await write('sa/token', 'second\n');

    expect((await connection.authenticate(false)).headers).toEqual({ authorization: 'Bearer second' });
  });
});

describe('several files in KUBECONFIG', () => {
  it('merges them: the first one that names something wins', async () => {
    const first = await write(
      'first',
      kubeconfig('shared', 'token: first').replace('current-context: shared', ''),
    );
    const second = await write('second', kubeconfig('shared', 'token: second'));
    const third = await write('third', kubeconfig('third'));
    const KUBECONFIG = [first, join(dir, 'missing'), second, third].join(delimiter);

    expect((await connect({ env: { KUBECONFIG } })).context).toBe('shared');
    expect(await headersOf({ env: { KUBECONFIG } })).toEqual({ authorization: 'Bearer first' });
    expect((await connect({ env: { KUBECONFIG }, context: 'third' })).server.hostname).toBe(
      'third.example.com',
    );
  });

  it('says which are missing when all are', async () => {
    const error = await errorOf({ env: { KUBECONFIG: ['/none/a', '/none/b'].join(delimiter) } });

    expect(error.code).toBe('AS-3002');
    expect(error.message).toBe('the environment variable KUBECONFIG points to a file that does not exist');
    expect(error.facts).toEqual(['/none/a', '/none/b']);
  });
});

describe('a kubeconfig that cannot be used', () => {
  it('is missing', async () => {
    const error = await errorOf({ kubeconfigPath: '/none' });

    expect([error.code, error.message, error.facts]).toEqual([
      'AS-3002',
      '--kubeconfig points to a file that does not exist',
      ['/none'],
    ]);
  });

  it('is a directory', async () => {
    const error = await errorOf({ kubeconfigPath: dir });

    expect([error.code, error.message]).toEqual([
      'AS-3004',
      `cannot read the kubeconfig ${dir}: it is a directory`,
    ]);
  });

  it('is no YAML: says where, and does not repeat what stands there', async () => {
    const kubeconfigPath = await write('config', 'users:\n- user: {token: secret\n');
    const error = await errorOf({ kubeconfigPath });

    expect([error.code, error.message]).toEqual([
      'AS-3004',
      `the kubeconfig ${kubeconfigPath} cannot be used: it is not valid YAML`,
    ]);
    expect(error.facts).toEqual([expect.stringMatching(/^line 3: /)]);
    expect(JSON.stringify([error.message, error.facts, String(error.cause)])).not.toContain('secret');
  });

  it('has the wrong shape: says which field', async () => {
    const kubeconfigPath = await write('config', kubeconfig('prod', 'token: {secret: 1}'));
    const error = await errorOf({ kubeconfigPath });

    expect(error.code).toBe('AS-3004');
    expect(error.facts).toEqual(['users.0.user.token: Invalid input: expected string, received object']);
  });

  it.each([
    [
      'current-context: x\ncontexts: [{name: x, context: {cluster: y}}]',
      'its context "x" names a cluster that it does not have',
    ],
    [
      'current-context: x\ncontexts: [{name: x, context: {cluster: y, user: z}}]\nclusters: [{name: y, cluster: {server: "https://a"}}]',
      'its context "x" names a user that it does not have',
    ],
    [
      'current-context: x\ncontexts: [{name: x, context: {cluster: y}}]\nclusters: [{name: y, cluster: {}}]',
      'the server of its cluster is not a URL',
    ],
  ])('is inconsistent: %s', async (text, why) => {
    const kubeconfigPath = await write('config', text);
    const error = await errorOf({ kubeconfigPath });

    expect([error.code, error.message]).toEqual([
      'AS-3004',
      `the kubeconfig ${kubeconfigPath} cannot be used: ${why}`,
    ]);
  });

  it('lacks a file that it names', async () => {
    const error = await errorOf({
      kubeconfigPath: await write('config', kubeconfig('prod', 'token: a', 'certificate-authority: ca.crt')),
    });

    expect([error.code, error.message]).toEqual([
      'AS-3004',
      `cannot read the credential file ${join(dir, 'ca.crt')}: it does not exist`,
    ]);
  });
});

describe('a context that is not there', () => {
  it('lists those that are, and guesses', async () => {
    const text = `current-context: kind-demo\ncontexts:\n${['kind-demo', 'prod-eu', 'staging'].map((name) => `- {name: ${name}, context: {cluster: a}}`).join('\n')}`;
    const kubeconfigPath = await write('config', text);
    const error = await errorOf({ kubeconfigPath, context: 'prod' });

    expect([error.code, error.message]).toEqual(['AS-3003', `context "prod" is not in ${kubeconfigPath}`]);
    expect(error.facts).toEqual(['Did you mean "prod-eu"? Contexts: kind-demo (current), prod-eu, staging']);
    expect(error.tries).toEqual(['audit-scanner scan --context prod-eu']);
  });

  it('says so when none is chosen, also for an empty file', async () => {
    const kubeconfigPath = await write('config', '');
    const error = await errorOf({ kubeconfigPath });

    expect([error.code, error.message]).toEqual([
      'AS-3003',
      `no context is selected: ${kubeconfigPath} has no current-context`,
    ]);
    expect(error.facts).toEqual(['Contexts: none']);
  });
});

describe('what a cluster entry says', () => {
  it('is honoured: authority, server name, verification, proxy', async () => {
    await write('ca.crt', 'FILE');
    const cluster = [
      'certificate-authority: ca.crt',
      'insecure-skip-tls-verify: true',
      'tls-server-name: other.example.com',
      'proxy-url: http://user:secret@proxy.example.com:3128',
    ].join('\n    ');
    const connection = await connect({
      kubeconfigPath: await write('config', kubeconfig('prod', 'token: a', cluster)),
      env: { HTTPS_PROXY: 'http://ignored.example.com' },
    });

    expect(connection.tls).toEqual({
      ca: 'FILE',
      rejectUnauthorized: false,
      serverName: 'other.example.com',
    });
    expect(connection.proxy?.hostname).toBe('proxy.example.com');
  });

  it('prefers embedded certificates to files, as kubectl does', async () => {
    const data = Buffer.from('DATA').toString('base64');
    const cluster = `certificate-authority: /none\n    certificate-authority-data: ${data}`;

    expect(
      (await connect({ kubeconfigPath: await write('config', kubeconfig('prod', 'token: a', cluster)) })).tls
        .ca,
    ).toBe('DATA');
  });

  it('leaves the proxy to the environment otherwise', async () => {
    const kubeconfigPath = await write('config', kubeconfig('prod'));

    const connection = await connect({ kubeconfigPath, env: { HTTPS_PROXY: 'http://proxy.example.com' } });

    expect(connection.proxy?.hostname).toBe('proxy.example.com');
    expect((await connect({ kubeconfigPath })).proxy).toBeUndefined();
  });

  it('is shown without what must not be seen', () => {
    expect(formatServer(new URL('https://user:secret@api.example.com:6443/k8s/clusters/c-1/'))).toBe(
      'https://api.example.com:6443/k8s/clusters/c-1',
    );
  });
});

describe('what a user entry says', () => {
  it.each([
    ['token: abc', { authorization: 'Bearer abc' }],
    ['tokenFile: token', { authorization: 'Bearer from-file' }],
    [
      'username: ana\n    password: pw',
      { authorization: `Basic ${Buffer.from('ana:pw').toString('base64')}` },
    ],
    ['client-key: none', {}],
    [
      'token: abc\n    as: eve\n    as-uid: u1\n    as-groups: [a, b]\n    as-user-extra: {Scopes/x: [y]}',
      {
        authorization: 'Bearer abc',
        'impersonate-user': 'eve',
        'impersonate-uid': 'u1',
        'impersonate-group': ['a', 'b'],
        'impersonate-extra-scopes%2Fx': ['y'],
      },
    ],
  ])('becomes headers: %s', async (user, expected) => {
    await write('token', 'from-file\n');
    await write('none', '');

    expect(await headersOf({ kubeconfigPath: await write('config', kubeconfig('prod', user)) })).toEqual(
      expected,
    );
  });

  it('gives way to the impersonation that is asked for', async () => {
    const kubeconfigPath = await write(
      'config',
      kubeconfig('prod', 'token: abc\n    as: eve\n    as-uid: u1'),
    );
    const options = { kubeconfigPath, impersonation: { user: 'bob', groups: ['g'] } };

    expect(await headersOf(options)).toEqual({
      authorization: 'Bearer abc',
      'impersonate-user': 'bob',
      'impersonate-group': ['g'],
    });
    expect((await connect(options)).user).toBe('bob');
  });

  it('becomes a client certificate', async () => {
    await write('tls.crt', 'CERT');
    const key = Buffer.from('KEY').toString('base64');
    const kubeconfigPath = await write(
      'config',
      kubeconfig('prod', `client-certificate: tls.crt\n    client-key-data: ${key}`),
    );

    const { certificate } = await (await connect({ kubeconfigPath })).authenticate(false);

    expect(certificate).toEqual({ cert: 'CERT', key: 'KEY' });
  });

  it('is not sent over plain HTTP', async () => {
    const text = kubeconfig('prod').replace('https://prod.example.com:6443', 'http://127.0.0.1:8001');

    expect(await headersOf({ kubeconfigPath: await write('config', text) })).toEqual({});
  });

  it('may be missing', async () => {
    const text = kubeconfig('prod').replace(', user: prod-user', '');
    const connection = await connect({ kubeconfigPath: await write('config', text) });

    expect(connection.user).toBe('system:anonymous');
    expect((await connection.authenticate(false)).headers).toEqual({});
  });

  it('may name an auth-provider that Kubernetes has removed', async () => {
    const kubeconfigPath = await write('config', kubeconfig('prod', 'auth-provider: {name: gcp}'));
    const error: unknown = await headersOf({ kubeconfigPath }).catch((thrown: unknown) => thrown);

    expect(error).toMatchObject({
      code: 'AS-3005',
      message:
        'user "prod-user" of your kubeconfig uses the auth-provider "gcp", which Kubernetes has removed',
    });
  });
});

describe('an OIDC user', () => {
  const tokenUntil = (seconds: number): string =>
    [{ alg: 'none' }, { exp: seconds }]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.') + '.x';
  const write_ = (token: string) =>
    write('config', kubeconfig('prod', `auth-provider: {name: oidc, config: {id-token: ${token}}}`));

  it('sends its token as long as it is valid', async () => {
    const token = tokenUntil(Date.now() / 1000 + 3600);

    expect(await headersOf({ kubeconfigPath: await write_(token) })).toEqual({
      authorization: `Bearer ${token}`,
    });
  });

  it('is told to log in when it has expired and cannot be renewed', async () => {
    const error: unknown = await headersOf({ kubeconfigPath: await write_(tokenUntil(1)) }).catch(
      (thrown: unknown) => thrown,
    );

    expect(error).toMatchObject({
      code: 'AS-3005',
      message: 'the OIDC token of user "prod-user" in your kubeconfig has expired and could not be renewed',
    });
  });
});

describe('a credential plugin', () => {
  async function writePlugin(script: string): Promise<string> {
    const path = await write('bin/get-token', `#!/bin/sh\n${script}\n`);
    await chmod(path, 0o755);
    return path;
  }

  const exec = (fields: string): string =>
    kubeconfig('prod', `exec: {apiVersion: client.authentication.k8s.io/v1, ${fields}}`);
  const answer = (status: object): string =>
    JSON.stringify({ apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status });
  const plugin = (given: Partial<ConnectOptions['plugin']>): ConnectOptions['plugin'] => ({
    stdinIsTerminal: false,
    stderr: 'keep',
    signal: new AbortController().signal,
    now: () => 0,
    ...given,
  });
  const env = (): Record<string, string> => ({
    PATH: `${join(dir, 'bin')}${delimiter}${String(process.env['PATH'])}`,
  });

  it('is run with its arguments and the environment that the protocol prescribes', async () => {
    await writePlugin(
      `printf '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"%s"}}' "$1-$OWN-$(printf %s "$KUBERNETES_EXEC_INFO" | base64 | tr -d '\\n')"`,
    );
    const fields =
      'command: get-token, args: [first], env: [{name: OWN, value: mine}], provideClusterInfo: true';
    const kubeconfigPath = await write('config', exec(fields));

    const headers = await headersOf({ kubeconfigPath, env: env() });

    const [, first, own, info] = /^Bearer (\w+)-(\w+)-(.*)$/.exec(
      (headers as { authorization: string }).authorization,
    )!;
    expect([first, own]).toEqual(['first', 'mine']);
    expect(JSON.parse(Buffer.from(info!, 'base64').toString())).toEqual({
      apiVersion: 'client.authentication.k8s.io/v1',
      kind: 'ExecCredential',
      spec: {
        interactive: false,
        cluster: { server: 'https://prod.example.com:6443', config: null },
      },
    });
  });

  it('may give a client certificate', async () => {
    const { cert, key } = await (await createCertificateAuthority()).issueClient('ana');
    await writePlugin(`cat <<'END'\n${answer({ clientCertificateData: cert, clientKeyData: key })}\nEND`);
    const connection = await connect({
      kubeconfigPath: await write('config', exec('command: get-token')),
      env: env(),
    });

    expect(await connection.authenticate(false)).toEqual({
      headers: {},
      certificate: { cert, key },
    });
  });

  it('is asked again only when its credentials ran out or were refused', async () => {
    const count = join(dir, 'count');
    await writePlugin(
      `echo x >> ${count}\nprintf '${answer({ token: '%s', expirationTimestamp: new Date(5000) })}' $(wc -l < ${count})`,
    );
    let now = 0;
    const connection = await connect({
      kubeconfigPath: await write('config', exec('command: get-token')),
      env: env(),
      plugin: plugin({ now: () => now }),
    });

    expect((await connection.authenticate(false)).headers).toEqual({ authorization: 'Bearer 1' });
    expect((await connection.authenticate(false)).headers).toEqual({ authorization: 'Bearer 1' });
    expect((await connection.authenticate(true)).headers).toEqual({ authorization: 'Bearer 2' });
    expect((await connection.authenticate(false)).headers).toEqual({ authorization: 'Bearer 2' });
    now = 5001;
    expect((await connection.authenticate(false)).headers).toEqual({ authorization: 'Bearer 3' });
  });

  it('says what the user has to do as it comes, and ends with the run', async () => {
    await writePlugin(`echo "enter ABCD" >&2\nsleep 60`);
    const { promise: said, resolve } = Promise.withResolvers<string>();
    const stop = new AbortController();
    const connection = await connect({
      kubeconfigPath: await write('config', exec('command: get-token, args: [--secret, abc]')),
      env: env(),
      plugin: plugin({ stderr: resolve, signal: stop.signal }),
    });
    const failed = connection.authenticate(false).catch((thrown: unknown) => thrown);
    expect(await said).toBe('enter ABCD\n');
    stop.abort(new AuditError('AS-1003', 'interrupted by Ctrl-C'));

    expect(await failed).toMatchObject({
      code: 'AS-1003',
      message: 'interrupted by Ctrl-C while waiting for the credential plugin "get-token" of your kubeconfig',
      facts: ['It runs: get-token …'],
    });
  });

  it.each([
    ['token: own', 'Bearer own'],
    ['username: ana\n    password: pw', `Basic ${Buffer.from('ana:pw').toString('base64')}`],
  ])('is not run for a user that has %s', async (own, authorization) => {
    await writePlugin('exit 1');
    const text = kubeconfig('prod', `${own}\n    exec: {command: get-token}`);

    expect(await headersOf({ kubeconfigPath: await write('config', text), env: env() })).toEqual({
      authorization,
    });
  });

  it.each([
    ['Never', true, false],
    ['IfAvailable', true, true],
    ['IfAvailable', false, false],
    ['Always', true, true],
  ])('with interactiveMode %s and a terminal: %s', async (interactiveMode, stdinIsTerminal, interactive) => {
    await writePlugin(`printf '${answer({ token: '%s' })}' "$(echo "$KUBERNETES_EXEC_INFO" | tr -d '"')"`);
    const kubeconfigPath = await write(
      'config',
      exec(`command: get-token, interactiveMode: ${interactiveMode}`),
    );

    expect(await headersOf({ kubeconfigPath, env: env(), plugin: plugin({ stdinIsTerminal }) })).toEqual({
      authorization: expect.stringContaining(`interactive:${interactive}`) as string,
    });
  });

  it.each([
    [
      'interactiveMode: Always',
      'your kubeconfig needs "get-token", which needs a terminal, but stdin is not one',
    ],
    ['interactiveMode: Ask', 'your kubeconfig has an unknown interactiveMode for "get-token"'],
  ])('is not run with %s where there is none', async (fields, message) => {
    await writePlugin('exit 1');
    const kubeconfigPath = await write('config', exec(`command: get-token, ${fields}`));
    const error: unknown = await headersOf({ kubeconfigPath, env: env() }).catch((thrown: unknown) => thrown);

    expect(error).toMatchObject({ code: 'AS-3005', message });
  });

  it('is found beside the kubeconfig when its path is relative', async () => {
    await writePlugin(`echo '${answer({ token: 'abc' })}'`);

    expect(
      await headersOf({ kubeconfigPath: await write('config', exec('command: ./bin/get-token')) }),
    ).toEqual({
      authorization: 'Bearer abc',
    });
  });

  it.each([
    ['command: no-such-plugin', 'your kubeconfig needs "no-such-plugin", which is not on PATH'],
    ['command: /none/plugin', 'your kubeconfig needs "/none/plugin", which does not exist'],
  ])('may be missing: %s', async (fields, message) => {
    const text = exec(`${fields}, args: [eks, get-token, --secret, abc], installHint: "install it\\nfirst"`);
    const error: unknown = await headersOf({ kubeconfigPath: await write('config', text) }).catch(
      (thrown: unknown) => thrown,
    );

    expect(error).toMatchObject({ code: 'AS-3005', message, tries: ['install it first'] });
    expect((error as AuditError).facts).toEqual([
      expect.stringMatching(/^User "prod-user" runs: .*plugin eks get-token …$/),
    ]);
  });

  it.each([
    ['echo "no session\x1b[31m" >&2; exit 1', 'no session [31m'],
    ['exit 1', 'exit code 1'],
    ['kill -9 $$', 'a signal killed it'],
    ['echo secret', 'it printed no ExecCredential'],
    ['echo {}', 'it printed no ExecCredential'],
    [`echo '{"status":{}}'`, 'it printed no ExecCredential'],
    [`echo '${answer({})}'`, 'it gave neither a token nor a certificate'],
    [`echo '${answer({ clientKeyData: 'KEY' })}'`, 'it gave only one of certificate and key'],
    [
      `echo '${answer({ clientKeyData: 'KEY', clientCertificateData: 'CERT' })}'`,
      'its certificate and key are not a pair',
    ],
    [`echo '${answer({ token: 'a', expirationTimestamp: 'soon' })}'`, 'it printed no ExecCredential'],
    [
      `echo '${answer({ token: 'a' }).replace('/v1', '/v1beta1')}'`,
      'it answers in client.authentication.k8s.io/v1beta1, but your kubeconfig expects client.authentication.k8s.io/v1',
    ],
  ])('may fail: %s', async (script, why) => {
    await writePlugin(script);
    const options = { kubeconfigPath: await write('config', exec('command: get-token')), env: env() };
    const error: unknown = await headersOf(options).catch((thrown: unknown) => thrown);

    expect(error).toMatchObject({
      code: 'AS-3005',
      message: `the credential plugin "get-token" of your kubeconfig failed: ${why}`,
    });
  });
});
