import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Guest } from '../../../src/engine/guest/guest.ts';
import { createRoom } from '../../../src/engine/guest/instance-keeper.ts';
import { createWapcGuest } from '../../../src/engine/guest/wapc.ts';
import { createWasiGuest } from '../../../src/engine/guest/wasi.ts';
import { createCompiler } from '../../../src/engine/module/compiler.ts';
import { wapcMetadata, withMetadata } from '../../fixtures/wasm/modules.ts';
import { buildRustPolicies, RustUnavailable } from '../../rust/build.mjs';
import { buildCelPolicy, buildSdkPolicy, buildWapcPolicy, SdkUnavailable } from '../../sdk/build.mjs';

/* Policies as people write them, once in an instance that is set back and once in a new one for each question. */

type Candidate = {
  readonly name: string;
  /** With its metadata. */
  readonly load: () => Promise<Uint8Array>;
  readonly settings: object;
  readonly questions: number;
};

const example = (name: string, settings: object): Candidate => ({
  name: `${name}, in AssemblyScript`,
  load: () => readFile(join(import.meta.dirname, `../../../examples/modules/${name}.wasm`)),
  settings,
  questions: 100,
});
const rust = (name: 'pods' | 'labels' | 'expressions', settings: object): Candidate => ({
  name: `${name}, in Rust`,
  load: async () => withMetadata(await readFile((await buildRustPolicies())[name]), wapcMetadata),
  settings,
  questions: 60,
});
const wasiMetadata = { ...wapcMetadata, executionMode: 'wasi' };

const candidates: readonly Candidate[] = [
  example('no-privileged', {}),
  example('memory-limits', {}),
  example('required-labels', { labels: ['app'] }),
  example('trusted-registries', { registries: ['registry.example.com'] }),
  rust('pods', {
    trusted_registries: ['registry.example.com/'],
    unusual: { panics: 'panic', fails: 'fail', nonsense: 'nonsense' },
  }),
  { ...rust('expressions', {}), questions: 12 },
  {
    name: 'a waPC policy in Go',
    load: async () => withMetadata(await buildWapcPolicy(), wapcMetadata),
    settings: { deny: ['panics', 'fails', 'web'] },
    questions: 20,
  },
  {
    name: 'a waPC policy in Go that panics',
    load: async () => withMetadata(await buildWapcPolicy(), wapcMetadata),
    settings: { deny: ['panics'], panic: true },
    questions: 20,
  },
  {
    name: 'a WASI policy in Go',
    load: async () => withMetadata(await readFile(await buildSdkPolicy()), wasiMetadata),
    settings: { deny: ['panics', 'web'], label: { team: 'web' } },
    questions: 12,
  },
  {
    name: 'a WASI policy in Go with CEL',
    load: async () => withMetadata(await readFile(await buildCelPolicy()), wasiMetadata),
    settings: { expression: "object.metadata.name != 'web' && size(object.spec.containers) < 3" },
    questions: 5,
  },
];

const container = fc.record({
  name: fc.constantFrom('api', 'proxy'),
  image: fc.constantFrom('registry.example.com/api:1', 'docker.io/nginx', 'busybox'),
  securityContext: fc.option(fc.record({ privileged: fc.boolean() }), { nil: undefined }),
});

/** Pods, some of them so large that the memory of the policy grows, and now and then something else. */
const object = fc.oneof(
  {
    weight: 9,
    arbitrary: fc.record({
      apiVersion: fc.constant('v1'),
      kind: fc.constant('Pod'),
      metadata: fc.record({
        name: fc.constantFrom('web', 'panics', 'fails', 'nonsense', 'web-forbidden-7'),
        labels: fc.dictionary(fc.constantFrom('app', 'team'), fc.constantFrom('a', 'b')),
        annotations: fc.record({
          padding: fc.constantFrom('', 'x', 'x'.repeat(300_000)),
        }),
      }),
      spec: fc.record({ containers: fc.array(container, { maxLength: 4 }) }),
    }),
  },
  { weight: 1, arbitrary: fc.constantFrom(null, 7, [], 'text') },
);

describe.each(candidates)('$name', ({ load, settings, questions }) => {
  it('answers the same in an instance that was set back as in a new one', {
    timeout: 600_000,
  }, async (context) => {
    const wasm = await load().catch((error: unknown) => {
      if (error instanceof SdkUnavailable || error instanceof RustUnavailable) return error;
      throw error;
    });
    if (wasm instanceof Error) {
      console.error(`SKIPPED: setting back, because ${wasm.message}`);
      context.skip();
      return;
    }
    const compiled = await createCompiler()(wasm);
    expect(compiled.rewindable).toBe(true);
    const original = { ...compiled, rewindable: false, module: await WebAssembly.compile(Buffer.from(wasm)) };
    const [kept, anew] = [open(compiled, settings), open(original, settings)];
    const answers = fc.sample(object, { numRuns: questions, seed: 20_261_128 }).map((given) => {
      const review = Buffer.from(JSON.stringify(reviewOf(given)));
      const answer = kept.guest.validate(review);
      expect(answer).toEqual(anew.guest.validate(review));
      return JSON.stringify(answer);
    });
    expect(kept.calls).toEqual(anew.calls);
    // It had something to tell apart.
    expect(new Set(answers).size).toBeGreaterThan(1);
  });
});

type Compiled = Awaited<ReturnType<ReturnType<typeof createCompiler>>>;

/** `calls` are those of the host. */
function open(compiled: Compiled, settings: object): { guest: Guest; calls: string[] } {
  const calls: string[] = [];
  const program = {
    ...compiled,
    settings: JSON.stringify(settings),
    timeoutMs: 1000,
    contextAwareResources: [],
    hostCapabilities: [],
    data: new Uint8Array(),
  };
  const host = {
    call: ({
      namespace,
      operation,
      payload,
    }: {
      namespace: string;
      operation: string;
      payload: Uint8Array;
    }) => {
      calls.push(`${namespace}/${operation} ${Buffer.from(payload).toString()}`);
      return { payload: new Uint8Array() };
    },
    log: () => undefined,
    look: () => undefined,
  };
  const create = compiled.mode === 'wasi' ? createWasiGuest : createWapcGuest;
  return { guest: create({ program, host, room: createRoom(2 ** 30) }), calls };
}

function reviewOf(given: unknown): object {
  const type = { group: '', version: 'v1' };
  const name = (given as { metadata?: { name: string } } | null)?.metadata?.name ?? 'web';
  return {
    request: {
      uid: 'u-1',
      kind: { ...type, kind: 'Pod' },
      resource: { ...type, resource: 'pods' },
      name,
      namespace: 'shop',
      operation: 'CREATE',
      userInfo: {},
      object: given,
    },
  };
}
