import { AuditError, errorCodes } from '../domain/index.ts';
import type { ApiRequest, KubernetesClient } from './client.ts';

/** Sends the request and parses the answer, which is not checked further. Rejects with an AuditError. */
export async function requestJson(client: KubernetesClient, request: ApiRequest): Promise<unknown> {
  const { body } = await client.request(request);
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (thrown) {
    const message = `the Kubernetes API's answer to ${request.method} ${request.path} is not JSON`;
    throw new AuditError(errorCodes.apiRequestFailed, message, { cause: thrown });
  }
}
