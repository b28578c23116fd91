import { isUrl } from './url.ts';
import { toBytes } from './url-escape.ts';

/** How much is wrong with a text; 0 if nothing is. */
type Check = (text: string) => number;

const label = '[a-z0-9](?:[-a-z0-9]*[a-z0-9])?';
const labelPattern = new RegExp(`^${label}$`);
const subdomainPattern = new RegExp(`^${label}(?:\\.${label})*$`);
const label1035Pattern = /^[a-z](?:[-a-z0-9]*[a-z0-9])?$/;
const namePattern = /^(?:[A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const uuidPattern = /^[\da-f]{8}-?[\da-f]{4}-?[\da-f]{4}-?[\da-f]{4}-?[\da-f]{12}$/i;
const base64Pattern = /^(?:[A-Za-z\d+/]{4})*(?:[A-Za-z\d+/]{2}==|[A-Za-z\d+/]{3}=|[A-Za-z\d+/]{4})$/;

function name(pattern: RegExp, maxLength: number): Check {
  return (text) => Number(toBytes(text).length > maxLength) + Number(!pattern.test(text));
}

const dnsLabel = name(labelPattern, 63);
const dnsSubdomain = name(subdomainPattern, 253);
const dns1035Label = name(label1035Pattern, 63);
const labelValue: Check = (text) => (text === '' ? 0 : name(namePattern, 63)(text));

/** Of a name that is still to be completed. That two bytes make way for one is how it is done there. */
function prefix(check: Check): Check {
  return (text) => {
    const bytes = toBytes(text);
    return check(bytes.length > 1 && bytes.endsWith('-') ? `${bytes.slice(0, -2)}a` : text);
  };
}

function qualifiedName(text: string): number {
  const parts = text.split('/');
  if (parts.length > 2) return 1;
  const own = parts.at(-1) ?? '';
  const before = parts.length === 2 ? (parts[0] ?? '') : undefined;
  const wrongBefore = before === undefined ? 0 : before === '' ? 1 : dnsSubdomain(before);
  return wrongBefore + Number(own === '') + name(namePattern, 63)(own);
}

function isDate(text: string): boolean {
  const [, year = 0, month = 0, day = 0] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text)?.map(Number) ?? [];
  return day > 0 && day <= daysOf(month, year);
}

function daysOf(month: number, year: number): number {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0;
}

/** Of a text with more than one T, only what is around the first counts. */
function isDateTime(text: string): boolean {
  const [date = '', time = ''] = text.split(/t/i);
  const pattern = /^(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:.\d+)?(?:z|[+-]\d\d:\d\d)$/iu;
  return isDate(date) && pattern.test(time);
}

function yes(isValid: (text: string) => boolean): Check {
  return (text) => Number(!isValid(text));
}

/** The formats that have a name, under the name of the function that gives them. */
export const formats: ReadonlyMap<string, Check> = new Map(
  Object.entries({
    dns1123Label: dnsLabel,
    dns1123Subdomain: dnsSubdomain,
    dns1035Label,
    qualifiedName,
    dns1123LabelPrefix: prefix(dnsLabel),
    dns1123SubdomainPrefix: prefix(dnsSubdomain),
    dns1035LabelPrefix: prefix(dns1035Label),
    labelValue,
    uri: yes(isUrl),
    uuid: yes((text) => uuidPattern.test(text)),
    byte: yes((text) => base64Pattern.test(text)),
    date: yes(isDate),
    datetime: yes(isDateTime),
  }),
);
