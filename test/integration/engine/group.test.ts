import { describe, expect, it } from 'vitest';
import type { GroupProgram } from '../../../src/engine/program/program.ts';
import { accept, wapc, wapcMetadata, withMetadata } from '../../fixtures/wasm/modules.ts';
import { single, startEngine } from './engine.ts';

const wasm = {
  yes: wapc({ validate: accept('{"accepted":true,"warnings":["w"]}') }),
  no: wapc({ validate: accept('{"accepted":false,"message":"not me"}') }),
  silent: wapc({ validate: accept('{"accepted":false}') }),
  patch: wapc({ validate: accept('{"accepted":true,"mutated_object":{"a":1}}') }),
  trap: wapc({ validate: () => 'unreachable' }),
  loop: wapc({ validate: () => '(loop $again (br $again)) (i32.const 1)' }),
  invalid: wapc({
    validate: accept('{"accepted":true}'),
    settings: accept('{"valid":false,"message":"bad"}'),
  }),
};

function group(expression: string, names: readonly (keyof typeof wasm)[]): GroupProgram {
  const members = Object.fromEntries(
    names.map((name) => [name, single(wasm[name], { timeoutEvalSeconds: 0.3 })]),
  );
  return { kind: 'group', members, expression, message: 'the group says no' };
}

const all = ['yes', 'no', 'silent', 'patch', 'trap'] as const;

function denied(causes: Readonly<Record<string, string>>) {
  const told = Object.entries(causes).map(([name, message]) => ({
    field: `spec.policies.${name}`,
    ...(message !== '' && { message }),
  }));
  const details = told.length === 0 ? {} : { causes: told };
  return { allowed: false, status: { message: 'the group says no', details } };
}

describe('a policy group', () => {
  it.each([
    ['yes()', { allowed: true }],
    ['!no()', { allowed: true }],
    ['yes() && !(no() || silent())', { allowed: true }],
    ['true == yes()', { allowed: true }],
    ['yes() != no()', { allowed: true }],
    ['no()', denied({ no: 'not me' })],
    ['silent() || no()', denied({ no: 'not me', silent: '' })],
    ['no() && silent()', denied({ no: 'not me' })],
    ['yes() && no() || silent()', denied({ no: 'not me', silent: '' })],
    ['patch()', denied({ patch: 'mutation is not allowed inside of policy group' })],
    ['trap()', denied({ trap: 'internal server error: Guest call failure: wasm trap: unreachable' })],
    ['!trap()', { allowed: true }],
    ['false', denied({})],
  ])('%s', async (expression, response) => {
    const engine = await startEngine({ g: group(expression, all) });
    expect(engine.refused).toEqual({});
    expect(await engine.ask('g')).toEqual(response);
  });

  it('goes on without a member that takes too long', async () => {
    const engine = await startEngine({ g: group('no() || loop() || yes() && no()', ['no', 'loop', 'yes']) });
    expect(await engine.ask('g')).toEqual(
      denied({
        loop: 'Policy execution interrupted because it exceeded the allowed execution time',
        no: 'not me',
      }),
    );
  });

  it.each([
    ['', 'it is empty'],
    ['yes(', 'it ends too early; ")" was expected'],
    ['yes', 'it ends too early; "(" was expected'],
    ['yes() &', '"&" is not expected there'],
    ['yes() no()', '"no" is not expected there'],
    ['other()', 'the group has no policy other'],
    [`${'!'.repeat(2000)}yes()`, 'it is too long'],
  ])('cannot have the expression %j', async (expression, why) => {
    const engine = await startEngine({ g: group(expression, all) });
    expect(engine.refused).toEqual({
      g: `AS-4402 Policy settings are invalid: g: the expression "${expression}" cannot be used: ${why}`,
    });
  });

  it('has the settings of its members checked', async () => {
    const engine = await startEngine({ g: group('yes()', ['yes', 'invalid']) });
    expect(engine.refused).toEqual({ g: 'AS-4402 Policy settings are invalid: g/invalid: bad' });
  });

  it('needs all its members', async () => {
    const broken = {
      ...group('yes()', ['yes']),
      members: { yes: single(withMetadata(wasm.yes, wapcMetadata).subarray(0, 40)) },
    };
    const engine = await startEngine({ g: broken });
    expect(engine.refused['g']).toContain('AS-4401 policy "g/yes" cannot be run: ');
  });
});
