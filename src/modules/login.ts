import type { ImageReference } from './image-reference.ts';

/** The credentials for a registry. */
export type Login = {
  /** The value of Basic authentication; undefined means anonymous. */
  readonly basic: string | undefined;
  /** Why a login that is configured cannot be read, in one line that begins with what failed. */
  readonly problem: string | undefined;
};

/** The login for a repository. Rejects only when the signal aborts. */
export type FindCredentials = (
  place: Pick<ImageReference, 'host' | 'repository'>,
  signal: AbortSignal,
) => Promise<Login>;

export const anonymous: Login = { basic: undefined, problem: undefined };
