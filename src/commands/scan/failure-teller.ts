import type { AuditEvent, AuditObserver } from '../../audit/index.ts';
import type { AuditError, ErrorCode } from '../../domain/index.ts';
import { renderError } from '../../host/index.ts';

/** Of one code; what one broken server says about many policies must not bury the rest. */
const mostPerCode = 3;

/**
 * Tells a person of each different failure once, when it first happens and in the shape of every error, with what to try. How many
 * there were is in the summary.
 */
export class FailureTeller implements AuditObserver {
  readonly #write: (text: string) => void;
  readonly #told = new Map<ErrorCode, Set<string>>();

  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  observe(event: AuditEvent): void {
    if (event.type === 'incident') this.#tell(event.incident.error);
    else if (event.type === 'evaluation-failed') this.#tell(event.error);
  }

  #tell(error: AuditError): void {
    const told = this.#told.get(error.code) ?? new Set();
    this.#told.set(error.code, told);
    if (told.has(error.message) || told.size >= mostPerCode) return;
    told.add(error.message);
    this.#write(renderError(error, { level: 'warning' }));
  }
}
