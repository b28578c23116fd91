import type { Builtin, BuiltinCall } from './arguments.ts';
import { isArray } from './exact-json.ts';

/** policy-server has two of these without the prefix `time.`, under which no policy finds them; so it is here. */
export const timeBuiltins: Readonly<Record<string, Builtin>> = {
  'time.now_ns': () => BigInt(Math.round((performance.timeOrigin + performance.now()) * 1000)) * 1000n,
  parse_rfc3339_ns: (call) => {
    const text = call.string(0);
    const [, fraction = ''] = rfc3339.exec(text) ?? [];
    const ms = Date.parse(text.replace(/\.\d+/, '').replace(/^(\S{10})[ t]/, '$1T'));
    if (!rfc3339.test(text) || Number.isNaN(ms)) throw call.fail(`: cannot convert ${text}`);
    return BigInt(ms) * 1_000_000n + BigInt(fraction.slice(0, 9).padEnd(9, '0'));
  },
  date: (call) => {
    const [ns, zone] = readMoment(call);
    return toDate(call, ns, zone);
  },
};

const rfc3339 = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.(\d+))?(?:[Zz]|[-+]\d\d:\d\d)$/;

function readMoment(call: BuiltinCall): [ns: bigint, zone: string | undefined] {
  const value = call.value(0);
  if (!isArray(value)) {
    if (typeof value === 'number' || typeof value === 'bigint') return [BigInt(call.integer(0)), 'UTC'];
    throw call.fail('the 1st parameter is neither a number nor an array');
  }
  const [ns, zone] = value;
  if (value.length !== 2) throw call.fail('wrong number of items inside of input array');
  if (typeof ns !== 'bigint' && !(typeof ns === 'number' && Number.isInteger(ns)))
    throw call.fail('1st array item is not a number');
  if (typeof zone !== 'string') throw call.fail('2nd array item is not a string');
  return [BigInt(ns), zone === 'Local' ? undefined : zone];
}

function toDate(call: BuiltinCall, ns: bigint, zone: string | undefined): readonly number[] {
  try {
    const format = new Intl.DateTimeFormat('en-u-ca-iso8601', {
      timeZone: zone,
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
    });
    const parts = format.formatToParts(Number(ns / 1_000_000n));
    const part = (type: string): number => Number(parts.find((candidate) => candidate.type === type)?.value);
    return [part('year'), part('month'), part('day')];
  } catch {
    throw call.fail(`cannot handle given timezone ${zone ?? 'Local'}`);
  }
}
