import { describe, expect, expectTypeOf, it } from 'vitest';
import { Given } from '../../../src/config/given.ts';
import { count, list, type OptionsOf, text, texts, toggle } from '../../../src/config/option.ts';
import { oneOf, parseInteger } from '../../../src/config/values.ts';

const rows = [
  text('fail-on LEVEL', 'lowest severity that fails', { default: 'any', parse: oneOf(['any', 'high']) }),
  text('page-size N', 'objects per page', { parse: parseInteger(0) }),
  text('context NAME', 'context of the kubeconfig'),
  texts('facts PATH', 'what is read, not scanned'),
  list('policy NAME', 'only these policies'),
  toggle('exit-zero', 'exit with 0'),
  count('verbose', 'more'),
] as const;

type Options = OptionsOf<(typeof rows)[number]>;

describe('rows of options', () => {
  it('have the types of their parsers, under their names', () => {
    expectTypeOf<Options>().toEqualTypeOf<{
      readonly failOn: 'any' | 'high';
      readonly pageSize: number | undefined;
      readonly context: string | undefined;
      readonly facts: readonly string[];
      readonly policy: readonly string[];
      readonly exitZero: boolean;
      readonly verbose: number;
    }>();
  });

  it('are read as that', () => {
    const flags = { policy: ['a, b', '"c,d"'], exitZero: ['true'], verbose: ['+1', '+1'], context: [''] };
    expect(
      new Given(rows, flags, { AUDIT_SCANNER_PAGE_SIZE: '5', AUDIT_SCANNER_CONTEXT: 'prod' }).read(),
    ).toEqual({
      ok: true,
      value: {
        failOn: 'any',
        pageSize: 5,
        context: undefined,
        facts: [],
        policy: ['a', 'b', 'c,d'],
        exitZero: true,
        verbose: 2,
      },
    });
  });

  it('can be asked for by their names only', () => {
    const given = new Given(rows, { exitZero: ['T'] }, {});
    expect([given.isSet('exit-zero'), given.isOn('exit-zero'), given.isSet('fail-on')]).toEqual([
      true,
      true,
      false,
    ]);
    // @ts-expect-error No row has this name.
    expect(given.isSet('exit-zer')).toBe(false);
    // @ts-expect-error No row has this name.
    expect(given.flagsAmong(['exit-zero', 'fail-onn'])).toEqual(['--exit-zero']);
  });
});
