import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { wapcMetadata, withMetadata } from '../../fixtures/wasm/modules.ts';
import { compileRego, RegoUnavailable } from '../../rego/build.mjs';
import { type Engine, requestText, single, startEngine } from './engine.ts';

/* What Rego policies are given, and what policy-server makes of what they give back. */

const entrypoints = { opa: 'opaecho/review', gatekeeper: 'gatekeeperecho/violation' };
type Mode = keyof typeof entrypoints;

const compiled = await compileAll().catch((error: unknown) => {
  if (error instanceof RegoUnavailable) return error;
  throw error;
});
if (compiled instanceof Error) console.error(`SKIPPED: Rego policies, because ${compiled.message}`);

async function compileAll(): Promise<Readonly<Record<Mode, Uint8Array>>> {
  const compile = async (mode: Mode): Promise<Uint8Array> => {
    const source = join(import.meta.dirname, `../../fixtures/wasm/rego/${mode}-echo.rego`);
    const wasm = await readFile(await compileRego(source, entrypoints[mode]));
    return withMetadata(wasm, { ...wapcMetadata, executionMode: mode });
  };
  return { opa: await compile('opa'), gatekeeper: await compile('gatekeeper') };
}

async function start(mode: Mode, settings: unknown = { a: [1] }): Promise<Engine> {
  if (compiled instanceof Error) throw compiled;
  const engine = await startEngine({ p: single(compiled[mode], { settings: settings as object }) });
  expect(engine.refused).toEqual({});
  return engine;
}

async function answerOf(mode: Mode, object: object): Promise<unknown> {
  return (await start(mode)).ask('p', object);
}

const notUnderstood = {
  allowed: false,
  status: { message: 'internal server error: cannot interpret OPA policy result', code: 500 },
};
const doubtful = { allowed: true, doubt: 'it returned no list of violations, which counts as none' };

function failed(text: string) {
  return {
    allowed: false,
    status: { code: 500, message: expect.stringContaining(text) as string },
  };
}

describe.skipIf(compiled instanceof Error)('an OPA policy', () => {
  it('is given the request as input and its settings as data', async () => {
    const engine = await start('opa');
    const answer = (await engine.ask('p', { kind: 'Pod', big: 12 })) as { status: { message: string } };
    expect(JSON.parse(answer.status.message)).toEqual({
      input: { request: JSON.parse(requestText('{"kind":"Pod","big":12}')) as unknown },
      a: [1],
    });
  });

  it.each<[string, object, object]>([
    ['an answer', { response: { uid: 'x', allowed: true } }, { allowed: true }],
    [
      'an answer with everything',
      {
        response: {
          uid: 'x',
          allowed: false,
          status: { message: 'no', code: 403, reason: 'later' },
          warnings: ['w'],
          auditAnnotations: { a: 'b' },
          patchType: null,
        },
      },
      {
        allowed: false,
        status: { message: 'no', code: 403 },
        warnings: ['w'],
        auditAnnotations: { a: 'b' },
      },
    ],
    [
      'an answer with a patch',
      { response: { uid: 'x', allowed: true, patch: 'W10=', patchType: 'JSONPatch' } },
      { allowed: true, patch: 'W10=', patchType: 'JSONPatch' },
    ],
    ['no response', { answer: { allowed: true } }, notUnderstood],
    ['no uid', { response: { allowed: true } }, failed('missing field `uid`')],
    ['no verdict', { response: { uid: 'x' } }, failed('missing field `allowed`')],
    ['a verdict in words', { response: { uid: 'x', allowed: 'yes' } }, notUnderstood],
    ['a status in words', { response: { uid: 'x', allowed: true, status: 'fine' } }, notUnderstood],
    ['warnings that are no list', { response: { uid: 'x', allowed: true, warnings: 'w' } }, notUnderstood],
  ])('that gives %s', async (_, answer, response) => {
    expect(await answerOf('opa', { answer })).toEqual(response);
  });

  it('that contradicts itself is an error', async () => {
    const answer = { response: { uid: 'y', allowed: false } };
    expect(await answerOf('opa', { answer, conflict: true })).toEqual(failed('internal server error: '));
  });

  it('goes on after an error', async () => {
    const engine = await start('opa');
    const answer = { response: { uid: 'y', allowed: true } };
    for (let round = 0; round < 3; round += 1) {
      await engine.ask('p', { answer: { response: { uid: 'y', allowed: false } }, conflict: true });
      expect(await engine.ask('p', { answer })).toEqual({ allowed: true });
    }
  });

  it.each([undefined, null, {}])('may have the settings %j', async (settings) => {
    const engine = await start('opa', settings);
    expect(await engine.ask('p', { answer: { response: { uid: 'x', allowed: true } } })).toEqual({
      allowed: true,
    });
  });
});

describe.skipIf(compiled instanceof Error)('a Gatekeeper policy', () => {
  it('is given the request as review and its settings as parameters', async () => {
    const answer = (await answerOf('gatekeeper', { kind: 'Pod' })) as { status: { message: string } };
    expect(JSON.parse(answer.status.message)).toEqual({
      parameters: { a: [1] },
      review: JSON.parse(requestText('{"kind":"Pod"}')) as unknown,
    });
  });

  it.each<[string, unknown, object]>([
    ['no violation', [], { allowed: true }],
    ['a violation', [{ msg: 'no', details: { a: 1 } }], { allowed: false, status: { message: 'no' } }],
    ['several', [{ msg: 'b' }, { msg: 'a' }], { allowed: false, status: { message: 'b, a' } }],
    ['a violation without a word', [{}], { allowed: false, status: { message: '' } }],
    ['an object', { msg: 'no' }, doubtful],
    ['a text', 'no', doubtful],
    ['a list of texts', ['no'], doubtful],
    ['a number as message', [{ msg: 'a' }, { msg: 1 }], doubtful],
  ])('that gives %s', async (_, answer, response) => {
    expect(await answerOf('gatekeeper', { answer })).toEqual(response);
  });

  it('that gives nothing at all allows, in doubt', async () => {
    expect(await answerOf('gatekeeper', { silent: true })).toEqual(doubtful);
  });

  it('that contradicts itself is an error', async () => {
    expect(await answerOf('gatekeeper', { answer: [{ msg: 'a' }], conflict: true })).toEqual(
      failed('internal server error: '),
    );
  });
});
