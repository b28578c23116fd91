import type { JsonValue } from '../../serde/value.ts';
import { maxTextBytes } from '../text-limit.ts';
import { type Builtin, type BuiltinCall, createCall } from './arguments.ts';
import { encodingBuiltins } from './encodings.ts';
import { applyPatch } from './json-patch.ts';
import { regexBuiltins } from './regex.ts';
import { semverBuiltins } from './semver.ts';
import { formatLikePolicyServer } from './sprintf.ts';
import { timeBuiltins } from './time.ts';

/** What OPA's compiler leaves to the host, as far as policy-server has it. */
const builtins: Readonly<Record<string, Builtin>> = {
  ...encodingBuiltins,
  ...regexBuiltins,
  ...semverBuiltins,
  ...timeBuiltins,
  sprintf: (call) => {
    const [format, values] = [call.string(0), call.array(1)];
    return attempt(call, () => formatLikePolicyServer(format, values));
  },
  trace: (call) => {
    call.string(0);
    return null;
  },
  'glob.quote_meta': (call) => call.string(0).replaceAll(/[*?\\[\]{}]/g, '\\$&'),
  'json.patch': (call) => {
    const [object, operations] = [call.object(0), call.array(1)];
    return attempt(call, () => applyPatch(object, operations), 'cannot apply patch: ');
  },
  'strings.any_prefix_match': (call) =>
    matchAny(call.value(0), call.value(1), (text, prefix) => text.startsWith(prefix)),
  'strings.any_suffix_match': (call) =>
    matchAny(call.value(0), call.value(1), (text, suffix) => text.endsWith(suffix)),
};

/** Widely used policies need these, and policy-server refuses to load them. */
export const ownBuiltins: ReadonlySet<string> = new Set([
  'strings.any_prefix_match',
  'strings.any_suffix_match',
]);

export function hasBuiltin(name: string): boolean {
  return Object.hasOwn(builtins, name);
}

/** Whether the builtin may answer the same question otherwise at another time, or on another machine. */
export function dependsOnMoment(name: string): boolean {
  return Object.hasOwn(timeBuiltins, name) && name !== 'parse_rfc3339_ns';
}

/** Calls a builtin that exists. Throws a BuiltinError. */
export function callBuiltin(name: string, values: readonly JsonValue[]): JsonValue {
  const builtin = Object.hasOwn(builtins, name) ? builtins[name] : undefined;
  if (builtin === undefined) throw new Error(`Builtin not implemented: ${name}`);
  const call = createCall(name, values);
  const result = builtin(call);
  if (typeof result === 'string' && result.length > maxTextBytes)
    throw call.fail(`the result is longer than ${maxTextBytes} bytes`);
  return result;
}

function attempt(call: BuiltinCall, run: () => JsonValue, before = ''): JsonValue {
  try {
    return run();
  } catch (cause) {
    throw call.fail(before + (cause instanceof Error ? cause.message : String(cause)));
  }
}

function matchAny(
  texts: JsonValue,
  parts: JsonValue,
  matches: (text: string, part: string) => boolean,
): boolean {
  const toList = (value: JsonValue): readonly string[] =>
    (Array.isArray(value) ? (value as readonly JsonValue[]) : [value]).filter(
      (item) => typeof item === 'string',
    );
  return toList(texts).some((text) => toList(parts).some((part) => matches(text, part)));
}
