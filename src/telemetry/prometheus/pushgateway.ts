import { AuditError, errorCodes } from '../../domain/index.ts';
import { describeExchangeFailure, exchangeOnce, type HttpAnswer, TransportFailure } from '../../net/index.ts';
import { describeSystemError, readRegularFile } from '../../system/index.ts';
import { toOneLine } from '../../text/index.ts';

/** Where metrics are pushed to, and under which labels they are kept there. */
export type PushgatewayTarget = {
  readonly url: URL;
  readonly job: string;
  readonly instance: string | undefined;
  /** Which part of a run it is that several Pods share; each keeps its own. */
  readonly shard?: number | undefined;
  /** Paths of files; one of the two at most. */
  readonly basicAuthFile: string | undefined;
  readonly bearerTokenFile: string | undefined;
};

export type PushOptions = {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether everything that was pushed under these labels before goes; else what has other names stays. */
  readonly replacesAll: boolean;
  readonly deadlineMs?: number;
};

/** For everything, from connecting to the answer. */
const usualDeadlineMs = 10_000;
const maxAnswerBytes = 64 * 1024;
const maxSecretBytes = 64 * 1024;

/** Pushes the metrics in the place of those with the same names and labels. Rejects with `metricsNotPushed`. */
export async function pushMetrics(
  text: string,
  target: PushgatewayTarget,
  { env, replacesAll, deadlineMs = usualDeadlineMs }: PushOptions,
): Promise<void> {
  const { url } = target;
  const headers = {
    'content-type': 'text/plain; version=0.0.4; charset=utf-8',
    ...(await readLogin(target)),
  };
  const method = replacesAll ? 'PUT' : 'POST';
  const request = { method, origin: url.origin, path: pathOf(target), headers, body: text } as const;
  try {
    const answer = await exchangeOnce(request, { env, deadlineMs, maxBodyBytes: maxAnswerBytes });
    if (answer.status >= 200 && answer.status < 300) return;
    throw notPushed(url, describeAnswer(answer));
  } catch (thrown) {
    if (thrown instanceof TransportFailure)
      throw notPushed(url, describeExchangeFailure(thrown, deadlineMs), thrown);
    throw thrown;
  }
}

/** Label values are parts of the path; what a path cannot hold is written in base64. */
function pathOf({ url, job, instance, shard }: PushgatewayTarget): string {
  const labels = {
    job,
    ...(instance !== undefined && { instance }),
    ...(shard !== undefined && { shard: String(shard) }),
  };
  const parts = Object.entries(labels).map(([name, value]) =>
    value.includes('/')
      ? `/${name}@base64/${Buffer.from(value).toString('base64url')}`
      : `/${name}/${encodeURIComponent(value)}`,
  );
  return `${url.pathname.replace(/\/+$/, '')}/metrics${parts.join('')}`;
}

async function readLogin({
  url,
  basicAuthFile,
  bearerTokenFile,
}: PushgatewayTarget): Promise<Record<string, string>> {
  if (basicAuthFile !== undefined) {
    const pair = await readSecret(basicAuthFile, url);
    if (!pair.includes(':')) throw notPushed(url, `${basicAuthFile} does not hold USER:PASSWORD`);
    return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
  }
  if (bearerTokenFile === undefined) return {};
  const token = await readSecret(bearerTokenFile, url);
  if (!/^[\x21-\x7e]+$/.test(token)) throw notPushed(url, `${bearerTokenFile} does not hold one token`);
  return { authorization: `Bearer ${token}` };
}

async function readSecret(path: string, url: URL): Promise<string> {
  try {
    return (await readRegularFile(path, { maxBytes: maxSecretBytes })).toString('utf8').trim();
  } catch (cause) {
    throw notPushed(url, `cannot read ${path}: ${describeSystemError(cause)}`, cause);
  }
}

/** A login would be lost on the way or shown to somebody else, so nobody is followed. */
function describeAnswer({ status, headers, body }: HttpAnswer): string {
  const { location } = headers;
  if (status >= 300 && status < 400)
    return `it redirects (HTTP ${status})${typeof location === 'string' ? ` to ${toOneLine(location)}` : ''}, which is not followed; use that address instead`;
  const [first = ''] = body.toString('utf8').split('\n');
  return `it answers HTTP ${status}${first === '' ? '' : `: ${toOneLine(first).slice(0, 200)}`}`;
}

function notPushed({ origin, pathname }: URL, why: string, cause?: unknown): AuditError {
  const message = `the metrics could not be pushed to ${origin}${pathname.replace(/\/$/, '')}: ${why}`;
  return new AuditError(errorCodes.metricsNotPushed, message, { cause });
}
