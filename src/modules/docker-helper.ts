import { z } from 'zod';
import { ChildEndedError, describeSystemError, runProgram, systemErrorCode } from '../system/index.ts';
import { parseJson, toOneLine } from '../text/index.ts';
import { anonymous, type Login } from './login.ts';

const answerSchema = z.object({ Username: z.string(), Secret: z.string() });

/** It may ask a person to unlock something. */
const timeoutMs = 60_000;

/**
 * Asks a credential helper of Docker under one name after the other, until it knows one. It is a program `docker-credential-…` that
 * somebody else installed. Rejects only when the signal aborts.
 */
export async function askHelper(
  helper: string,
  names: readonly string[],
  signal: AbortSignal,
): Promise<Login> {
  for (const name of names) {
    const login = await askAbout(`docker-credential-${helper}`, name, signal);
    if (login !== undefined) return login;
  }
  return anonymous;
}

/** Undefined for a name that it does not know. */
async function askAbout(program: string, name: string, signal: AbortSignal): Promise<Login | undefined> {
  const failed = (why: string): Login => ({
    basic: undefined,
    problem: `the Docker credential helper ${program} ${why}`,
  });
  try {
    const { exitCode, stdout, stderr } = await runProgram(program, ['get'], {
      stdin: { text: name },
      stderr: 'keep',
      signal,
      timeoutMs,
    });
    if (exitCode === 0) return readAnswer(stdout, failed);
    const said = toOneLine(`${stdout.toString('utf8')} ${stderr}`);
    return /credentials not found/.test(said)
      ? undefined
      : failed(`failed: ${said || 'it printed no reason'}`);
  } catch (thrown) {
    signal.throwIfAborted();
    return failed(describeFailure(thrown));
  }
}

function readAnswer(stdout: Buffer, failed: (why: string) => Login): Login {
  const answer = answerSchema.safeParse(parseJson(stdout)).data;
  if (answer === undefined) return failed('gave an invalid answer');
  // Registries take one another way.
  if (answer.Username === '<token>') return failed('has an identity token, which is not supported');
  const basic = Buffer.from(`${answer.Username}:${answer.Secret}`).toString('base64');
  return { basic, problem: undefined };
}

function describeFailure(thrown: unknown): string {
  if (thrown instanceof ChildEndedError) return thrown.message;
  if (systemErrorCode(thrown) === 'ENOENT') return 'is not on PATH';
  return `cannot be started: ${describeSystemError(thrown)}`;
}
