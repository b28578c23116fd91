import type { AuditEvent, AuditObserver } from '../../audit/index.ts';
import { AuditError, type ErrorCode } from '../../domain/index.ts';
import { renderError } from '../../host/index.ts';

/** Of one code; what one broken server says about many policies must not bury the rest. */
const mostPerCode = 3;

/**
 * Reports each different failure once, when it first happens, in the form of every error, with what to try. How many
 * there were is in the summary.
 */
export class FailureTeller implements AuditObserver {
  readonly #write: (text: string) => void;
  readonly #told = new Map<ErrorCode, Set<string>>();

  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  observe(event: AuditEvent): void {
    const error = errorOf(event);
    if (error !== undefined) this.#tell(inCluster(error, event.cluster));
  }

  #tell(error: AuditError): void {
    const told = this.#told.get(error.code) ?? new Set();
    this.#told.set(error.code, told);
    if (told.has(error.message) || told.size >= mostPerCode) return;
    told.add(error.message);
    this.#write(renderError(error, { level: 'warning' }));
  }
}

function errorOf(event: AuditEvent): AuditError | undefined {
  if (event.type === 'incident') return event.incident.error;
  return event.type === 'evaluation-failed' ? event.error : undefined;
}

/** The same failure in two clusters is two. */
function inCluster(error: AuditError, cluster: string | undefined): AuditError {
  if (cluster === undefined) return error;
  return new AuditError(error.code, `${cluster}: ${error.message}`, error);
}
