import type { AuditEvent, AuditObserver } from '../../audit/index.ts';
import type { DisplayConfig, ScanConfig } from '../../config/index.ts';
import { type Io, isLively, terminalWidth } from '../../host/index.ts';
import { cutToWidth, toPlainText } from '../../text/index.ts';

export type ProgressMode = 'line' | 'plain' | 'none';

/** What `--progress` means here: a line that is drawn again and again only where nothing else would break it. */
export function chooseProgress(
  { progress, quiet }: Pick<DisplayConfig, 'progress' | 'quiet'>,
  log: ScanConfig['log'],
  io: Pick<Io, 'stderr' | 'env'>,
): ProgressMode {
  if (progress === 'none' || quiet) return 'none';
  const lively = isLively(io.stderr, io.env) && log.level !== 'debug' && log.format !== 'json';
  return progress === 'auto' && lively ? 'line' : 'plain';
}

export type ProgressOptions = {
  readonly mode: ProgressMode;
  readonly write: (text: string) => void;
  readonly width: () => number;
  /** Milliseconds, only compared with each other. */
  readonly now: () => number;
  /** Calls back again and again until the returned function is called. */
  readonly every: (ms: number, tick: () => void) => () => void;
};

/** The progress of a scan on stderr, as the user and the terminal want it. */
export function createProgress({ display, log }: Pick<ScanConfig, 'display' | 'log'>, io: Io): Progress {
  return new Progress({
    mode: chooseProgress(display, log, io),
    write: (text) => void io.stderr.write(text),
    width: () => terminalWidth(io.stderr, io.env),
    now: io.now,
    every: (ms, tick) => {
      const timer = setInterval(tick, ms).unref();
      return () => {
        clearInterval(timer);
      };
    },
  });
}

/** Longer than most commands take, so that short ones stay quiet; then at most ten times a second. */
const lineDelayMs = 500;
const lineIntervalMs = 100;
/** Soon once, so that nobody takes a scan for one that hangs, and then seldom. */
const plainDelayMs = 3000;
const plainIntervalMs = 30_000;

const eraseLine = '\r\u001b[K';

/** Counts what an audit has done so far. It never says how much is left, because nobody knows. */
export class Progress implements AuditObserver {
  readonly #options: ProgressOptions;
  readonly #startedAt: number;
  #stopTicking: () => void = () => undefined;
  #resources = 0;
  #fail = 0;
  #error = 0;
  #where = '';
  #drawn = '';

  constructor(options: ProgressOptions) {
    this.#options = options;
    this.#startedAt = options.now();
    if (options.mode === 'line') {
      this.#stopTicking = options.every(lineIntervalMs, () => {
        this.#draw();
      });
    } else if (options.mode === 'plain') {
      let ticks = 0;
      this.#stopTicking = options.every(plainDelayMs, () => {
        ticks += 1;
        if (ticks === 1 || (ticks * plainDelayMs) % plainIntervalMs === 0) this.#print();
      });
    }
  }

  observe(event: AuditEvent): void {
    if (event.type === 'object-started') {
      const { namespace } = event.object;
      this.#where = namespace === undefined ? event.groupResource : `${namespace}/${event.groupResource}`;
    } else if (event.type === 'object-finished') {
      this.#resources += 1;
      for (const { result } of event.report?.results ?? []) {
        if (result === 'fail') this.#fail += 1;
        if (result === 'error') this.#error += 1;
      }
    }
  }

  /** Takes the line away so that something else can be written; the next tick draws it again. */
  clear(): void {
    if (this.#drawn === '') return;
    this.#options.write(eraseLine);
    this.#drawn = '';
  }

  /** Ends it for good and leaves no trace. */
  stop(): void {
    this.#stopTicking();
    this.clear();
  }

  #draw(): void {
    if (this.#options.now() - this.#startedAt < lineDelayMs) return;
    const text = cutToWidth(this.#describe(), this.#options.width() - 1);
    if (text === this.#drawn) return;
    this.#options.write(`${eraseLine}${text}`);
    this.#drawn = text;
  }

  #print(): void {
    this.#options.write(`still scanning: ${this.#describe()}\n`);
  }

  #describe(): string {
    const seconds = Math.floor((this.#options.now() - this.#startedAt) / 1000);
    const clock = [Math.floor(seconds / 60), seconds % 60]
      .map((part) => String(part).padStart(2, '0'))
      .join(':');
    const where = this.#where === '' ? '' : `  ${toPlainText(this.#where)}`;
    const resources = `${this.#resources} ${this.#resources === 1 ? 'resource' : 'resources'}`;
    return `${resources}, ${this.#fail} fail, ${this.#error} error, ${clock}${where}`;
  }
}
