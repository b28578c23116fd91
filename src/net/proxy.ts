import { BlockList, isIP, isIPv6 } from 'node:net';
import { AuditError, errorCodes } from '../domain/index.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The proxy that the environment prescribes for this server, by the rules of Go programs: HTTPS_PROXY or HTTP_PROXY by the
 * server's scheme, upper case first; NO_PROXY lists hosts, domains, addresses and CIDR blocks, each with an optional port; the
 * loopback interface is never proxied. Throws an AuditError when the value is not a URL.
 */
export function findProxy(server: URL, env: Environment): URL | undefined {
  const name = server.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  const proxy = lookUp(env, name);
  if (proxy === '' || bypassesProxy(server, lookUp(env, 'NO_PROXY'))) return undefined;
  return parseProxyUrl(proxy, name);
}

/** A proxy's URL; without a scheme it is http. `origin` says where the value stands: the value itself may hold a password. */
export function parseProxyUrl(value: string, origin: string): URL {
  const url = /^[a-z][a-z\d+.-]*:\/\//i.test(value) ? value : `http://${value}`;
  if (URL.canParse(url) && schemes.has(new URL(url).protocol)) return new URL(url);
  throw new AuditError(errorCodes.invalidValue, `${origin} is not the URL of an http, https or socks5 proxy`);
}

const schemes: ReadonlySet<string> = new Set(['http:', 'https:', 'socks5:']);

function lookUp(env: Environment, name: string): string {
  return env[name] || env[name.toLowerCase()] || '';
}

function bypassesProxy(server: URL, noProxy: string): boolean {
  const host = server.hostname
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
    .toLowerCase();
  const port = server.port || (server.protocol === 'https:' ? '443' : '80');
  if (host === 'localhost' || contains('127.0.0.0/8', host) || host === '::1') return true;
  return noProxy
    .split(',')
    .map((entry) => entry.trim().toLowerCase())
    .some((entry) => entry !== '' && matchesEntry(entry, host, port));
}

function matchesEntry(entry: string, host: string, port: string): boolean {
  if (entry === '*') return true;
  if (entry.includes('/')) return contains(entry, host);
  const [name, entryPort] = splitPort(entry);
  if (entryPort !== undefined && entryPort !== port) return false;
  if (isIP(name) !== 0 || isIP(host) !== 0) return name === host;
  const domain = name.replace(/^\*/, '');
  // `.example.com` means the subdomains only, `example.com` the name itself too.
  return domain.startsWith('.') ? host.endsWith(domain) : host === domain || host.endsWith(`.${domain}`);
}

function splitPort(entry: string): [name: string, port: string | undefined] {
  if (isIPv6(entry)) return [entry, undefined];
  const { name = entry, port } = /^(?<name>.*?)(?::(?<port>\d+))?$/.exec(entry)?.groups ?? {};
  return [name.replace(/^\[|\]$/g, ''), port];
}

function contains(cidr: string, host: string): boolean {
  const [network = '', prefix = ''] = cidr.split('/');
  const family = isIP(network);
  if (family === 0 || isIP(host) === 0 || !/^\d+$/.test(prefix) || Number(prefix) > (family === 4 ? 32 : 128))
    return false;
  const block = new BlockList();
  block.addSubnet(network, Number(prefix), family === 4 ? 'ipv4' : 'ipv6');
  return block.check(host, isIP(host) === 4 ? 'ipv4' : 'ipv6');
}
