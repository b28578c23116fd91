import { SerdeError } from '../../serde/cursor.ts';
import { type JsonValue, parseValue, sortedEntries } from '../../serde/value.ts';
import type { Builtin, BuiltinCall } from './arguments.ts';
import { isTooLarge } from './extent.ts';
import { isYaml, readYaml } from './yaml-read.ts';
import { writeYaml } from './yaml-write.ts';

export const encodingBuiltins: Readonly<Record<string, Builtin>> = {
  'base64url.encode_no_pad': (call) => Buffer.from(call.string(0)).toString('base64url'),
  // Without a zero before a single digit. It is a bug of policy-server, and its answers are the measure.
  'hex.encode': (call) => Array.from(Buffer.from(call.string(0)), (byte) => byte.toString(16)).join(''),
  'hex.decode': (call) => {
    const text = call.string(0);
    // A pair may be a sign and a digit.
    if (!/^(?:[+0-9a-fA-F][0-9a-fA-F])*$/.test(text))
      throw call.fail('cannot parse input - ParseIntError { kind: InvalidDigit }');
    return decodeUtf8(call, Buffer.from(text.replaceAll('+', '0'), 'hex'));
  },
  'json.is_valid': (call) => isJson(call.string(0)),
  'yaml.is_valid': (call) => {
    const text = call.value(0);
    if (typeof text !== 'string') throw call.fail('parameter is not a string');
    return isYaml(text);
  },
  'yaml.marshal': (call) => {
    const value = call.value(0);
    if (isTooLarge(value)) throw call.fail('the value is too large');
    return writeYaml(value);
  },
  'yaml.unmarshal': (call) => {
    const text = call.string(0);
    try {
      const value = readYaml(text);
      if (isTooLarge(value)) throw new Error('the value is too large');
      return value;
    } catch (cause) {
      throw call.fail(`cannot convert input object to json - ${describe(cause)}`);
    }
  },
  'urlquery.encode': (call) => toUrl(`input=${call.string(0)}`).search.slice('?input='.length),
  'urlquery.decode': (call) => {
    const pairs = [...toUrl(`input=${call.string(0)}`).searchParams];
    const [pair] = pairs;
    if (pair === undefined || pairs.length !== 1) throw call.fail('internal error 2');
    return pair[1];
  },
  'urlquery.encode_object': (call) =>
    toUrl(
      sortedEntries(call.object(0))
        .map(([key, value]) => `${key}=${toText(call, key, value)}`)
        .join('&'),
    ).search.slice(1),
  'urlquery.decode_object': (call) => Object.fromEntries(toUrl(call.string(0)).searchParams),
};

/** A URL with this query. It escapes what may not stand in one, and no more: `&` and `+` stay, as they do on policy-server. */
function toUrl(query: string): URL {
  const url = new URL('https://localhost/');
  url.search = `?${query}`;
  return url;
}

function toText(call: BuiltinCall, key: string, value: JsonValue): string {
  if (typeof value === 'string') return value;
  throw call.fail(`the value of key ${key} is not a string`);
}

function isJson(text: string): boolean {
  try {
    parseValue(text);
    return true;
  } catch (error) {
    if (error instanceof SerdeError) return false;
    throw error;
  }
}

function decodeUtf8(call: BuiltinCall, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw call.fail('cannot parse string - it is no UTF-8');
  }
}

function describe(cause: unknown): string {
  return cause instanceof Error ? cause.message.split('\n', 1).join('') : String(cause);
}
