import { describe, expect, it } from 'vitest';
import { findProxy, parseProxyUrl } from '../../../src/net/proxy.ts';

const server = new URL('https://api.example.com:6443');

function proxyOf(url: string | URL, env: Record<string, string>): string | undefined {
  return findProxy(new URL(url), env)?.href;
}

describe('findProxy', () => {
  it('takes the variable that fits the scheme, the upper case one first', () => {
    const env = { HTTPS_PROXY: 'http://a:1', https_proxy: 'http://b:1', HTTP_PROXY: 'http://c:1' };

    expect(proxyOf(server, env)).toBe('http://a:1/');
    expect(proxyOf(server, { https_proxy: 'http://b:1' })).toBe('http://b:1/');
    expect(proxyOf('http://api.example.com', env)).toBe('http://c:1/');
    expect(proxyOf(server, { HTTP_PROXY: 'http://c:1' })).toBeUndefined();
    expect(proxyOf(server, {})).toBeUndefined();
  });

  it.each([
    'https://localhost:6443',
    'https://127.0.0.1:6443',
    'https://127.1.2.3:6443',
    'https://[::1]:6443',
  ])('never proxies the loopback interface: %s', (url) => {
    expect(proxyOf(url, { HTTPS_PROXY: 'http://a:1' })).toBeUndefined();
  });

  it.each([
    ['*', true],
    ['example.com', true],
    ['.example.com', true],
    ['*.example.com', true],
    ['api.example.com', true],
    ['API.Example.COM', true],
    ['other.com, api.example.com', true],
    ['api.example.com:6443', true],
    ['api.example.com:443', false],
    ['.api.example.com', false],
    ['ample.com', false],
    ['example.org', false],
    ['', false],
    [',', false],
  ])('NO_PROXY=%s bypasses the proxy for a name: %s', (noProxy, bypasses) => {
    expect(proxyOf(server, { HTTPS_PROXY: 'http://a:1', NO_PROXY: noProxy }) === undefined).toBe(bypasses);
  });

  it.each([
    ['https://10.1.2.3:6443', '10.0.0.0/8', true],
    ['https://10.1.2.3:6443', '10.2.0.0/16', false],
    ['https://10.1.2.3:6443', '10.1.2.3', true],
    ['https://10.1.2.3:6443', '10.1.2.3:443', false],
    ['https://10.1.2.3:6443', '10.1.2', false],
    ['https://10.1.2.3:6443', '2.3', false],
    ['https://10.1.2.3:6443', '10.0.0.0/99', false],
    ['https://10.1.2.3:6443', 'nonsense/8', false],
    ['https://[fd00::5]:6443', 'fd00::/8', true],
    ['https://[fd00::5]:6443', 'fd00::5', true],
    ['https://[fd00::5]:6443', '[fd00::5]:6443', true],
    ['https://[fd00::5]:6443', 'fe80::/10', false],
    ['https://api.example.com', '10.0.0.0/8', false],
    ['https://api.example.com', 'api.example.com:443', true],
    ['https://api.example.com.:443', 'api.example.com', true],
  ])('for %s, NO_PROXY=%s bypasses the proxy: %s', (url, noProxy, bypasses) => {
    expect(proxyOf(url, { HTTPS_PROXY: 'http://a:1', no_proxy: noProxy }) === undefined).toBe(bypasses);
  });
});

describe('parseProxyUrl', () => {
  it('takes a value without a scheme for http', () => {
    expect(parseProxyUrl('proxy.example.com:3128', 'HTTPS_PROXY').href).toBe(
      'http://proxy.example.com:3128/',
    );
  });

  it.each(['http://', 'ftp://proxy:1', 'http://user:secret@:0x'])(
    'refuses %s without repeating it',
    (value) => {
      expect(() => parseProxyUrl(value, 'HTTPS_PROXY')).toThrow(
        'HTTPS_PROXY is not the URL of an http, https or socks5 proxy',
      );
    },
  );
});
