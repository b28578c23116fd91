import { isArray, isObject, type JsonObject, type JsonValue } from '../../serde/value.ts';
import { BuiltinError } from './builtin-error.ts';

/** A builtin gets its arguments as values, and gives one back. It throws a BuiltinError when it cannot. */
export type Builtin = (call: BuiltinCall) => JsonValue;

/** The arguments of one call, with the checks that every builtin makes. Positions count from 0. */
export type BuiltinCall = {
  readonly fail: (message: string) => BuiltinError;
  readonly value: (position: number) => JsonValue;
  readonly string: (position: number) => string;
  /** An integer of 64 bits, with a sign. */
  readonly integer: (position: number) => bigint;
  readonly array: (position: number) => readonly JsonValue[];
  readonly object: (position: number) => JsonObject;
};

const ordinals = ['1st', '2nd', '3rd', '4th'];

/** Some builtins of policy-server call themselves by another name. */
const otherNames: Readonly<Record<string, string>> = {
  date: 'time.date',
  parse_rfc3339_ns: 'time.parse_rfc3339_ns',
  'urlquery.decode_object': 'urlquery.decode',
};

export function createCall(name: string, values: readonly JsonValue[]): BuiltinCall {
  const fail = (message: string): BuiltinError => new BuiltinError(otherNames[name] ?? name, message);
  const value = (position: number): JsonValue => {
    const found = values[position];
    if (found === undefined) throw fail('wrong number of arguments');
    return found;
  };
  const wrong = (position: number, type: string): BuiltinError =>
    fail(`${ordinals[position] ?? ''} parameter is not ${type}`);
  return {
    fail,
    value,
    string: (position) => {
      const found = value(position);
      if (typeof found === 'string') return found;
      throw wrong(position, 'a string');
    },
    integer: (position) => {
      const found = value(position);
      if (typeof found === 'bigint' && BigInt.asIntN(64, found) === found) return found;
      throw wrong(position, 'a number');
    },
    array: (position) => {
      const found = value(position);
      if (isArray(found)) return found;
      throw wrong(position, 'an array');
    },
    object: (position) => {
      const found = value(position);
      if (isObject(found)) return found;
      throw wrong(position, 'an object');
    },
  };
}
