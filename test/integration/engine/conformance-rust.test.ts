import { beforeAll, describe, expect, it } from 'vitest';
import { createHostCapabilities } from '../../../src/assembly/host-capabilities.ts';
import { wapcMetadata, withMetadata } from '../../fixtures/wasm/modules.ts';
import { loadRustPolicies, type RustPolicies } from '../../support/rust-policies.ts';
import { type Engine, requestText, single, startEngine } from './engine.ts';
import { readManifests } from './manifests.ts';

/* Policies on Kubewarden's SDK for Rust, which is what most of those that people run are made with. */

const policies = await loadRustPolicies();

const pod = (name: string, spec: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'shop' },
  spec: { containers: [{ name: 'c', image: 'i' }], ...spec },
});

describe.skipIf(policies instanceof Error)('a policy on the SDK for Rust', () => {
  let modules: RustPolicies;

  beforeAll(() => {
    if (policies instanceof Error) throw policies;
    modules = policies;
  });

  /** The limits are wide, because a loaded machine takes its time to compile two megabytes. */
  function start(name: keyof RustPolicies, settings: object = {}): Promise<Engine> {
    const wasm = withMetadata(modules[name], wapcMetadata);
    const grants = {
      contextAwareResources: [{ apiVersion: 'v1', kind: 'Namespace' }],
      hostCapabilities: ['kubernetes/*'],
    };
    const objects = readManifests(
      '{apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {owner: us}}}',
    );
    const now = (): Date => new Date('2030-01-01T00:00:00Z');
    const hostCapabilities = createHostCapabilities({
      objects,
      findImageRegistry: () => undefined,
      offline: true,
      now,
    });
    return startEngine(
      { p: single(wasm, { settings, ...grants }) },
      { ...hostCapabilities, timeoutMs: 60_000 },
    );
  }

  it('is asked without what is absent or null, its names in order', async () => {
    const engine = await start('payload', { b: [1], a: null });
    const answer = (await engine.ask('p', { b: 1.5, a: null, 10: 1e2 })) as { status: { message: string } };
    expect(answer.status.message).toBe(
      `{"request":${requestText('{"10":100,"a":null,"b":1.5}')},"settings":{"a":null,"b":[1]}}`,
    );
  });

  it('accepts and rejects', async () => {
    const engine = await start('pods', { trusted_registries: ['registry.example.com/'] });
    expect(engine.refused).toEqual({});
    expect(await engine.ask('p', pod('web'))).toEqual({
      allowed: false,
      status: { message: 'image "i" is not trusted' },
    });
    const containers = [{ name: 'c', image: 'registry.example.com/i:1.25' }];
    expect(await engine.ask('p', pod('web', { containers }))).toEqual({ allowed: true });
    expect(await engine.ask('p', pod('web', { containers, hostPID: true }))).toEqual({
      allowed: false,
      status: { message: 'hostPID is not allowed' },
    });
  });

  it('changes objects', async () => {
    const engine = await start('labels', { labels: { team: 'a' } });
    const answer = (await engine.ask('p', pod('web'))) as { patch: string };
    expect(JSON.parse(Buffer.from(answer.patch, 'base64').toString())).toEqual([
      { op: 'add', path: '/metadata/labels', value: { team: 'a' } },
    ]);
  });

  it.each([false, true])('asks its host for objects, with list: %j', async (list) => {
    const owned = await start('namespaces', { list });
    const review = { metadata: { name: 'web' } };
    expect(await owned.ask('p', review, { namespace: 'shop' })).toEqual({ allowed: true });
    const unowned = await start('namespaces', { list, label: 'team' });
    expect(await unowned.ask('p', review, { namespace: 'shop' })).toEqual({
      allowed: false,
      status: { message: 'the namespace "shop" has no label "team"' },
    });
  });

  it('refuses settings', async () => {
    expect((await start('pods', { trusted_registries: ['docker.io'] })).refused).toEqual({
      p: 'AS-4402 Policy settings are invalid: the registry "docker.io" does not end with a slash',
    });
  });

  it('compiles its expressions when it starts', async () => {
    const engine = await start('expressions');
    expect(await engine.ask('p', pod('web'), { name: 'ab-forbidden-3' })).toEqual({
      allowed: false,
      status: { message: 'the name "ab-forbidden-3" is forbidden' },
    });
    expect(await engine.ask('p', pod('web'), { name: 'abc-allowed' })).toEqual({ allowed: true });
  });
});
