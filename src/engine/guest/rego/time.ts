import { isArray } from '../../serde/value.ts';
import type { Builtin, BuiltinCall } from './arguments.ts';

/** policy-server has two of these without the prefix `time.`, under which no policy finds them; so it is here. */
export const timeBuiltins: Readonly<Record<string, Builtin>> = {
  'time.now_ns': () => BigInt(Math.round((performance.timeOrigin + performance.now()) * 1000)) * 1000n,
  parse_rfc3339_ns: (call) => {
    const text = call.string(0);
    const ns = parseMoment(text);
    if (ns === undefined) throw call.fail(`: cannot convert ${text}: it is no time of RFC 3339`);
    return isInteger64(ns) ? ns : null;
  },
  date: (call) => {
    const [ns, zone] = readMoment(call);
    return toDate(call, ns, zone);
  },
};

// The last sign is a minus, too.
const rfc3339 =
  /^(\d{4}-\d\d-\d\d)[Tt ]([01]\d|2[0-3]):([0-5]\d):([0-5]\d|60)(?:\.(\d+))?(?:[Zz]|([-+\u2212])([01]\d|2[0-3]):([0-5]\d))$/;

/** Nanoseconds since 1970; undefined if it is not a time. A leap second is the one after it. */
function parseMoment(text: string): bigint | undefined {
  const [match, date = '', hours, minutes, seconds, fraction = '', sign, zoneHours, zoneMinutes] =
    rfc3339.exec(text) ?? [];
  const midnight = Date.parse(`${date}T00:00:00Z`);
  if (match === undefined || Number.isNaN(midnight)) return undefined;
  if (!new Date(midnight).toISOString().startsWith(date)) return undefined;
  const offset = (Number(zoneHours ?? 0) * 60 + Number(zoneMinutes ?? 0)) * (sign === '+' ? -1 : 1);
  const rest = (Number(hours) * 60 + Number(minutes) + offset) * 60 + Number(seconds);
  return BigInt(midnight / 1000 + rest) * 1_000_000_000n + BigInt(fraction.slice(0, 9).padEnd(9, '0'));
}

function isInteger64(value: bigint): boolean {
  return BigInt.asIntN(64, value) === value;
}

function readMoment(call: BuiltinCall): [ns: bigint, zone: string | undefined] {
  const value = call.value(0);
  if (!isArray(value)) {
    if (typeof value === 'number' || typeof value === 'bigint') return [call.integer(0), 'UTC'];
    throw call.fail('the 1st parameter is neither a number nor an array');
  }
  const [ns, zone] = value;
  if (value.length !== 2) throw call.fail('wrong number of items inside of input array');
  if (typeof ns !== 'bigint' || !isInteger64(ns)) throw call.fail('1st array item is not a number');
  if (typeof zone !== 'string') throw call.fail('2nd array item is not a string');
  return [ns, zone === 'Local' ? undefined : zone];
}

function toDate(call: BuiltinCall, ns: bigint, zone: string | undefined): readonly bigint[] {
  // Rounded down, also before 1970.
  const ms = (ns - (((ns % 1_000_000n) + 1_000_000n) % 1_000_000n)) / 1_000_000n;
  try {
    if (zone !== undefined && !/^[A-Z]/.test(zone)) throw new RangeError('its name begins with a capital');
    const format = new Intl.DateTimeFormat('en-u-ca-iso8601', {
      timeZone: zone,
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
    });
    const parts = format.formatToParts(Number(ms));
    const part = (type: string): bigint =>
      BigInt(parts.find((candidate) => candidate.type === type)?.value ?? 0);
    return [part('year'), part('month'), part('day')];
  } catch {
    throw call.fail(`cannot handle given timezone ${zone ?? 'Local'}: ParseError(())`);
  }
}
