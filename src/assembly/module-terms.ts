import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModulesConfig } from '../config/index.ts';
import { AuditError, errorCodes } from '../domain/index.ts';
import { findHomeDir, type Io } from '../host/index.ts';
import {
  anonymous,
  createUserCredentials,
  type DockerConfig,
  type FindCredentials,
  type ModulesOptions,
  type ModuleTerms,
  noSourceSettings,
  parseDockerConfig,
  parseVerificationConfig,
  readSourceSettings,
  readTrustRoot,
  type VerifyKeyless,
} from '../modules/index.ts';
import { findProxy } from '../net/index.ts';
import { parseDocuments, readText, type SourceText } from '../sources/manifests/index.ts';
import { systemErrorCode } from '../system/index.ts';

export type TermsSurroundings = {
  readonly env: Io['env'];
  readonly onNotice: (text: string) => void;
  /** Path of a `trusted_root.json`. */
  readonly trustRoot: string | undefined;
};

/** The terms of the user's own flags and Docker configuration. Rejects with an AuditError for a file that cannot be used. */
export async function readModuleTerms(
  { sources, verificationConfig, dockerConfig }: ModulesConfig,
  { env, onNotice, trustRoot }: TermsSurroundings,
): Promise<ModuleTerms> {
  return {
    sources: sources === undefined ? noSourceSettings : await readYaml(sources, readSourceSettings),
    verification:
      verificationConfig === undefined
        ? undefined
        : await readYaml(verificationConfig, parseVerificationConfig),
    verifyKeyless: await readVerifyKeyless(trustRoot),
    findCredentials: telling(await readDockerConfig(dockerConfig, env), onNotice),
  };
}

/** The proxies for modules: those of a sources.yml, or else of the environment. */
export function createProxyFinder(env: Io['env']): ModulesOptions['findProxy'] {
  return (server, own) =>
    findProxy(
      server,
      own === undefined ? env : { HTTP_PROXY: own.http, HTTPS_PROXY: own.https, NO_PROXY: own.except },
    );
}

/** Who says who signed modules without a key. Rejects with an AuditError for a file that cannot be used; undefined without one. */
export async function readVerifyKeyless(path: string | undefined): Promise<VerifyKeyless | undefined> {
  if (path === undefined) return undefined;
  const source = await readText(path);
  if ('error' in source) throw source.error;
  try {
    return await readTrustRoot(source.text);
  } catch (cause) {
    throw invalid(`${path}: ${cause instanceof Error ? cause.message : String(cause)}`, cause);
  }
}

/** What `read` makes of the one document of a YAML text. Rejects with `moduleTermsInvalid`, which names the text. */
export async function readDocument<T>(
  source: SourceText,
  read: (document: unknown) => T | Promise<T>,
): Promise<T> {
  const [document, ...others] = parseDocuments(source);
  if (document instanceof AuditError) throw invalid(document.message, document);
  if (others.length > 0) throw invalid(`${source.path} has more than one document`);
  try {
    return await read(document?.value);
  } catch (cause) {
    throw invalid(`${source.path}: ${cause instanceof Error ? cause.message : String(cause)}`, cause);
  }
}

async function readYaml<T>(path: string, read: (document: unknown) => T | Promise<T>): Promise<T> {
  const source = await readText(path);
  if ('error' in source) throw source.error;
  return readDocument(source, read);
}

/**
 * Where Docker keeps it, it may be missing, and must not keep from asking without a login if it is broken. As with kwctl the path is
 * that of its folder; that of the file itself will do as well.
 */
async function readDockerConfig(path: string | undefined, env: Io['env']): Promise<FindCredentials> {
  const folder = path ?? env['DOCKER_CONFIG'] ?? join(findHomeDir(env), '.docker');
  const isFolder = await stat(folder).then(
    (facts) => facts.isDirectory(),
    () => true,
  );
  const file = isFolder ? join(folder, 'config.json') : folder;
  const config = await readConfig(file);
  if (!(config instanceof AuditError)) return createUserCredentials(config);
  if (path !== undefined) throw config;
  const isMissing = systemErrorCode(config.cause) === 'ENOENT';
  return () => Promise.resolve(isMissing ? anonymous : { basic: undefined, problem: config.message });
}

async function readConfig(file: string): Promise<DockerConfig | AuditError> {
  const source = await readText(file);
  if ('error' in source) return source.error;
  return parseDockerConfig(source.text) ?? invalid(`${file} is not a Docker configuration`);
}

/** Says once what keeps from logging in, because a registry that lets anybody in gives no occasion for it. */
function telling(find: FindCredentials, onNotice: (text: string) => void): FindCredentials {
  const told = new Set<string>();
  return async (place, signal) => {
    const login = await find(place, signal);
    const { basic, problem } = login;
    if (basic === undefined && problem !== undefined && !told.has(problem)) {
      told.add(problem);
      onNotice(`${problem}; ${place.host} is asked without a login [${errorCodes.loginUnavailable}]`);
    }
    return login;
  };
}

function invalid(message: string, cause?: unknown): AuditError {
  return new AuditError(errorCodes.moduleTermsInvalid, message, { cause });
}
