import { undecidable } from '../trace.ts';
import { parseAddress } from './ip.ts';
import { escapeBytes, needsEscape, type Part, toBytes, toText, unescapeBytes } from './url-escape.ts';

/** A URL as Go reads it, which is not how a browser does. All parts are bytes, one a character. */
export type Url = {
  readonly scheme: string;
  readonly opaque: string;
  readonly user: string | undefined;
  readonly host: string;
  /** As written. */
  readonly path: string;
  readonly query: string | undefined;
  readonly fragment: string;
  readonly hasAuthority: boolean;
};

const skew = 'uses a URL that not all API servers read alike';
/** More are refused by newer API servers. */
const maxParameters = 10_000;

/** Undefined if it is neither an absolute URL nor an absolute path. */
export function parseUrl(text: string): Url | undefined {
  const bytes = toBytes(text);
  if (!isRequestUrl(bytes)) return undefined;
  const [before, fragment = ''] = cut(bytes, '#');
  const url = parse(before, false);
  if (url === undefined || unescapeBytes(fragment, 'fragment') === undefined) return undefined;
  return { ...url, fragment };
}

/** Whether this is an absolute URL or path to someone who knows of no fragments: `#` is a character like any other. */
export function isUrl(text: string): boolean {
  return isRequestUrl(toBytes(text));
}

function isRequestUrl(bytes: string): boolean {
  return bytes !== '' && parse(bytes, true) !== undefined;
}

export function hostOf({ host }: Url): string {
  return readable(host);
}

export function hostnameOf({ host }: Url): string {
  const name = host.replace(/:\d*$/, '');
  return readable(/^\[.*\]$/.test(name) ? name.slice(1, -1) : name);
}

export function portOf({ host }: Url): string {
  return /:(\d*)$/.exec(host)?.[1] ?? '';
}

/** The path as written where that is a way to write it, else as Go would write it. */
export function escapedPathOf({ path }: Url): string {
  return asWritten(path, 'path', "!$&'()*+,;=:@[]%");
}

/** The parameters of the query that can be read. */
export function parametersOf({ query = '' }: Url): Map<string, string[]> {
  const pairs = query.split('&');
  if (pairs.length > maxParameters) return undecidable(skew);
  const found = new Map<string, string[]>();
  for (const pair of pairs) {
    const [key, value] = parseParameter(pair);
    if (key === undefined || value === undefined) continue;
    const values = found.get(readable(key)) ?? [];
    found.set(readable(key), values);
    values.push(readable(value));
  }
  return found;
}

function parseParameter(pair: string): readonly (string | undefined)[] {
  if (pair === '' || pair.includes(';')) return [];
  const [key, value = ''] = cut(pair, '=');
  return [key, value].map((part) => unescapeBytes(part, 'query'));
}

/** The URL in Go's words, by which it compares them. */
export function formatUrl(url: Url): string {
  const scheme = url.scheme === '' ? '' : `${url.scheme}:`;
  const query = url.query === undefined ? '' : `?${url.query}`;
  const fragment = asWritten(url.fragment, 'fragment', "!$&'()*+,;=:@[]%");
  const hash = fragment === '' ? '' : `#${fragment}`;
  return scheme + (url.opaque === '' ? formatHierarchy(url) : url.opaque) + query + hash;
}

function formatHierarchy(url: Url): string {
  const path = escapedPathOf(url);
  const isBare = !url.hasAuthority || (url.host === '' && path === '' && url.user === undefined);
  if (isBare) return path;
  const user = url.user === undefined ? '' : `${url.user}@`;
  return `//${user}${escapeBytes(url.host, 'host')}${path}`;
}

function asWritten(bytes: string, part: Part, allowed: string): string {
  const isFine = Array.from(bytes).every((byte) => allowed.includes(byte) || !needsEscape(byte, part));
  return isFine ? bytes : escapeBytes(unescapeBytes(bytes, part) ?? '', part);
}

/** `isRequest`: only absolute, and two slashes without a scheme are a path. */
function parse(bytes: string, isRequest: boolean): Url | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what no URL has
  if (/[\u0000-\u001f\u007f]/.test(bytes) || bytes.startsWith(':')) return undefined;
  const empty = { scheme: '', opaque: '', user: undefined, host: '', fragment: '', hasAuthority: false };
  if (bytes === '*') return { ...empty, path: '*', query: undefined };
  const scheme = /^[a-zA-Z][a-zA-Z\d+.-]*(?=:)/.exec(bytes)?.[0] ?? '';
  const [path, query] = cut(scheme === '' ? bytes : bytes.slice(scheme.length + 1), '?');
  const url = { ...empty, scheme: scheme.toLowerCase(), query, path };
  if (!path.startsWith('/')) return parseRootless(url, isRequest);
  return hasAuthority(url, isRequest) ? parseAuthority(url) : checked(url);
}

function hasAuthority({ scheme, path }: Url, isRequest: boolean): boolean {
  return path.startsWith('//') && (scheme !== '' || (!isRequest && !path.startsWith('///')));
}

/** `mailto:someone`, or a relative path, whose first part is not mistaken for a scheme. */
function parseRootless(url: Url, isRequest: boolean): Url | undefined {
  if (url.scheme !== '') return { ...url, opaque: url.path, path: '' };
  return isRequest || /^[^/]*:/.test(url.path) ? undefined : checked(url);
}

function parseAuthority(url: Url): Url | undefined {
  const [authority] = cut(url.path.slice(2), '/');
  const path = url.path.slice(2 + authority.length);
  const at = authority.lastIndexOf('@');
  const userinfo = at === -1 ? undefined : authority.slice(0, at);
  const host = parseHost(authority.slice(at + 1));
  const user = userinfo === undefined ? undefined : parseUser(userinfo);
  if (host === undefined || (userinfo !== undefined && user === undefined)) return undefined;
  return checked({ ...url, user, host, path, hasAuthority: true });
}

function checked(url: Url): Url | undefined {
  return unescapeBytes(url.path, 'path') === undefined ? undefined : url;
}

/** Name and password as Go would write them. */
function parseUser(userinfo: string): string | undefined {
  if (!/^[\w.~:!$&'()*+,;=%@-]*$/.test(userinfo)) return undefined;
  const parts = cut(userinfo, ':')
    .filter((part) => part !== undefined)
    .map((part) => unescapeBytes(part, 'user'));
  return parts.includes(undefined)
    ? undefined
    : parts.map((part) => escapeBytes(part ?? '', 'user')).join(':');
}

/** Older API servers take more for a host than newer ones; of that nothing is said. */
function parseHost(host: string): string | undefined {
  if (host.startsWith('[')) return parseLiteral(host);
  const decoded = unescapeBytes(host, 'host');
  const port = /:([^:]*)$/.exec(host)?.[1] ?? '';
  if (decoded === undefined || !/^\d*$/.test(port)) return undefined;
  const isDisputed = host.includes('[') || host.indexOf(':') !== host.lastIndexOf(':');
  return isDisputed ? undecidable(skew) : decoded;
}

/** `[::1]:80`, and `[fe80::1%25eth0]` with a zone. */
function parseLiteral(host: string): string | undefined {
  const [, literal, port = ''] = /^\[([^]*)\](:\d*)?$/.exec(host) ?? [];
  if (literal === undefined) return undefined;
  const [address] = cut(literal, '%25');
  const zone = literal.slice(address.length);
  const plain = unescapeBytes(address, 'host');
  const zoned = unescapeBytes(zone, 'zone');
  if (plain === undefined || zoned === undefined) return undefined;
  const isAgreed = zone !== '%25' && !literal.includes('[') && parseAddress(plain)?.family === 6;
  return isAgreed ? `[${plain}${zoned}]${port}` : undecidable(skew);
}

/** Before and after the first separator; nothing is after it where there is none. */
function cut(bytes: string, separator: string): readonly [string, string | undefined] {
  const at = bytes.indexOf(separator);
  return at === -1 ? [bytes, undefined] : [bytes.slice(0, at), bytes.slice(at + separator.length)];
}

function readable(bytes: string): string {
  return toText(bytes) ?? undecidable('uses a URL with bytes that are not valid text');
}
