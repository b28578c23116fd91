import type { Io } from '../host/index.ts';
import type { ModulesOptions } from '../modules/index.ts';
import { findProxy } from '../net/index.ts';

/** The proxies for modules: those of a sources.yml, or else of the environment. */
export function createProxyFinder(env: Io['env']): ModulesOptions['findProxy'] {
  return (server, own) =>
    findProxy(
      server,
      own === undefined ? env : { HTTP_PROXY: own.http, HTTPS_PROXY: own.https, NO_PROXY: own.except },
    );
}
