import { Missed } from '../../model/missed.ts';
import { type ApiFault as Injected, type ProxiedRequest, status } from '../../support/fault-proxy.ts';
import { types } from './cluster.ts';
import type { ApiFault, Failure, Requests } from './schedule.ts';

/** Where the reports are that an audit writes, and those of the kind that it does not write any more. */
export type ReportGroup = 'openreports.io' | 'wgpolicyk8s.io';

const reportPath =
  /^\/apis\/(openreports\.io|wgpolicyk8s\.io)\/[^/]+\/(?:namespaces\/[^/]+\/)?(?:cluster)?(?:policy)?reports(\/[^/]+)?$/;
/** The scan reads by pages of this size what it depends on; objects by pages of the size that it was told. */
const ownPageSize = '500';

const reasons: Partial<Record<Failure, string>> = {
  403: 'Forbidden',
  404: 'NotFound',
  409: 'Conflict',
  410: 'Expired',
  422: 'Invalid',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
};

/** Makes the faults of a schedule happen to one audit, and tells what they took from it for good. */
export class ApiFaults {
  readonly missed = new Missed();
  /** The audit could not start. */
  refused = false;
  /** Faults that happened, whatever became of them. */
  readonly fired: string[] = [];
  /** Names of reports that the audit may leave, because it was told that somebody else changes them. */
  readonly excused = new Set<string>();
  /** Whether reports were deleted, which comes after all that could be missed. */
  deletes = false;
  readonly #group: ReportGroup;
  readonly #faults: readonly { readonly fault: ApiFault; seen: number }[];
  #writes = false;

  constructor(faults: readonly ApiFault[], group: ReportGroup) {
    this.#faults = faults.map((fault) => ({ fault, seen: 0 }));
    this.#group = group;
  }

  /** What happens to the request; undefined lets it pass. */
  meet(request: ProxiedRequest): Injected | undefined {
    const requests = this.#classify(request);
    if (requests === undefined) return undefined;
    if (requests.to === 'delete') this.deletes = true;
    const found = this.#faults.find(({ fault }) => isSame(fault.requests, requests));
    if (found === undefined) return undefined;
    const { fault } = found;
    const number = found.seen;
    found.seen += 1;
    if (fault.forGood ? number < fault.after : number !== fault.after) return undefined;
    this.fired.push(`${fault.failure} for ${request.method} ${request.path}`);
    this.#note(fault, request);
    return toInjected(fault.failure);
  }

  #classify({ method, path, query }: ProxiedRequest): Requests | undefined {
    // What becomes of the record of a run has tests of its own.
    if (isRunRecord(path)) return undefined;
    const report = reportPath.exec(path);
    if (report !== null) {
      if (method === 'DELETE') return { to: 'delete' };
      if (method === 'GET' && report[2] !== undefined) return undefined;
      if (method === 'GET') return { to: report[1] === this.#group ? 'stored' : 'legacy' };
      this.#writes = true;
      return { to: method === 'POST' ? 'create' : 'change' };
    }
    if (path === '/api' || path === '/apis') return { to: 'discover' };
    if (path.startsWith('/apis/policies.kubewarden.io/')) return { to: 'policies' };
    const isOwn = query.get('limit') === ownPageSize;
    // Later requests for a namespace check whether it still exists.
    if (isOwn || /^\/api\/v1\/namespaces\/[^/]+$/.test(path))
      return this.#writes ? undefined : { to: 'scope' };
    const type = types.find((name) => path.endsWith(`/${name}`));
    return type === undefined ? undefined : { to: 'list', type };
  }

  #note(fault: ApiFault, request: ProxiedRequest): void {
    const { requests, failure } = fault;
    if (requests.to === 'delete' && failure === 409) {
      this.excused.add(nameOfDeleted(request));
      return;
    }
    if (isMadeUpFor(fault, request)) return;
    const what = `${failure} for ${request.method} ${request.path}`;
    switch (requests.to) {
      case 'list':
        this.missed.noteType(what, requests.type, namespaceIn(request.path));
        return;
      case 'discover':
      case 'scope':
      case 'policies':
      case 'stored':
        this.refused = true;
        this.missed.noteEverything(what);
        return;
      case 'legacy':
      case 'create':
      case 'change':
      case 'delete':
        this.missed.note(what);
    }
  }
}

/** Whether a request is about the report in which each run over the whole cluster is recorded. */
export function isRunRecord(path: string): boolean {
  return path.endsWith('/audit-scanner-run');
}

function isSame(a: Requests, b: Requests): boolean {
  return a.to === b.to && (a.to !== 'list' || (b.to === 'list' && a.type === b.type));
}

/** Whether the audit gets by trying again, or in another way, what this failure took from it. */
function isMadeUpFor({ requests, failure, forGood }: ApiFault, { path, query }: ProxiedRequest): boolean {
  const { to } = requests;
  switch (failure) {
    case 429:
    case 500:
    case 503:
    case 'reset':
    case 'cut':
      return !forGood;
    // What a write brought is not read.
    case 'truncate':
      return to === 'create' || to === 'change' || to === 'delete';
    // In place of the list of the whole cluster, that of each namespace; in place of the verb `delete`, `deletecollection`.
    case 403:
      if (to === 'list') return requests.type !== 'namespaces' && namespaceIn(path) === undefined;
      return to === 'delete' && !forGood;
    // A report that disappeared after it was listed is created again, and an API that does not exist holds no reports.
    case 404:
      return (to === 'change' && !forGood) || to === 'legacy';
    case 409:
      return !forGood;
    // The list starts over; only in the middle, except for reports, whose page does not matter.
    case 410:
      if (forGood) return false;
      return query.has('continue') || to === 'stored' || to === 'legacy';
    case 422:
      return false;
  }
}

function toInjected(failure: Failure): Injected {
  if (typeof failure === 'string') return { transport: failure };
  const reason = reasons[failure] ?? '';
  return { answer: { status: failure, body: status(failure, reason, `the server says ${reason}`) } };
}

/** The namespace of the objects that a list is about; undefined for the whole cluster. */
function namespaceIn(path: string): string | undefined {
  return /\/namespaces\/([^/]+)\//.exec(path)?.[1];
}

function nameOfDeleted({ path, query }: ProxiedRequest): string {
  return query.get('fieldSelector')?.split('=')[1] ?? path.split('/').at(-1) ?? '';
}
