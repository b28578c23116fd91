import { CelScalar, celFunc, celMethod, listType, mapType } from '@bufbuild/cel';
import {
  escapedPathOf,
  formatUrl,
  hostnameOf,
  hostOf,
  isUrl,
  parametersOf,
  parseUrl,
  portOf,
  type Url,
} from '../values/url.ts';
import { opaqueType } from './opaque.ts';

const { BOOL, DYN, STRING, TYPE } = CelScalar;

const type = opaqueType<Url>('kubernetes.URL', { equals: (a, b) => formatUrl(a) === formatUrl(b) });

function convert(text: string) {
  const url = parseUrl(text);
  if (url === undefined) throw new Error(`not a URL: ${text}`);
  return type.wrap(url);
}

const parts = {
  getScheme: ({ scheme }: Url) => scheme,
  getHost: hostOf,
  getHostname: hostnameOf,
  getPort: portOf,
  getEscapedPath: escapedPathOf,
};

/** Kubernetes' URLs. */
export const urls = [
  celFunc('isURL', [STRING], BOOL, isUrl),
  celFunc('url', [STRING], DYN, convert),
  ...Object.entries(parts).map(([name, partOf]) =>
    celMethod(name, TYPE, [], STRING, function () {
      return partOf(type.unwrap(this));
    }),
  ),
  celMethod('getQuery', TYPE, [], mapType(STRING, listType(STRING)), function () {
    return parametersOf(type.unwrap(this));
  }),
];
