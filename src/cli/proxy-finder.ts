import { findProxy } from '../kubernetes/proxy.ts';
import type { ModulesOptions } from '../sources/modules/modules.ts';
import type { Io } from './io.ts';

/** The proxies for modules: those of a sources.yml, or else of the environment. */
export function createProxyFinder(env: Io['env']): ModulesOptions['findProxy'] {
  return (server, own) =>
    findProxy(
      server,
      own === undefined ? env : { HTTP_PROXY: own.http, HTTPS_PROXY: own.https, NO_PROXY: own.except },
    );
}
