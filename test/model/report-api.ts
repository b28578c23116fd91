import { errorCodes } from '../../src/domain/errors.ts';
import { ApiStatusError, parseApiStatus } from '../../src/kubernetes/errors.ts';
import type { KubernetesApi } from '../../src/sinks/kubernetes/api.ts';
import { type ReportMemory, toSeenRequest } from '../support/report-memory.ts';

/** The client of a report store, for reports in memory. */
export function toApi(reports: ReportMemory): KubernetesApi {
  return {
    request: async ({ method, path, query = {}, body, contentType, signal }) => {
      await Promise.resolve();
      signal.throwIfAborted();
      const answer = reports.answer(toSeenRequest({ method, path, query, body, contentType }));
      const bytes = Buffer.from(JSON.stringify(answer.body));
      if (answer.status < 400) return { status: answer.status, body: bytes };
      const status = parseApiStatus(answer.status, bytes);
      throw new ApiStatusError(
        errorCodes.apiRequestFailed,
        `${method} ${path}: ${status.explanation}`,
        status,
      );
    },
  };
}
