import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { withMetadata } from '../../fixtures/wasm/modules.ts';
import { buildSdkPolicy, SdkUnavailable } from '../../sdk/build.mjs';
import { type Engine, single, startEngine } from './engine.ts';

/* The answers of a policy that somebody else could have written: the official SDK for Go, in the way of WASI. */

const path = await buildSdkPolicy().catch((error: unknown) => {
  if (error instanceof SdkUnavailable) return error;
  throw error;
});
if (typeof path !== 'string') console.error(`SKIPPED: the policy with the SDK for Go: ${path.message}`);

const metadata = { rules: [], mutating: true, executionMode: 'wasi' };
const pod = (name: string) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  spec: { containers: [{ name: 'c', image: 'i' }] },
});

describe.skipIf(typeof path !== 'string')('a policy with the SDK for Go', () => {
  let wasm: Uint8Array;

  beforeAll(async () => {
    wasm = withMetadata(await readFile(String(path)), metadata);
  });

  /** The limits are wide, because a loaded machine takes its time to compile three megabytes. */
  function start(settings: object): Promise<Engine> {
    return startEngine({ p: single(wasm, { settings }) }, { timeoutMs: 60_000 });
  }

  it('accepts, and what it writes besides is logged', async () => {
    const engine = await start({});
    expect(engine.refused).toEqual({});
    expect(await engine.ask('p', pod('web'))).toEqual({ allowed: true });
    expect(engine.logs).toEqual([{ policy: 'p', level: 'debug', message: 'accepted web' }]);
  });

  it('rejects with its message and code, time and again', async () => {
    const engine = await start({ deny: ['web'] });
    for (const name of ['web', 'api', 'web']) {
      const denied = { allowed: false, status: { message: 'the name web is denied', code: 403 } };
      expect(await engine.ask('p', pod(name))).toEqual(name === 'web' ? denied : { allowed: true });
    }
  });

  it('changes the object by a JSON patch', async () => {
    const engine = await start({ label: { team: 'a' } });
    const answer = (await engine.ask('p', pod('web'))) as { patch: string };
    expect(answer).toMatchObject({ allowed: true, patchType: 'JSONPatch' });
    expect(JSON.parse(Buffer.from(answer.patch, 'base64').toString())).toContainEqual({
      op: 'add',
      path: '/metadata/labels',
      value: { team: 'a' },
    });
  });

  it.each([
    [{ deny: [''] }, 'AS-4402 Policy settings are invalid: deny must hold names'],
    [{ deny: 'web' }, /^AS-4402 Policy settings are invalid: the settings cannot be read: json: /],
  ])('refuses the settings %j', async (settings, message) => {
    const engine = await start(settings);
    expect(engine.refused['p']).toEqual(
      typeof message === 'string' ? message : (expect.stringMatching(message) as string),
    );
  });

  it('that panics is an error with what the runtime of Go says', async () => {
    const engine = await start({ panic: true });
    expect(await engine.ask('p', pod('web'))).toMatchObject({
      allowed: false,
      status: {
        code: 500,
        message: expect.stringMatching(/^panic: as the settings want it\n\ngoroutine 1/) as string,
      },
    });
  });

  it('that sleeps is ended when its time is over', async () => {
    const engine = await startEngine(
      { p: single(wasm, { settings: { sleep: true }, timeoutEvalSeconds: 5 }) },
      { timeoutMs: 60_000 },
    );
    // A machine that is slow enough does not even load it in that time.
    const text = 'Policy execution interrupted because it exceeded the allowed execution time';
    expect(JSON.stringify([engine.refused, await engine.ask('p', pod('web'))])).toContain(text);
  });

  it('sees an object that is not a Pod as it is, and fails with its own words', async () => {
    const engine = await start({});
    expect(await engine.ask('p', { kind: 'Pod', metadata: { name: 7 } })).toMatchObject({
      allowed: false,
      status: { code: 500, message: expect.stringContaining('json: cannot unmarshal number') as string },
    });
  });
});
