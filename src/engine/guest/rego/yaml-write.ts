import { isArray, isObject, type JsonValue, sortedEntries, writeValue } from '../../serde/value.ts';
import { resolvePlain } from './yaml-resolve.ts';
import { analyse, literalLines, quoteDouble, quoteSingle, type ScalarStyle } from './yaml-scalar.ts';

/** A longer key stands behind a question mark. */
const maxSimpleKey = 128;

/** The text of a value as policy-server's `yaml.marshal` makes it. */
export function writeYaml(value: JsonValue): string {
  return `${nodeLines(value).join('\n')}\n`;
}

/** The lines of a value that begins in the first column of its own. */
function nodeLines(value: JsonValue): readonly string[] {
  if (isArray(value)) return value.length === 0 ? ['[]'] : value.flatMap(itemLines);
  if (!isObject(value)) return indentRest(scalarLines(value));
  const members = sortedEntries(value);
  return members.length === 0 ? ['{}'] : members.flatMap(([key, member]) => memberLines(key, member));
}

function itemLines(item: JsonValue): readonly string[] {
  const lines = isCollection(item) ? nodeLines(item) : indentRest(scalarLines(item), '');
  return lines.map((line, index) => (index === 0 ? `- ${line}` : indent(line)));
}

function memberLines(key: string, value: JsonValue): readonly string[] {
  const simple = !analyse(key).multiline && Buffer.byteLength(key) <= maxSimpleKey;
  if (simple) return valueLines(`${writeKey(key)}:`, value);
  const [first = '', ...rest] = scalarLines(key);
  return [`? ${first}`, ...rest.map(indent), ...valueLines(':', value, true)];
}

function valueLines(head: string, value: JsonValue, compact = false): readonly string[] {
  if (!isCollection(value)) {
    const [first = '', ...rest] = scalarLines(value);
    return [`${head} ${first}`, ...rest.map(indent)];
  }
  const lines = nodeLines(value);
  if (isEmpty(value)) return [`${head} ${lines.join('')}`];
  if (compact) return lines.map((line, index) => (index === 0 ? `${head} ${line}` : indent(line)));
  // A list within an object is not indented.
  return [head, ...(isArray(value) ? lines : lines.map(indent))];
}

function isCollection(value: JsonValue): boolean {
  return isArray(value) || isObject(value);
}

function isEmpty(value: JsonValue): boolean {
  return isArray(value) ? value.length === 0 : isObject(value) && Object.keys(value).length === 0;
}

function indentRest([first = '', ...rest]: readonly string[], by = '  '): readonly string[] {
  return [first, ...rest.map((line) => (line === '' ? line : by + line))];
}

function indent(line: string): string {
  return line === '' ? line : `  ${line}`;
}

function scalarLines(value: JsonValue): readonly string[] {
  // Like JSON, but for the sign of an exponent.
  if (typeof value !== 'string') return [writeValue(value).replace('e+', 'e')];
  const style = chooseStyle(value);
  return style === 'literal' ? literalLines(value) : [quote(value, style)];
}

function writeKey(key: string): string {
  const style = chooseStyle(key);
  return quote(key, style === 'literal' ? 'double' : style);
}

/** A text that would be read as something else is between quotes. */
function chooseStyle(text: string): ScalarStyle {
  const { allows } = analyse(text);
  if (text.includes('\n')) return allows.literal ? 'literal' : 'double';
  const isText = typeof resolvePlain(text) === 'string' && !/^[-+]?0\d+$/.test(text);
  if (isText && allows.plain) return 'plain';
  return allows.single ? 'single' : 'double';
}

function quote(text: string, style: ScalarStyle): string {
  if (style === 'plain') return text;
  return style === 'single' ? quoteSingle(text) : quoteDouble(text);
}
