import { type AuditErrorOptions, type ErrorCode, NoAnswerError } from '../domain/index.ts';

export type TransientErrorOptions = AuditErrorOptions & {
  /** True when no answer came at all, so that the server may be down; false when it answered that it is busy. */
  readonly unreachable: boolean;
  /**
   * False when there was not even a connection: the server knows nothing of the request, so that it cannot be the reason. True where
   * that is not known.
   */
  readonly connected?: boolean;
  /** True when the server's name does not exist, which waiting rarely fixes. */
  readonly unknownName?: boolean;
  /** The delay that the server asked for, if any. */
  readonly retryAfterMs?: number | undefined;
};

/** A failure that may be gone at the next attempt. */
export class TransientError extends NoAnswerError {
  readonly unreachable: boolean;
  readonly connected: boolean;
  readonly unknownName: boolean;
  readonly retryAfterMs: number;

  constructor(code: ErrorCode, message: string, options: TransientErrorOptions) {
    super(code, message, options);
    this.unreachable = options.unreachable;
    this.connected = options.connected ?? true;
    this.unknownName = options.unknownName ?? false;
    this.retryAfterMs = options.retryAfterMs ?? 0;
  }
}
