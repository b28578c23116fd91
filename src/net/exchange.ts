import { clearTimeout, setTimeout } from 'node:timers';
import { type Dispatcher, errors } from 'undici';
import { TransportFailure, toFailure } from './failure.ts';

export type HttpRequest = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly origin: string;
  /** With the query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body?: string | Uint8Array | undefined;
};

export type ExchangeLimits = {
  /** For everything: waiting for a connection, connecting, sending, and the last byte of the answer. 0 for as long as it takes. */
  readonly deadlineMs: number;
  readonly maxBodyBytes: number;
  readonly signal: AbortSignal;
};

export type HttpAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
};

/**
 * Sends one request and reads the whole answer, whatever its status; redirects are answers too. Rejects with a TransportFailure, or
 * with the reason of the signal.
 */
export function exchange(
  dispatcher: Dispatcher,
  { method, origin, path, headers, body }: HttpRequest,
  limits: ExchangeLimits,
): Promise<HttpAnswer> {
  limits.signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const inFlight = new Exchange(limits, { resolve, reject });
    dispatcher.dispatch({ method, origin, path, headers, body: body ?? null }, inFlight);
  });
}

/** The delay that an answer asks for: seconds, or a date compared with `now`. Undefined if it asks for none. */
export function readRetryAfter({ headers }: Pick<HttpAnswer, 'headers'>, now: number): number | undefined {
  const value = headers['retry-after'];
  if (typeof value !== 'string') return undefined;
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now;
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}

/** For undici only: no caller sees it. */
const abandoned = new Error('abandoned');

type Settle = {
  readonly resolve: (answer: HttpAnswer) => void;
  readonly reject: (reason: unknown) => void;
};

/** One exchange in flight. A handler of dispatch() costs less than the streams of request(). */
class Exchange implements Dispatcher.DispatchHandler {
  readonly #settle: Settle;
  readonly #signal: AbortSignal;
  readonly #timer: NodeJS.Timeout | undefined;
  readonly #maxBytes: number;
  readonly #chunks: Buffer[] = [];
  #bytes = 0;
  #status = 0;
  #headers: HttpAnswer['headers'] = {};
  #controller: Dispatcher.DispatchController | undefined;
  #settled = false;

  constructor({ deadlineMs, maxBodyBytes, signal }: ExchangeLimits, settle: Settle) {
    this.#settle = settle;
    this.#signal = signal;
    this.#maxBytes = maxBodyBytes;
    const onDeadline = (): void => {
      this.#fail(new TransportFailure('deadline'));
    };
    if (deadlineMs > 0) this.#timer = setTimeout(onDeadline, deadlineMs);
    signal.addEventListener('abort', this);
  }

  /** Of the signal. */
  handleEvent(): void {
    this.#fail(this.#signal.reason);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    // It failed while it waited for a connection; undici cannot be told any sooner.
    if (this.#settled) controller.abort(abandoned);
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: HttpAnswer['headers'],
  ): void {
    this.#status = status;
    this.#headers = headers;
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#bytes > this.#maxBytes) this.#fail(new TransportFailure('tooLarge'));
    else this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    if (!this.#end()) return;
    const body = Buffer.concat(this.#chunks, this.#bytes);
    this.#settle.resolve({ status: this.#status, headers: this.#headers, body });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    // undici names the controller when it has a connection to write the request to.
    const failure = toFailure(error, this.#controller !== undefined);
    // Within an answer, text that cannot be parsed is the end of a broken connection.
    const isNotHttp = error instanceof errors.HTTPParserError && this.#status === 0;
    this.#fail(isNotHttp ? new TransportFailure('notHttp', failure) : failure);
  }

  #fail(reason: unknown): void {
    if (!this.#end()) return;
    this.#settle.reject(reason);
    this.#controller?.abort(abandoned);
  }

  #end(): boolean {
    if (this.#settled) return false;
    this.#settled = true;
    clearTimeout(this.#timer);
    this.#signal.removeEventListener('abort', this);
    return true;
  }
}
