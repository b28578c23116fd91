import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { main } from '../../../src/cli/main.ts';
import { relay, wapcMetadata } from '../../fixtures/wasm/modules.ts';
import { anIo } from '../../unit/cli/support.ts';

/* Policies that look at other manifests than the one that they are asked about, and sessions of what they asked. */

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'host-calls-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function write(files: Readonly<Record<string, string | Uint8Array>>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
}

const manifests = (team: string): string => `
{apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {team: ${team}}}}
---
{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop}}
`;

function policy(kind: string, granted: string): string {
  return `
apiVersion: policies.kubewarden.io/v1
kind: ${kind}
metadata: {name: asks${kind === 'AdmissionPolicy' ? ', namespace: shop' : ''}}
spec:
  module: file://asks.wasm
  contextAwareResources: [{apiVersion: v1, kind: ${granted}}]
  rules: [{apiGroups: [""], apiVersions: [v1], resources: [pods], operations: [CREATE]}]
`;
}

/** Rejects, and says what it is told about the namespace. */
const asks = relay({
  namespace: 'kubernetes',
  operation: 'get_resource',
  payload: '{"api_version":"v1","kind":"Namespace","name":"shop","disable_cache":false}',
});

type Run = { readonly code: number; readonly messages: readonly string[]; readonly stderr: string };

async function scan(...args: readonly string[]): Promise<Run> {
  const io = anIo();
  const paths = [join(folder, 'in'), `--policies=${join(folder, 'policies')}`];
  const code = await main(['scan', ...paths, '-o', 'json', '--offline', ...args], io);
  const { results = [] } = JSON.parse(io.stdout.text() || '{}') as { results?: { message: string }[] };
  return { code, messages: results.map(({ message }) => message), stderr: io.stderr.text() };
}

const failure = 'internal server error: Guest call failure: ';
const namespace = (team: string): string =>
  `{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"shop","labels":{"team":"${team}","kubernetes.io/metadata.name":"shop"}}}`;

describe('a context-aware policy in a scan of files', () => {
  it('sees the other manifests', async () => {
    await write({
      'in/all.yaml': manifests('web'),
      'policies/asks.wasm': asks,
      'policies/p.yaml': policy('ClusterAdmissionPolicy', 'Namespace'),
    });
    expect((await scan()).messages).toEqual([namespace('web')]);
  });

  it.each([
    ['ClusterAdmissionPolicy', 'Secret'],
    ['AdmissionPolicy', 'Namespace'],
  ])('sees nothing that a %s with %s was not granted', async (kind, granted) => {
    await write({
      'in/all.yaml': manifests('web'),
      'policies/asks.wasm': asks,
      'policies/p.yaml': policy(kind, granted),
    });
    expect((await scan()).messages).toEqual([
      `${failure}host error: Policy has not been granted access to Kubernetes v1/Namespace resources. The violation has been reported.`,
    ]);
  });

  it('is heard when it writes to the log, or asks for what it was not granted', async () => {
    const namespaceOf = (operation: string) => (operation === 'log' ? 'tracing' : 'net');
    const say = (operation: string, payload: string) =>
      relay({ namespace: namespaceOf(operation), operation, payload });
    await write({
      'in/all.yaml': manifests('web'),
      'policies/p.yaml': policy('ClusterAdmissionPolicy', 'Namespace'),
      'policies/asks.wasm': say('log', '{"level":"WARN","message":"hello\\u001b[31m"}'),
    });
    expect((await scan('-vv')).stderr).toContain('debug: hello policy=clusterwide-asks policyLevel=warn\n');
    expect((await scan()).stderr).not.toContain('hello');
    await write({ 'policies/asks.wasm': say('v9/none', '') });
    expect((await scan('-vv')).stderr).toContain('debug: unknown operation: v9/none');
  });

  it('has no rights in a policies.yml that grants none', async () => {
    const module = `file://${join(folder, 'policies/asks.wasm')}`;
    const rules = [{ apiGroups: [''], apiVersions: ['v1'], resources: ['pods'], operations: ['CREATE'] }];
    const call = { namespace: 'net', operation: 'v1/dns_lookup_host', payload: '"x"' };
    await write({
      'in/all.yaml': manifests('web'),
      'policies/asks.wasm': relay(call, { ...wapcMetadata, rules }),
      'policies/policies.yml': JSON.stringify({ asks: { module } }),
    });
    await rm(join(folder, 'policies/p.yaml'), { force: true });
    const args = [join(folder, 'in'), `--policies=${join(folder, 'policies/policies.yml')}`];
    const io = anIo();
    await main(['scan', ...args, '-o', 'json'], io);
    expect(io.stdout.text()).toContain(
      "Policy has not been granted access to the 'net/v1/dns_lookup_host' host capability.",
    );
  });
});

describe('a session of host calls', () => {
  const file = (): string => join(folder, 'session.yml');
  const record = (): string => `--record-host-capabilities-interactions=${file()}`;
  const replay = (): string => `--replay-host-capabilities-interactions=${file()}`;

  beforeEach(() =>
    write({
      'in/all.yaml': manifests('web'),
      'policies/asks.wasm': asks,
      'policies/p.yaml': policy('ClusterAdmissionPolicy', 'Namespace'),
    }),
  );

  it('is recorded, and answers instead of what is there then', async () => {
    const before = await scan(record());
    expect(await readFile(file(), 'utf8')).toBe(`- type: Exchange
  request: |
    !KubernetesGetResource
    api_version: "v1"
    kind: "Namespace"
    name: "shop"
    disable_cache: false
  response:
    type: Success
    payload: '${before.messages[0]!}'
`);
    await write({ 'in/all.yaml': manifests('other') });
    expect((await scan()).messages).toEqual([namespace('other')]);
    expect(await scan(replay())).toEqual(before);
  });

  it('keeps errors as well', async () => {
    await write({ 'in/all.yaml': '{apiVersion: v1, kind: Pod, metadata: {name: web}}' });
    const before = await scan(record());
    expect(before.messages).toEqual([
      `${failure}host error: Callback evaluation failure: Cannot find v1/Namespace named 'shop' inside of namespace 'None'`,
    ]);
    await write({ 'in/all.yaml': manifests('web') });
    expect((await scan(replay())).messages).toEqual(before.messages);
  });

  it('without an answer is an error, and so is the scan', async () => {
    await writeFile(file(), '[]');
    const { code, messages } = await scan(replay());
    expect(messages).toEqual([
      `${failure}host error: Callback evaluation failure: Replay error: unexpected request: ${file()} has no answer to KubernetesGetResource with api_version: "v1", kind: "Namespace", name: "shop", disable_cache: false`,
    ]);
    expect(code).toBe(3);
  });

  it('is an empty list where nobody asked', async () => {
    await write({ 'policies/p.yaml': policy('ClusterAdmissionPolicy', 'Secret') });
    await scan(record());
    expect(await readFile(file(), 'utf8')).toBe('[]\n');
  });

  it('that cannot be used stops the scan before it begins', async () => {
    await writeFile(file(), '- type: Exchange');
    expect(await scan(replay())).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(
        `cannot read the recorded host calls in ${file()}: it is not a list of exchanges: 0.request: `,
      ) as unknown,
    });
    await rm(file());
    expect(await scan(replay())).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`${file()}: it does not exist`) as unknown,
    });
    await mkdir(file());
    expect(await scan(record())).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`cannot write to ${file()}: it is a directory`) as unknown,
    });
  });

  it('is either recorded or replayed, and only by the engine of this process', async () => {
    expect((await scan(record(), replay())).stderr).toContain(
      '--record-host-capabilities-interactions and --replay-host-capabilities-interactions contradict each other',
    );
    expect((await scan(record(), '--policy-server-url=https://localhost:1')).stderr).toContain(
      '--record-host-capabilities-interactions needs --engine embedded',
    );
    const io = anIo();
    expect(await main(['scan', record()], io)).toBe(2);
    expect(io.stderr.text()).toContain('--record-host-capabilities-interactions needs --engine embedded');
  });
});
