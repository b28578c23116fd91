/** `host[:port]/path[:tag][@digest]`, taken apart. At least one of tag and digest is given; a digest wins. */
export type ImageReference = {
  readonly host: string;
  readonly repository: string;
  readonly tag: string | undefined;
  /** `sha256:…` */
  readonly digest: string | undefined;
};

const component = String.raw`[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*`;
const pattern = new RegExp(
  String.raw`^([^/@\s]+)/(${component}(?:/${component})*)(?::(\w[\w.-]{0,127}))?(?:@(sha256:[\da-f]{64}))?$`,
);

/** Takes the complete name of an image apart, without `registry://`. Undefined if it is not one. No tag and no digest means `latest`. */
export function parseReference(name: string): ImageReference | undefined {
  const [, host, path = '', tag, digest] = pattern.exec(name) ?? [];
  if (host === undefined || URL.parse(`https://${host}`)?.host === undefined) return undefined;
  return { ...toPlace(host, path), tag: tag ?? (digest === undefined ? 'latest' : undefined), digest };
}

/** Docker Hub answers under another name than its own, and has a folder for names without one. */
function toPlace(host: string, path: string): Pick<ImageReference, 'host' | 'repository'> {
  if (host !== 'docker.io' && host !== 'index.docker.io') return { host, repository: path };
  return { host: 'registry-1.docker.io', repository: path.includes('/') ? path : `library/${path}` };
}

const scheme = 'registry://';

/** The URL of a module as a policy names it; without a scheme it is that of a registry. */
export function toModuleUrl(module: string): string {
  return module.includes('://') ? module : `${scheme}${module}`;
}

/** The same for the URL of a module, like `registry://ghcr.io/org/policy:v1`. Undefined for one of another scheme, too. */
export function parseRegistryUrl(url: string): ImageReference | undefined {
  return url.startsWith(scheme) ? parseReference(url.slice(scheme.length)) : undefined;
}

/** What a registry is asked for. */
export function versionOf({ digest, tag = 'latest' }: ImageReference): string {
  return digest ?? tag;
}
