import { clearTimeout, setTimeout } from 'node:timers';
import { type Dispatcher, errors } from 'undici';

export type ExchangeRequest = {
  readonly origin: string;
  readonly path: string;
  readonly body: Uint8Array;
  /** For everything: waiting for a connection, connecting, sending, and the last byte of the answer. */
  readonly deadlineMs: number;
  readonly maxAnswerBytes: number;
};

export type HttpAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
};

/** An exchange that ended without an answer although nothing below it failed. */
export class ExchangeError extends Error {
  readonly code: 'DEADLINE_EXCEEDED' | 'ANSWER_TOO_LARGE' | 'NOT_HTTP';

  constructor(code: ExchangeError['code'], options?: ErrorOptions) {
    super(code, options);
    this.name = 'ExchangeError';
    this.code = code;
  }
}

/** The failure that is the cause came before any connection was had: nothing of the request was sent. */
export class NotConnectedError extends Error {
  constructor(cause: Error) {
    super('there was no connection', { cause });
    this.name = 'NotConnectedError';
  }
}

/**
 * Posts JSON and reads the answer, whatever its status; redirects are answers too. Rejects with an ExchangeError, the reason of
 * the signal, a NotConnectedError, or the error of the transport.
 */
export function exchange(
  dispatcher: Dispatcher,
  request: ExchangeRequest,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const { origin, path, body } = request;
    dispatcher.dispatch(
      { method: 'POST', origin, path, headers, body },
      new Exchange(request, signal, { resolve, reject }),
    );
  });
}

/** For undici only: nobody hears of it. */
const abandoned = new Error('abandoned');

const headers = ['content-type', 'application/json'];

type Settle = {
  readonly resolve: (answer: HttpAnswer) => void;
  readonly reject: (reason: unknown) => void;
};

/** One exchange in flight. A handler of dispatch() costs less than the streams of request(). */
class Exchange implements Dispatcher.DispatchHandler {
  readonly #settle: Settle;
  readonly #signal: AbortSignal;
  readonly #timer: NodeJS.Timeout;
  readonly #maxBytes: number;
  readonly #chunks: Buffer[] = [];
  #bytes = 0;
  #status = 0;
  #headers: HttpAnswer['headers'] = {};
  #controller: Dispatcher.DispatchController | undefined;
  #settled = false;

  constructor({ deadlineMs, maxAnswerBytes }: ExchangeRequest, signal: AbortSignal, settle: Settle) {
    this.#settle = settle;
    this.#signal = signal;
    this.#maxBytes = maxAnswerBytes;
    this.#timer = setTimeout(() => {
      this.#fail(new ExchangeError('DEADLINE_EXCEEDED'));
    }, deadlineMs);
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
    if (this.#bytes > this.#maxBytes) this.#fail(new ExchangeError('ANSWER_TOO_LARGE'));
    else this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    if (!this.#end()) return;
    const body = Buffer.concat(this.#chunks, this.#bytes).toString();
    this.#settle.resolve({ status: this.#status, headers: this.#headers, body });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    // Within an answer, text that cannot be parsed is the end of a broken connection.
    const notHttp = error instanceof errors.HTTPParserError && this.#status === 0;
    if (notHttp) this.#fail(new ExchangeError('NOT_HTTP', { cause: error }));
    // undici names the controller when it has a connection to write the request to.
    else this.#fail(this.#controller === undefined ? new NotConnectedError(error) : error);
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
