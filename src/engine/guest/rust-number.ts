import { SerdeError } from '../serde/cursor.ts';
import { parseValue, writeValue } from '../serde/value.ts';

const plainInteger = /^(?:0|-?[1-9]\d{0,14})$/;

/**
 * A number of a JSON text as serde_json writes it after it has read it: integers of 64 bits as they are, all others as doubles, which
 * always show a fraction or an exponent. Undefined if it is beyond what a double holds.
 */
export function writeRustNumber(source: string): string | undefined {
  // Nearly all are of this kind, and there is one wherever an object has a number.
  if (plainInteger.test(source)) return source;
  try {
    return writeValue(parseValue(source));
  } catch (error) {
    if (error instanceof SerdeError) return undefined;
    throw error;
  }
}
