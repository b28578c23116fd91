import { CORE_SCHEMA, defineScalarTag, dump, load, NOT_RESOLVED } from 'js-yaml';
import type { Builtin, BuiltinCall } from './arguments.ts';
import { type JsonValue, parseExact } from './exact-json.ts';
import { isTooLarge } from './extent.ts';

/** Integers that a double cannot hold are bigint here, which YAML writes like any other. */
const integerTag = defineScalarTag<unknown>('tag:yaml.org,2002:int', {
  resolve: () => NOT_RESOLVED,
  identify: (value) => typeof value === 'bigint' || Number.isInteger(value),
  represent: String,
});
const marshalSchema = CORE_SCHEMA.withTags(integerTag);

export const encodingBuiltins: Readonly<Record<string, Builtin>> = {
  'base64url.encode_no_pad': (call) => Buffer.from(call.string(0)).toString('base64url'),
  'hex.encode': (call) => Buffer.from(call.string(0)).toString('hex'),
  'hex.decode': (call) => {
    const text = call.string(0);
    if (text.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(text))
      throw call.fail('cannot decode input: it is no hex');
    return decodeUtf8(call, Buffer.from(text, 'hex'));
  },
  'json.is_valid': (call) => isReadable(() => parseExact(call.string(0)), call),
  'yaml.is_valid': (call) => isReadable(() => load(call.string(0)), call),
  'yaml.marshal': (call) => {
    const value = call.value(0);
    if (isTooLarge(value)) throw call.fail('the value is too large');
    return dump(value, { lineWidth: -1, sortKeys: true, schema: marshalSchema });
  },
  'yaml.unmarshal': (call) => {
    const text = call.string(0);
    try {
      // Through JSON, because YAML can hold what Rego cannot.
      const value = load(text) ?? null;
      if (isTooLarge(value)) throw new Error('the value is too large');
      return parseExact(JSON.stringify(value));
    } catch (cause) {
      throw call.fail(`cannot convert input object to json - ${describe(cause)}`);
    }
  },
  'urlquery.encode': (call) => encodeQuery(call.string(0)),
  'urlquery.decode': (call) => {
    const pairs = [...new URLSearchParams(encodeQuery(`input=${call.string(0)}`))];
    const [pair] = pairs;
    if (pair === undefined || pairs.length !== 1) throw call.fail('internal error 2');
    return pair[1];
  },
  'urlquery.encode_object': (call) =>
    encodeQuery(
      Object.entries(call.object(0))
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, value]) => `${key}=${toText(call, key, value)}`)
        .join('&'),
    ),
  'urlquery.decode_object': (call) => Object.fromEntries(new URLSearchParams(encodeQuery(call.string(0)))),
};

/** Escapes what may not stand in the query of a URL, and no more: `&` and `+` stay, as they do on policy-server. */
function encodeQuery(text: string): string {
  const url = new URL('https://localhost/');
  url.search = `?${text}`;
  return url.search.slice(1);
}

function toText(call: BuiltinCall, key: string, value: JsonValue): string {
  if (typeof value === 'string') return value;
  throw call.fail(`the value of key ${key} is not a string`);
}

function isReadable(read: () => unknown, call: BuiltinCall): boolean {
  call.string(0);
  try {
    read();
    return true;
  } catch {
    return false;
  }
}

function decodeUtf8(call: BuiltinCall, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw call.fail('cannot decode input: it is no UTF-8');
  }
}

function describe(cause: unknown): string {
  return cause instanceof Error ? cause.message.split('\n', 1).join('') : String(cause);
}
