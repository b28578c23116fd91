/** Who gets a release without asking for its version. */
export type Channel = {
  /** The tag that npm moves to it: `latest` is what `npm install` takes. */
  readonly npmTag: string;
  readonly isPrerelease: boolean;
  readonly isLatest: boolean;
};

const releaseTag = /^v(?<core>\d+\.\d+\.\d+)(?<prerelease>-[\dA-Za-z-]+(?:\.[\dA-Za-z-]+)*)?$/;

/** The version that a tag names. Throws where it names none; `+build` is refused because tags of images have no plus sign. */
export function versionOf(tag: string): string {
  if (!releaseTag.test(tag))
    throw new Error(`the tag ${tag} is no version: it has to look like v1.2.3 or v1.2.3-rc.1`);
  return tag.slice(1);
}

/** Given all tags of the repository. Neither a release candidate nor a fix of an older version becomes `latest`. */
export function findChannel(tag: string, tags: readonly string[]): Channel {
  const version = versionOf(tag);
  if (version.includes('-')) return { npmTag: 'next', isPrerelease: true, isLatest: false };
  const newer = tags.some((other) => isRelease(other) && compareVersions(other.slice(1), version) > 0);
  if (!newer) return { npmTag: 'latest', isPrerelease: false, isLatest: true };
  const [major, minor] = version.split('.');
  return { npmTag: `release-${major}.${minor}`, isPrerelease: false, isLatest: false };
}

function isRelease(tag: string): boolean {
  return releaseTag.test(tag) && !tag.includes('-');
}

function compareVersions(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}
