import { setTimeout } from 'node:timers/promises';
import { AuditError, errorCodes } from '../../domain/index.ts';
import {
  describeExchangeFailure,
  exchangeOnce,
  type HttpAnswer,
  type HttpRequest,
  TransportFailure,
} from '../../net/index.ts';
import { parseJson, toOneLine } from '../../text/index.ts';

/** Somebody who is asked for a part of a signature. */
export type Service = {
  /** Like `the certificate authority`. */
  readonly what: string;
  readonly url: string;
  /** What is sent to it and is in no message, whole or in part, even where an answer repeats it. */
  readonly secret?: string;
};

/** How long services are waited for. */
export type Patience = {
  /** For each attempt, from connecting to the last byte of the answer. */
  readonly deadlineMs: number;
  readonly attempts: number;
  /** Before the second attempt; twice that before the third, and so on. */
  readonly pauseMs: number;
};

export type ServiceTerms = {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly patience: Patience;
};

const maxAnswerBytes = 1024 * 1024;

/**
 * Asks for JSON, again where a service fails or is busy, and follows no redirect: what is sent is a secret. Rejects with
 * `evidenceNotSigned`.
 */
export async function ask(
  service: Service,
  request: Pick<HttpRequest, 'method' | 'headers' | 'body'>,
  { env, patience }: ServiceTerms,
): Promise<unknown> {
  const { origin, pathname, search } = new URL(service.url);
  const { deadlineMs } = patience;
  const limits = { env, deadlineMs, maxBodyBytes: maxAnswerBytes };
  try {
    const answer = await again(patience, () =>
      exchangeOnce({ ...request, origin, path: `${pathname}${search}` }, limits),
    );
    if (answer.status < 200 || answer.status > 299) throw refusal(service, answer);
    return parseJson(answer.body);
  } catch (thrown) {
    if (!(thrown instanceof TransportFailure)) throw thrown;
    throw notSigned(service, describeExchangeFailure(thrown, deadlineMs), { cause: thrown });
  }
}

async function again(
  { attempts, pauseMs }: Patience,
  attempt: () => Promise<HttpAnswer>,
): Promise<HttpAnswer> {
  for (let left = attempts - 1, pause = pauseMs; ; left -= 1, pause *= 2) {
    try {
      const answer = await attempt();
      if (left <= 0 || !isBusy(answer.status)) return answer;
    } catch (thrown) {
      if (left <= 0 || !(thrown instanceof TransportFailure)) throw thrown;
    }
    await setTimeout(pause);
  }
}

function isBusy(status: number): boolean {
  return status === 408 || status === 429 || status >= 500;
}

/** A service has answered, and it was a no. */
export class ServiceRefusal extends AuditError {
  readonly status: number;

  constructor(status: number, message: string) {
    super(errorCodes.evidenceNotSigned, message, { lasting: !isBusy(status) });
    this.status = status;
  }
}

function refusal(service: Service, { status, headers, body }: HttpAnswer): ServiceRefusal {
  const { location } = headers;
  const why =
    status >= 300 && status < 400
      ? `it redirects (HTTP ${status})${typeof location === 'string' ? ` to ${toShown(location, service)}` : ''}, which is not followed; name that address instead`
      : `it answers HTTP ${status}${saidIn(body, service)}`;
  return new ServiceRefusal(status, messageOf(service, why));
}

/** The message of an error in JSON, as servers on gRPC have it, or the first line. */
function saidIn(body: Buffer, service: Service): string {
  const answer = parseJson(body);
  const isError = typeof answer === 'object' && answer !== null && 'message' in answer;
  const said = isError ? String(answer.message) : (body.toString().split('\n')[0] ?? '');
  return said === '' ? '' : `: ${toShown(said, service)}`;
}

/** Cut last, as nobody would know the half of a secret. */
function toShown(said: string, { secret = '' }: Service): string {
  const parts = secret.split('.').filter((part) => part !== '');
  return toOneLine(parts.reduce((text, part) => text.replaceAll(part, '…'), said)).slice(0, 200);
}

export function notSigned(
  service: Service,
  why: string,
  options?: ConstructorParameters<typeof AuditError>[2],
): AuditError {
  return new AuditError(errorCodes.evidenceNotSigned, messageOf(service, why), options);
}

/** Nothing of a query, which may be a secret. */
function messageOf({ what, url }: Service, why: string): string {
  const { origin, pathname } = new URL(url);
  return `the evidence could not be signed: ${what} at ${origin}${pathname.replace(/\/$/, '')}: ${why}`;
}
