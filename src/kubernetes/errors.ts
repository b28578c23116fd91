import { STATUS_CODES } from 'node:http';
import { z } from 'zod';
import { AuditError, type AuditErrorOptions, type ErrorCode, errorCodes } from '../domain/index.ts';
import { parseJson, toOneLine } from '../text/index.ts';
import { adviseOnCredentials } from './advice.ts';
import { type ClusterConnection, formatServer } from './connection.ts';

/** The API server answered, with something else than success. `status` is the HTTP status. */
export class ApiStatusError extends AuditError {
  readonly status: number;
  /** What the API server says in words; safe to show. */
  readonly explanation: string;
  /** A 410 to a LIST may bring the token with which the rest of the list can still be read. */
  readonly continueToken: string | undefined;

  constructor(code: ErrorCode, message: string, answer: ApiStatus & AuditErrorOptions) {
    super(code, message, { lasting: lastingStatuses.has(answer.status) || undefined, ...answer });
    this.name = 'ApiStatusError';
    this.status = answer.status;
    this.explanation = answer.explanation;
    this.continueToken = answer.continueToken;
  }
}

/** Answers that a retry does not change: no permission, not found, an object that the API rejects. */
const lastingStatuses: ReadonlySet<number> = new Set([400, 401, 403, 404, 405, 413, 415, 422]);

export type ApiStatus = {
  readonly status: number;
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
  metadata: z.object({ continue: z.string().optional() }).optional(),
});

/** Reads the Status document of an answer without success; anything else (a proxy's page, say) is not repeated to the user. */
export function parseApiStatus(status: number, body: Buffer): ApiStatus {
  const document = statusSchema.safeParse(parseJson(body)).data;
  return {
    status,
    explanation: toOneLine(document?.message ?? '') || (STATUS_CODES[status] ?? 'no explanation was given'),
    continueToken: document?.metadata?.continue,
  };
}

/** Turns an answer without success to `request` (method and path) into the error that callers see. */
export function toApiStatusError(
  request: string,
  connection: ClusterConnection,
  answer: ApiStatus,
): ApiStatusError {
  if (connection.anonymous === true && isRefusalOfNobody(answer)) return noCredentials(connection, answer);
  if (answer.status === 401) {
    const message = `the Kubernetes API at ${formatServer(connection.server)} does not accept the credentials of "${connection.user}" (401 Unauthorized)`;
    const facts = [`Context: ${connection.context}`, `The API server says: ${answer.explanation}`];
    const tries = adviseOnCredentials(connection);
    return new ApiStatusError(errorCodes.unauthorized, message, { ...answer, facts, tries });
  }
  const message = `the Kubernetes API answered ${answer.status} to ${request}: ${answer.explanation}`;
  return new ApiStatusError(errorCodes.apiRequestFailed, message, answer);
}

/** Servers that let anonymous requests in at all refuse them with 403, and name whom they took them for. */
function isRefusalOfNobody({ status, explanation }: ApiStatus): boolean {
  return status === 401 || (status === 403 && explanation.includes('system:anonymous'));
}

function noCredentials(connection: ClusterConnection, answer: ApiStatus): ApiStatusError {
  const { context, source, user, server } = connection;
  const who = user === 'system:anonymous' ? 'names no user' : `has no credentials for its user "${user}"`;
  const message = `context "${context}" ${who}, and the Kubernetes API at ${formatServer(server)} refuses anonymous requests`;
  const facts = [`Kubeconfig: ${source}`, `The API server says: ${answer.explanation}`];
  const tries = adviseOnCredentials(connection);
  return new ApiStatusError(errorCodes.noCredentials, message, { ...answer, facts, tries });
}
