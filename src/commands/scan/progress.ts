import type { AuditEvent, AuditObserver } from '../../audit/index.ts';
import type { DisplayConfig, ScanConfig } from '../../config/index.ts';
import { type Io, isLively, terminalWidth } from '../../host/index.ts';
import { ScanExtent, type Total } from './progress-extent.ts';
import { formatProgress, type ProgressState, renderProgress } from './progress-line.ts';
import { SteadyRate } from './progress-rate.ts';

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

/** Counts what an audit has done so far, and says how much is left as far as that is known. */
export class Progress implements AuditObserver {
  readonly #options: ProgressOptions;
  readonly #startedAt: number;
  readonly #extent = new ScanExtent();
  readonly #rate = new SteadyRate();
  #stopTicking: () => void = () => undefined;
  #resources = 0;
  #fail = 0;
  #error = 0;
  #at:
    | Pick<Extract<AuditEvent, { type: 'object-started' }>, 'object' | 'groupResource' | 'cluster'>
    | undefined;
  #clusters: { readonly done: number; readonly all: number } | undefined;
  #drawn = '';

  constructor(options: ProgressOptions) {
    this.#options = options;
    this.#startedAt = options.now();
    if (options.mode === 'line') {
      this.#stopTicking = options.every(lineIntervalMs, () => {
        this.#noteRate();
        this.#draw();
      });
    } else if (options.mode === 'plain') {
      let ticks = 0;
      this.#stopTicking = options.every(plainDelayMs, () => {
        this.#noteRate();
        ticks += 1;
        if (ticks === 1 || (ticks * plainDelayMs) % plainIntervalMs === 0) this.#print();
      });
    }
  }

  observe(event: AuditEvent): void {
    this.#noteClusters(event);
    if (event.cluster === undefined || !isExtent(event)) this.#note(event);
  }

  #noteClusters(event: AuditEvent): void {
    if (event.type === 'clusters-planned') {
      this.#clusters = { done: 0, all: event.clusters };
    } else if (event.type === 'cluster-finished') {
      this.#clusters = this.#clusters && { ...this.#clusters, done: this.#clusters.done + 1 };
    }
  }

  #note(event: AuditEvent): void {
    if (event.type === 'scan-planned') {
      this.#extent.plan(event.types);
    } else if (event.type === 'type-sized') {
      this.#extent.size(event);
    } else if (event.type === 'object-started') {
      this.#at = event;
      this.#extent.begin(event.groupResource);
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
    const text = renderProgress(this.#state(), this.#options.width() - 1);
    if (text === this.#drawn) return;
    this.#options.write(`${eraseLine}${text}`);
    this.#drawn = text;
  }

  #print(): void {
    this.#options.write(`still scanning: ${renderProgress(this.#state())}\n`);
  }

  /** What is done before the first object is another matter. */
  #noteRate(): void {
    if (this.#resources > 0) this.#rate.note({ at: this.#options.now(), done: this.#resources });
  }

  #state(): ProgressState {
    const total = this.#extent.total();
    return {
      resources: this.#resources,
      fail: this.#fail,
      error: this.#error,
      elapsedMs: this.#options.now() - this.#startedAt,
      total,
      types: this.#extent.types(),
      clusters: this.#clusters,
      leftMs: total && this.#rate.timeFor(Math.max(0, total.objects - this.#resources)),
      where: this.#where(total),
    };
  }

  /** With a total for the whole scan, that of a type says nothing more. */
  #where(total: Total | undefined): string {
    if (this.#at === undefined) return '';
    const { object, groupResource, cluster } = this.#at;
    const place = [cluster, object.namespace, groupResource].filter((part) => part !== undefined).join('/');
    const ofType = total === undefined ? this.#extent.ofType(groupResource) : undefined;
    return ofType === undefined ? place : `${place} ${formatProgress(ofType.begun, ofType)}`;
  }
}

/** How much there is to do is known of one cluster at a time; of several, some may not have begun to say it. */
function isExtent({ type }: AuditEvent): boolean {
  return type === 'scan-planned' || type === 'type-sized';
}
