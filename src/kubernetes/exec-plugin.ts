import { createPrivateKey, X509Certificate } from 'node:crypto';
import { z } from 'zod';
import { AuditError, errorCodes } from '../domain/index.ts';
import {
  ChildEndedError,
  type ChildOptions,
  type ChildResult,
  runProgram,
  systemErrorCode,
} from '../system/index.ts';
import { parseJson, toOneLine } from '../text/index.ts';
import type { ExecPlugin, KubeconfigCluster } from './kubeconfig.ts';

/** The environment of a login plug-in. */
export type PluginSurroundings = {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether a person at stdin can answer. */
  readonly stdinIsTerminal: boolean;
  /** Where it says what the user has to do, like a code to enter elsewhere. */
  readonly stderr: ChildOptions['stderr'];
  /** Ends a plug-in that still waits. */
  readonly signal: AbortSignal;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
};

export type PluginCredentials = {
  readonly token: string | undefined;
  /** PEM. */
  readonly certificate: { readonly cert: string; readonly key: string } | undefined;
};

export type PluginUse = {
  readonly exec: ExecPlugin;
  readonly cluster: KubeconfigCluster;
  /** PEM of the authority of the cluster, if the kubeconfig has one. */
  readonly authority: string | undefined;
  readonly userName: string;
};

/** A person has to log in elsewhere first, and none may be present. */
const personTimeoutMs = 10 * 60_000;
const machineTimeoutMs = 60_000;

const v1beta1 = 'client.authentication.k8s.io/v1beta1';

/**
 * Runs the login plug-in of a kubeconfig as kubectl does, and keeps what it gave until that expires; with `renew` it is run again
 * all the same. Rejects with `credentialPluginFailed`, or with `interrupted` when the signal aborts.
 */
export function createPluginCredentials(
  use: PluginUse,
  surroundings: PluginSurroundings,
): (renew: boolean) => Promise<PluginCredentials> {
  let kept: { readonly credentials: PluginCredentials; readonly expiresAt: number } | undefined;
  return async (renew) => {
    if (!renew && kept !== undefined && surroundings.now() < kept.expiresAt) return kept.credentials;
    const { credentials, expiresAt } = await ask(use, surroundings);
    kept = { credentials, expiresAt };
    return credentials;
  };
}

async function ask(use: PluginUse, surroundings: PluginSurroundings): Promise<Answer> {
  const { exec } = use;
  const interactive = isInteractive(use, surroundings);
  const isAttended = interactive || surroundings.stderr === 'inherit';
  const env = Object.fromEntries(exec.env.map(({ name, value }) => [name, value]));
  const result = await runProgram(exec.command, exec.args, {
    env: { ...surroundings.env, ...env, KUBERNETES_EXEC_INFO: describeUse(use, interactive) },
    stdin: interactive ? 'inherit' : 'nothing',
    stderr: surroundings.stderr,
    signal: surroundings.signal,
    timeoutMs: isAttended ? personTimeoutMs : machineTimeoutMs,
  }).catch((thrown: unknown) => {
    if (surroundings.signal.aborted) throw interruptedIn(use, surroundings.signal.reason);
    throw failed(use, describeStartFailure(exec.command, thrown), thrown);
  });
  if (result.exitCode !== 0) throw failed(use, describeExit(exec.command, result));
  return readAnswer(result.stdout, use);
}

/** The content of KUBERNETES_EXEC_INFO, with the fields that client-go writes and no others. */
function describeUse({ exec, cluster, authority }: PluginUse, interactive: boolean): string {
  const { extensions, server } = cluster;
  const config = extensions.find(({ name }) => name === 'client.authentication.k8s.io/exec')?.extension;
  const facts = {
    server,
    'tls-server-name': cluster['tls-server-name'],
    'insecure-skip-tls-verify': cluster['insecure-skip-tls-verify'] || undefined,
    'certificate-authority-data': authority === undefined ? undefined : toBase64(authority),
    'proxy-url': cluster['proxy-url'],
    'disable-compression': cluster['disable-compression'] || undefined,
    config: config ?? null,
  };
  return JSON.stringify({
    kind: 'ExecCredential',
    apiVersion: versionOf(exec),
    spec: { ...(exec.provideClusterInfo ? { cluster: facts } : {}), interactive },
  });
}

function toBase64(text: string): string {
  return Buffer.from(text).toString('base64');
}

function versionOf({ apiVersion = v1beta1 }: ExecPlugin): string {
  return apiVersion;
}

function isInteractive(use: PluginUse, { stdinIsTerminal }: PluginSurroundings): boolean {
  const { command, interactiveMode = 'IfAvailable' } = use.exec;
  switch (interactiveMode) {
    case 'Never':
      return false;
    case 'IfAvailable':
      return stdinIsTerminal;
    case 'Always':
      if (stdinIsTerminal) return true;
      throw failed(use, `your kubeconfig needs "${command}", which needs a terminal, but stdin is not one`);
    default:
      throw failed(use, `your kubeconfig has an unknown interactiveMode for "${command}"`);
  }
}

const answerSchema = z.object({
  apiVersion: z.string(),
  kind: z.literal('ExecCredential'),
  status: z
    .object({
      token: z.string().nullish(),
      clientCertificateData: z.string().nullish(),
      clientKeyData: z.string().nullish(),
      expirationTimestamp: z
        .string()
        .transform((text) => Date.parse(text))
        .refine(Number.isFinite)
        .nullish(),
    })
    .nullish(),
});

type Status = NonNullable<z.infer<typeof answerSchema>['status']>;
type Answer = { readonly credentials: PluginCredentials; readonly expiresAt: number };

function readAnswer(stdout: Buffer, use: PluginUse): Answer {
  const { data } = answerSchema.safeParse(parseJson(stdout));
  const status = data?.status ?? {};
  const problem =
    data === undefined ? 'it printed no ExecCredential' : (findMismatch(data, use) ?? findProblem(status));
  if (problem !== undefined)
    throw failed(use, `the credential plugin "${use.exec.command}" of your kubeconfig failed: ${problem}`);
  const { token, clientCertificateData: cert, clientKeyData: key, expirationTimestamp } = status;
  return {
    credentials: { token: token || undefined, certificate: cert && key ? { cert, key } : undefined },
    expiresAt: expirationTimestamp ?? Infinity,
  };
}

function findMismatch({ apiVersion }: z.infer<typeof answerSchema>, { exec }: PluginUse): string | undefined {
  const expected = versionOf(exec);
  if (apiVersion === expected) return undefined;
  return `it answers in ${toOneLine(apiVersion)}, but your kubeconfig expects ${expected}`;
}

function findProblem({ token, clientCertificateData: cert, clientKeyData: key }: Status): string | undefined {
  if (!cert !== !key) return 'it gave only one of certificate and key';
  if (cert && key) return fit(cert, key) ? undefined : 'its certificate and key are not a pair';
  return token ? undefined : 'it gave neither a token nor a certificate';
}

function fit(cert: string, key: string): boolean {
  try {
    return new X509Certificate(cert).checkPrivateKey(createPrivateKey(key));
  } catch {
    return false;
  }
}

function failed({ exec, userName }: PluginUse, message: string, cause?: unknown): AuditError {
  return new AuditError(errorCodes.credentialPluginFailed, message, {
    facts: [`User "${userName}" runs: ${commandLine(exec)}`],
    tries: exec.installHint === undefined ? [] : [toOneLine(exec.installHint)],
    cause,
  });
}

/** Arguments after the first flag may be secrets. */
function commandLine({ command, args }: ExecPlugin): string {
  const firstFlag = args.findIndex((argument) => argument.startsWith('-'));
  return [command, ...(firstFlag === -1 ? args : [...args.slice(0, firstFlag), '…'])].join(' ');
}

function describeStartFailure(command: string, thrown: unknown): string {
  const code = systemErrorCode(thrown);
  if (code === 'EACCES') return `your kubeconfig needs "${command}", which is not executable`;
  if (code === 'ENOENT')
    return `your kubeconfig needs "${command}", which ${command.includes('/') ? 'does not exist' : 'is not on PATH'}`;
  const why = thrown instanceof ChildEndedError ? `it ${thrown.message}` : (code ?? 'it cannot be started');
  return `the credential plugin "${command}" of your kubeconfig failed: ${why}`;
}

function describeExit(command: string, { exitCode, stderr }: ChildResult): string {
  const how = exitCode === undefined ? 'a signal killed it' : `exit code ${exitCode}`;
  const said = toOneLine(stderr);
  return `the credential plugin "${command}" of your kubeconfig failed: ${said === '' ? how : said}`;
}

function interruptedIn({ exec }: PluginUse, reason: unknown): AuditError {
  const why = reason instanceof Error ? reason.message : 'stopped';
  return new AuditError(
    errorCodes.interrupted,
    `${why} while waiting for the credential plugin "${exec.command}" of your kubeconfig`,
    { facts: [`It runs: ${commandLine(exec)}`], cause: reason },
  );
}
