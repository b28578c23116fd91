const domain = String.raw`(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*(?::\d+)?`;
const component = String.raw`[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*`;
const reference = new RegExp(
  String.raw`^((?:${domain}/)?${component}(?:/${component})*)(:\w[\w.-]{0,127})?(@[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[\da-fA-F]{32,})?$`,
);
const maxNameLength = 255;
/** Of a name with its tag and digest. */
const maxLength = 1024;

/**
 * The complete name of an image: `busybox` is `docker.io/library/busybox:latest`. Throws an Error that says what is wrong with a
 * name that is none.
 */
export function completeImageName(image: string): string {
  const [, name, tag, digest = ''] = image.length > maxLength ? [] : (reference.exec(image) ?? []);
  if (name === undefined) throw new Error(describe(image));
  const complete = withDomain(name);
  // What is not a host at the beginning belongs to the name.
  if (/[A-Z]/.test(complete.slice(complete.indexOf('/'))))
    throw new Error('repository name must be lowercase');
  if (complete.length > maxNameLength)
    throw new Error('repository name must not be more than 255 characters');
  return `${complete}${tag ?? (digest === '' ? ':latest' : '')}${digest}`;
}

function withDomain(name: string): string {
  const slash = name.indexOf('/');
  const first = slash === -1 ? '' : name.slice(0, slash);
  const isDomain = /[.:]/.test(first) || first === 'localhost';
  const host = isDomain && first !== 'index.docker.io' ? first : 'docker.io';
  const path = isDomain ? name.slice(slash + 1) : name;
  return host === 'docker.io' && !path.includes('/') ? `docker.io/library/${path}` : `${host}/${path}`;
}

function describe(image: string): string {
  if (image === '') return 'repository name must have at least one component';
  return image.length <= maxLength && reference.test(image.toLowerCase())
    ? 'repository name must be lowercase'
    : `invalid reference format: "${image.slice(0, maxNameLength)}" is no name of an image`;
}
