import { getCACertificates } from 'node:tls';
import { Agent, Dispatcher, ProxyAgent } from 'undici';
import type { ProxySettings, SourceSettings } from './source-settings.ts';

export type DispatcherOptions = {
  /** The proxy for a server, of the settings' own or of the environment. Throws an AuditError for one that is no URL. */
  readonly findProxy: (server: URL, own: ProxySettings | undefined) => URL | undefined;
  readonly sources: SourceSettings;
};

/** Whether a host need not show a certificate, nor speak TLS: nobody can listen on the way to this machine itself. */
export function isInsecure(host: string, { insecureHosts, authorities }: SourceSettings): boolean {
  const isLoopback = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/.test(host);
  return insecureHosts.includes(host) || (isLoopback && authorities[host] === undefined);
}

/**
 * Connections to each host under its own terms, also where a redirect leads. With `lax`, certificates of insecure hosts are not
 * looked at. Throws an AuditError for a proxy that is no URL.
 */
export class HostDispatcher extends Dispatcher {
  readonly #options: DispatcherOptions;
  readonly #lax: boolean;
  readonly #agents = new Map<string, Dispatcher>();

  constructor(options: DispatcherOptions, trust: 'strict' | 'lax') {
    super();
    this.#options = options;
    this.#lax = trust === 'lax';
  }

  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    const origin = String(options.origin);
    const agent = this.#agents.get(origin) ?? this.#connect(new URL(origin));
    this.#agents.set(origin, agent);
    return agent.dispatch(options, handler);
  }

  override async close(): Promise<void> {
    await Promise.all([...this.#agents.values()].map((agent) => agent.close()));
  }

  override async destroy(): Promise<void> {
    await Promise.all([...this.#agents.values()].map((agent) => agent.destroy()));
  }

  #connect(origin: URL): Dispatcher {
    const { findProxy, sources } = this.#options;
    const { host } = origin;
    const authorities = sources.authorities[host];
    const tls = {
      rejectUnauthorized: !(this.#lax && isInsecure(host, sources)),
      ca: [...getCACertificates('default'), ...getCACertificates('system'), ...(authorities ?? [])],
    };
    const proxy = findProxy(origin, sources.proxies);
    return proxy === undefined
      ? new Agent({ connect: tls })
      : new ProxyAgent({ uri: proxy.href, requestTls: tls });
  }
}
