import { z } from 'zod';
import { AuditError, type AuditErrorOptions, type ErrorCode, errorCodes } from '../domain/errors.ts';

/** The API server answered, with something else than success. `status` is the HTTP status, `reason` the API's own word for it. */
export class ApiStatusError extends AuditError {
  readonly status: number;
  readonly reason: string | undefined;
  /** What the API server says in words; safe to show. */
  readonly explanation: string;
  /** A 410 to a LIST may bring the token with which the rest of the list can still be read. */
  readonly continueToken: string | undefined;

  constructor(code: ErrorCode, message: string, answer: ApiStatus, options: AuditErrorOptions = {}) {
    super(code, message, options);
    this.name = 'ApiStatusError';
    this.status = answer.status;
    this.reason = answer.reason;
    this.explanation = answer.explanation;
    this.continueToken = answer.continueToken;
  }
}

export type ApiStatus = {
  readonly status: number;
  readonly reason: string | undefined;
  readonly explanation: string;
  readonly continueToken: string | undefined;
};

/** Whether the thrown value is the API server's answer with this HTTP status. */
export function isApiStatus(thrown: unknown, status: number): thrown is ApiStatusError {
  return thrown instanceof ApiStatusError && thrown.status === status;
}

const statusSchema = z.object({
  kind: z.literal('Status'),
  message: z.string().optional(),
  reason: z.string().optional(),
  metadata: z.object({ continue: z.string().optional() }).optional(),
});

/** Reads the Status document of an answer without success; anything else (a proxy's page, say) is not repeated to the user. */
export function parseApiStatus(status: number, body: Buffer): ApiStatus {
  const document = statusSchema.safeParse(parseJson(body)).data;
  return {
    status,
    reason: document?.reason,
    explanation: toOneLine(document?.message ?? '') || 'no explanation was given',
    continueToken: document?.metadata?.continue,
  };
}

/** Makes text of foreign origin fit for a message: one line, no control characters, at most 500 characters. */
export function toOneLine(text: string): string {
  // eslint-disable-next-line no-control-regex -- these are exactly what must not reach a terminal
  const line = text.replaceAll(/[\u0000-\u0020\u007f-\u009f\u2028\u2029]+/g, ' ').trim();
  return line.length > 500 ? `${line.slice(0, 499)}…` : line;
}

/** Turns an answer without success into the error that callers see. */
export function toApiStatusError(request: string, server: string, answer: ApiStatus): ApiStatusError {
  if (answer.status === 401) {
    const message = `the Kubernetes API at ${server} does not accept these credentials (401 Unauthorized)`;
    return new ApiStatusError(errorCodes.unauthorized, message, answer, { facts: [answer.explanation] });
  }
  const message = `the Kubernetes API answered ${answer.status} to ${request}: ${answer.explanation}`;
  return new ApiStatusError(errorCodes.apiRequestFailed, message, answer);
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
