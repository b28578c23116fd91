import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type CapabilityParts, createHostCapabilities } from '../../../src/assembly/host-capabilities.ts';
import type { ContextAwareResource } from '../../../src/domain/policy.ts';
import { type Exchange, formatExchange, parseSession } from '../../../src/engine/capabilities/session.ts';
import { wapcMetadata, withMetadata } from '../../fixtures/wasm/modules.ts';
import { compileRego, RegoUnavailable } from '../../rego/build.mjs';
import { review, single, startEngine } from './engine.ts';
import { readManifests } from './manifests.ts';

const fixtures = join(import.meta.dirname, '../../fixtures/wasm/rego');
const entrypoints = {
  'no-latest': 'kubewarden/review',
  'required-labels': 'k8srequiredlabels/violation',
  builtins: 'builtins/review',
  'missing-builtin': 'missing/violation',
  loop: 'loop/violation',
  odd: 'odd/violation',
  'opa-inventory': 'opainventory/review',
  'gatekeeper-inventory': 'gatekeeperinventory/violation',
};
const modules = new Map<string, Uint8Array>();

const unavailable = await compileAll().catch((error: unknown) => {
  if (error instanceof RegoUnavailable) return error;
  throw error;
});
if (unavailable !== undefined) console.error(`SKIPPED: Rego policies, because ${unavailable.message}`);

async function compileAll(): Promise<undefined> {
  for (const [name, entrypoint] of Object.entries(entrypoints)) {
    const path = await compileRego(join(fixtures, `${name}.rego`), entrypoint);
    modules.set(name, await readFile(path));
  }
}

function rego(name: keyof typeof entrypoints, executionMode: 'opa' | 'gatekeeper'): Uint8Array {
  return withMetadata(modules.get(name)!, { ...wapcMetadata, executionMode });
}

function capabilities(manifests: string, session?: CapabilityParts['session']) {
  const now = (): Date => new Date(0);
  const objects = readManifests(manifests);
  return createHostCapabilities({ objects, findImageRegistry: () => undefined, offline: true, now, session });
}

const pod = (image: string) => ({ kind: 'Pod', spec: { containers: [{ name: 'a', image }] } });

describe.skipIf(unavailable !== undefined)('an OPA policy', () => {
  const program = () => single(rego('no-latest', 'opa'), { settings: { suffix: ':latest' } });

  it('answers with an AdmissionReview, time and again', async () => {
    const engine = await startEngine({ p: program() });
    expect(engine.refused).toEqual({});
    for (let i = 0; i < 3; i += 1) {
      expect(await engine.ask('p', pod('nginx:latest'))).toEqual({
        allowed: false,
        status: { message: 'a uses nginx:latest', code: 403 },
      });
      expect(await engine.ask('p', pod('nginx:1'))).toEqual({ allowed: true });
    }
  });

  it('whose result is no AdmissionReview is an error', async () => {
    const engine = await startEngine({ p: single(rego('odd', 'opa')) });
    expect(await engine.ask('p', {})).toEqual({
      allowed: false,
      status: { message: 'internal server error: cannot interpret OPA policy result', code: 500 },
    });
  });

  it('that needs what no policy server has cannot be run', async () => {
    const engine = await startEngine({ p: single(rego('missing-builtin', 'gatekeeper')) });
    expect(engine.refused).toEqual({
      p: 'AS-4401 policy "p" cannot be run: Missing Rego builtins: http.send, time.weekday',
    });
  });
});

describe.skipIf(unavailable !== undefined)('a Gatekeeper policy', () => {
  it('has its settings as parameters, and joins its messages', async () => {
    const wasm = rego('required-labels', 'gatekeeper');
    const engine = await startEngine({ p: single(wasm, { settings: { labels: ['b', 'a', 'c'] } }) });
    expect(await engine.ask('p', { metadata: { labels: { b: '1' } } })).toEqual({
      allowed: false,
      status: { message: 'missing [a c]' },
    });
    expect(await engine.ask('p', { metadata: { labels: { a: '1', b: '1', c: '' } } })).toEqual({
      allowed: true,
    });
  });

  it('reads the inventory that it was granted', async () => {
    const grant = {
      contextAwareResources: [{ apiVersion: 'v1', kind: 'Namespace' }],
      settings: { labels: [] },
    };
    const engine = await startEngine(
      { p: single(rego('required-labels', 'gatekeeper'), grant) },
      capabilities('apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {frozen: "yes"}}'),
    );
    const { signal } = new AbortController();
    const ask = (namespace: string) =>
      engine.evaluator.respond({ uniqueName: 'p' } as never, review({ metadata: {} }, { namespace }), signal);
    expect(await ask('shop')).toEqual({ allowed: false, status: { message: 'the namespace is frozen' } });
    expect(await ask('other')).toEqual({ allowed: true });
  });

  it('cannot be run without the objects that it was granted', async () => {
    const grant = { contextAwareResources: [{ apiVersion: 'v1', kind: 'Namespace' }] };
    const engine = await startEngine({ p: single(rego('required-labels', 'gatekeeper'), grant) });
    expect(engine.refused).toEqual({ p: 'AS-4404 policy "p" cannot be run: there is no cluster' });
  });

  const doubt = 'it returned no list of violations, which counts as none';

  it.each(['object', 'number'])('that gives an odd %s allows, in doubt', async (odd) => {
    const engine = await startEngine({ p: single(rego('odd', 'gatekeeper')) });
    expect(await engine.ask('p', { odd })).toEqual({ allowed: true, doubt });
  });

  it.each([
    ['odd()', 'allowed'],
    ['!odd()', 'denied'],
  ] as const)('leaves a group with %s in doubt, which says so', async (expression, verdict) => {
    const members = { odd: single(rego('odd', 'gatekeeper')) };
    const engine = await startEngine({ g: { kind: 'group', members, expression, message: 'no' } });
    const body = review({ odd: 'number' });
    const outcome = await engine.evaluator.evaluate(
      { uniqueName: 'g' } as never,
      { object: undefined as never, body },
      new AbortController().signal,
    );
    expect(outcome).toMatchObject({
      verdict,
      doubt: {
        code: 'AS-4410',
        message: `the verdicts of policy "g" may be wrong: its policy odd: ${doubt}`,
      },
    });
  });

  it('may have violations without words', async () => {
    const engine = await startEngine({ p: single(rego('odd', 'gatekeeper')) });
    expect(await engine.ask('p', { odd: 'partly' })).toEqual({ allowed: false, status: { message: 'b' } });
  });

  it('that takes too long is ended, and the next one is asked', async () => {
    const engine = await startEngine({
      slow: single(rego('loop', 'gatekeeper'), { timeoutEvalSeconds: 0.3 }),
      p: single(rego('odd', 'gatekeeper')),
    });
    const [slow, quick] = await Promise.all([engine.ask('slow'), engine.ask('p', { odd: 'partly' })]);
    expect(slow).toEqual({
      allowed: false,
      status: {
        message: 'internal server error: guest code interrupted, execution deadline exceeded',
        code: 500,
      },
    });
    expect(quick).toEqual({ allowed: false, status: { message: 'b' } });
  });
});

describe.skipIf(unavailable !== undefined)('the builtins of Rego', () => {
  let call: (name: string, ...args: readonly unknown[]) => Promise<unknown>;
  beforeAll(() => {
    call = async (name, ...args) => {
      const engine = await startEngine({ p: single(rego('builtins', 'opa')) });
      const answer = (await engine.ask('p', { call: name, args })) as { status: { message: string } };
      try {
        return JSON.parse(answer.status.message) as unknown;
      } catch {
        return answer.status.message;
      }
    };
  });

  it.each([
    ['sprintf', ['%v %v %v', ['world', 42, ['a', 'list']]], 'world 42 [a list]'],
    ['sprintf', ['%v', [{ b: 1, a: true }]], 'map[a:true b:1]'],
    ['sprintf', ['%d%%', [7]], '7%%'],
    ['sprintf', ['%v', [9007199254740993n]], '9007199254740993'],
    ['regex.split', ['-', 'a-b-c'], 'abc'],
    ['regex.find_n', ['a.', 'paranormal', 2], ['ar', 'an']],
    ['regex.find_n', ['a.', 'paranormal', -1], ['ar', 'an', 'al']],
    ['regex.template_match', ['urn:{[a-z]+}.x', 'urn:ab.x', '{', '}'], true],
    ['regex.template_match', ['urn:{[a-z]+}.x', 'urn:ab-x', '{', '}'], false],
    ['json.patch', [{ a: 1 }, [{ op: 'add', path: '/b', value: 2 }]], { a: 1, b: 2 }],
    ['json.is_valid', ['{"a":'], false],
    ['json.is_valid', ['[1]'], true],
    ['yaml.is_valid', ['a: [1'], false],
    ['yaml.is_valid', ['a: [1]'], true],
    ['yaml.marshal', [{ a: ['b'] }], 'a:\n- b\n'],
    ['yaml.unmarshal', ['a: [1, x]'], { a: [1, 'x'] }],
    ['hex.encode', ['hé'], '68c3a9'],
    ['hex.decode', ['68c3a9'], 'hé'],
    ['base64url.encode_no_pad', ['a?>'], 'YT8-'],
    ['urlquery.encode', ['español a'], 'espa%C3%B1ol%20a'],
    ['urlquery.decode', ['espa%C3%B1ol'], 'español'],
    ['urlquery.encode_object', [{ a: 'ñ', b: 'c' }], 'a=%C3%B1&b=c'],
    ['urlquery.decode_object', ['a=%C3%B1&b=c'], { a: 'ñ', b: 'c' }],
    ['glob.quote_meta', ['*.[a]{b}?\\'], '\\*.\\[a\\]\\{b\\}\\?\\\\'],
    ['semver.is_valid', ['1.2.3-a.1+b'], true],
    ['semver.is_valid', ['v1.2.3'], false],
    ['semver.compare', ['1.0.0-a', '1.0.0'], -1],
    ['semver.compare', ['1.10.0', '1.9.0'], 1],
    ['strings.any_prefix_match', ['abc', ['x', 'ab']], true],
    ['strings.any_suffix_match', [['abc'], 'bd'], false],
  ])('%s(%o)', async (name, args, result) => {
    const text = args.map((arg) =>
      Array.isArray(arg)
        ? arg.map((item: unknown) =>
            typeof item === 'bigint'
              ? (JSON as never as { rawJSON: (text: string) => unknown }).rawJSON(String(item))
              : item,
          )
        : arg,
    );
    expect(await call(name, ...text)).toEqual(result);
  });

  it.each([
    [
      'regex.split',
      ['(', 'a'],
      /^internal server error: Builtin error \["regex.split"\]: "cannot build regex/,
    ],
    [
      'json.patch',
      [{}, [{ op: 'remove', path: '/a' }]],
      /Builtin error \["json.patch"\]: "cannot apply patch/,
    ],
    ['semver.compare', ['1', '2'], /Builtin error \["semver.compare"\]/],
    ['hex.decode', ['zz'], /Builtin error \["hex.decode"\]/],
  ])('%s(%j) fails', async (name, args, message) => {
    expect(await call(name, ...args)).toMatch(message);
  });

  it('time.now_ns is the time in nanoseconds', async () => {
    const now = Number(await call('time.now_ns')) / 1e6;
    expect(Math.abs(now - Date.now())).toBeLessThan(600_000);
  });
});

describe.skipIf(unavailable !== undefined)('what a Rego policy is given to read', () => {
  const manifests = `
{apiVersion: v1, kind: Namespace, metadata: {name: shop, managedFields: []}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: bank}}
---
{apiVersion: v1, kind: Service, metadata: {name: web, namespace: shop}, spec: {big: 9007199254740993}}
---
{apiVersion: v1, kind: Service, metadata: {name: db, namespace: bank}}
---
{apiVersion: example.com/v1, kind: Service, metadata: {name: own, namespace: shop}}
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: namespaces.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {plural: namespaces, kind: Namespace}
  versions: [{name: v1}]
---
{apiVersion: example.com/v1, kind: Namespace, metadata: {name: odd, namespace: shop}}
`;
  const named = (kind: string, name: string, namespace?: string, apiVersion = 'v1') => ({
    apiVersion,
    kind,
    metadata: {
      name,
      ...(namespace === undefined ? { labels: { 'kubernetes.io/metadata.name': name } } : { namespace }),
    },
  });
  const [service, namespace] = [
    { apiVersion: 'v1', kind: 'Service' },
    { apiVersion: 'v1', kind: 'Namespace' },
  ];
  const [ownService, ownNamespace] = [
    { apiVersion: 'example.com/v1', kind: 'Service' },
    { apiVersion: 'example.com/v1', kind: 'Namespace' },
  ];

  async function dataOf(
    mode: 'opa' | 'gatekeeper',
    granted: readonly ContextAwareResource[],
    host = capabilities(manifests),
  ) {
    const program = single(rego(`${mode}-inventory`, mode), {
      settings: { a: 1, kubernetes: 'mine' },
      contextAwareResources: granted,
    });
    const engine = await startEngine({ p: program }, host);
    if (engine.refused['p'] !== undefined) return engine.refused['p'];
    const { status } = (await engine.ask('p')) as { status?: { message: string } };
    if (status === undefined) return undefined;
    // No double can hold it.
    expect(status.message.includes('9007199254740993')).toBe(granted.includes(service));
    return JSON.parse(status.message.replace('9007199254740993', '1')) as unknown;
  }
  const web = { ...named('Service', 'web', 'shop'), spec: { big: 1 } };

  it('is under its plural, for opa', async () => {
    expect(await dataOf('opa', [service, namespace, ownService])).toEqual({
      a: 1,
      kubernetes: {
        namespaces: { bank: named('Namespace', 'bank'), shop: named('Namespace', 'shop') },
        services: {
          bank: { db: named('Service', 'db', 'bank') },
          shop: { web, own: named('Service', 'own', 'shop', 'example.com/v1') },
        },
      },
    });
  });

  it('is under its kind, for gatekeeper', async () => {
    expect(await dataOf('gatekeeper', [service, namespace])).toEqual({
      cluster: {
        v1: { Namespace: { bank: named('Namespace', 'bank'), shop: named('Namespace', 'shop') } },
      },
      namespace: {
        bank: { v1: { Service: { db: named('Service', 'db', 'bank') } } },
        shop: { v1: { Service: { web } } },
      },
    });
  });

  it.each(['opa', 'gatekeeper'] as const)('is recorded for %s, and comes from the record', async (mode) => {
    const exchanges: Exchange[] = [];
    const record = (exchange: Exchange): void => {
      exchanges.push(...parseSession(formatExchange(exchange)));
    };
    const granted = [service, namespace];
    const recording = capabilities(manifests, { record, replay: undefined });
    const before = await dataOf(mode, granted, recording);
    expect(exchanges.map(({ request }) => request.type)).toEqual([
      'KubernetesListResourceAll',
      'KubernetesListResourceAll',
      ...(mode === 'opa' ? ['KubernetesGetResourcePluralName', 'KubernetesGetResourcePluralName'] : []),
    ]);
    const replay = { exchanges, name: 'session.yml' };
    expect(await dataOf(mode, granted, capabilities('', { record: undefined, replay }))).toEqual(before);
    expect(await dataOf(mode, [ownService], capabilities('', { record: undefined, replay }))).toMatch(
      /^AS-4404 .*Replay error: unexpected request: session\.yml has no answer to KubernetesListResourceAll/,
    );
  });

  it('is nothing without a grant', async () => {
    expect(await dataOf('opa', [])).toEqual({ a: 1, kubernetes: 'mine' });
    expect(await dataOf('gatekeeper', [])).toBeUndefined();
  });

  it.each([
    [[namespace, ownNamespace], 'trying to add a clusterwide resource to a list of namespaced resources'],
    [[{ apiVersion: 'v1', kind: 'Nothing' }], 'Cannot find resource v1/Nothing'],
  ])('is refused for %j', async (granted, why) => {
    expect(await dataOf('opa', granted)).toBe(`AS-4404 policy "p" cannot be run: ${why}`);
  });
});
