import {
  compareRustVersions,
  parseRustVersion,
  type RustVersion,
  SemverError,
} from '../../module/rust-semver.ts';
import type { Builtin, BuiltinCall } from './arguments.ts';

export const semverBuiltins: Readonly<Record<string, Builtin>> = {
  'semver.is_valid': (call) => {
    const text = call.string(0);
    try {
      parseRustVersion(text);
      return true;
    } catch (error) {
      if (error instanceof SemverError) return false;
      throw error;
    }
  },
  'semver.compare': (call) => {
    const texts = [call.string(0), call.string(1)] as const;
    const [a, b] = [parse(call, 'first', texts[0]), parse(call, 'second', texts[1])];
    return BigInt(compareRustVersions(a, b));
  },
};

function parse(call: BuiltinCall, which: string, text: string): RustVersion {
  try {
    return parseRustVersion(text);
  } catch (error) {
    if (!(error instanceof SemverError)) throw error;
    throw call.fail(`${which} argument is not a valid semantic version: Error("${error.message}")`);
  }
}
