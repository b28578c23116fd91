import { AuditError, errorCodes } from '../domain/index.ts';
import { JsonSyntaxError } from '../text/index.ts';
import type { ApiRequest, KubernetesClient } from './client.ts';

/** Sends the request and parses the answer, which is not checked further. Rejects with an AuditError. */
export async function requestJson(
  client: Pick<KubernetesClient, 'request'>,
  request: ApiRequest,
): Promise<unknown> {
  const { body } = await client.request(request);
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (thrown) {
    const message = `the Kubernetes API's answer to ${request.method} ${request.path} is not JSON`;
    throw new AuditError(errorCodes.apiRequestFailed, message, { cause: thrown });
  }
}

/** What comes of reading an answer of the API server piece by piece. Throws an AuditError where it is not what it has to be. */
export function readAnswer<T>(read: () => T): T {
  try {
    return read();
  } catch (thrown) {
    if (!(thrown instanceof JsonSyntaxError)) throw thrown;
    throw new AuditError(errorCodes.apiRequestFailed, `the Kubernetes API answered with ${thrown.message}`);
  }
}
