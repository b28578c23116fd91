import { toPlainText, widthOf } from '../../text/index.ts';
import type { Total } from './progress-extent.ts';

/** What is known of a scan that is going on. */
export type ProgressState = {
  readonly resources: number;
  readonly fail: number;
  readonly error: number;
  readonly elapsedMs: number;
  /** Undefined while it is unknown how many resources there are. */
  readonly total: Total | undefined;
  readonly types: { readonly listed: number; readonly all: number };
  /** Undefined for a run over one cluster. */
  readonly clusters?: { readonly done: number; readonly all: number } | undefined;
  /** Undefined without a total, and while the rate is not steady. */
  readonly leftMs: number | undefined;
  /** What is being looked at: `namespace/type`, with how far that is where it is known and nothing else is. */
  readonly where: string;
};

/** One line about the progress of a scan. If it does not fit, the least important parts go first. */
export function renderProgress(state: ProgressState, width = Infinity): string {
  const { fail, error, elapsedMs, where } = state;
  const counts = `${fail} fail, ${error} error`;
  const clock = formatClock(elapsedMs);
  const far = [countOf(state), shareOf(state)].filter((part) => part !== '').join(' ');
  const left = state.leftMs === undefined ? [] : [`${formatLeft(state.leftMs)} left`];
  const types = typesOf(state);
  const base = [far, ...types, counts, clock, ...left].join(', ');
  const place = where === '' ? [] : [`${base}  ${toPlainText(where)}`];
  const shorter = [
    ...place,
    base,
    [far, ...types, counts, ...left].join(', '),
    [far, counts, ...left].join(', '),
    [far, ...left].join(', '),
    far,
    numberOf(state),
  ];
  // A number without its end would be another one.
  return shorter.find((line) => widthOf(line) <= width) ?? '';
}

/** `812/~1904`: the mark says that it is an estimate. */
export function formatProgress(done: number, { objects, isEstimate }: Total): string {
  return `${done}/${isEstimate ? '~' : ''}${Math.max(objects, done)}`;
}

function countOf(state: ProgressState): string {
  const { resources, total } = state;
  return `${numberOf(state)} ${total === undefined && resources === 1 ? 'resource' : 'resources'}`;
}

function numberOf({ resources, total }: ProgressState): string {
  return total === undefined ? String(resources) : formatProgress(resources, total);
}

/** Never 100 % before everything is done. */
function shareOf({ resources, total }: ProgressState): string {
  if (total === undefined || total.objects === 0) return '';
  const share = Math.floor((100 * resources) / Math.max(total.objects, resources));
  return `(${total.isEstimate ? Math.min(share, 99) : share}%)`;
}

function typesOf({ total, clusters, types: { listed, all } }: ProgressState): readonly string[] {
  if (clusters !== undefined) return [`${clusters.done}/${clusters.all} clusters`];
  return total !== undefined || all < 2 ? [] : [`${listed}/${all} types`];
}

function formatClock(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  return [Math.floor(seconds / 60), seconds % 60].map((part) => String(part).padStart(2, '0')).join(':');
}

/** In steps that do not pretend to know more than they do. */
function formatLeft(ms: number): string {
  const seconds = Math.ceil(ms / 5000) * 5;
  if (seconds < 60) return `~${seconds}s`;
  const tens = Math.ceil(ms / 10_000);
  if (tens < 60) return `~${Math.floor(tens / 6)}m${tens % 6 === 0 ? '' : ` ${(tens % 6) * 10}s`}`;
  const minutes = Math.ceil(ms / 60_000);
  return minutes < 60 ? `~${minutes}m` : `~${Math.floor(minutes / 60)}h ${minutes % 60}m`;
}
