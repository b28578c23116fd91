import { runAudit } from '../../src/audit/audit.ts';
import type { AuditPorts } from '../../src/audit/ports.ts';
import type { AuditOutcome } from '../../src/domain/audit.ts';
import { AuditError, errorCodes, NoAnswerError } from '../../src/domain/errors.ts';
import { type EvaluationOutcome } from '../../src/domain/report.ts';
import { reportMapperFor } from '../../src/reports/report-kinds.ts';
import { createReportStore } from '../../src/sinks/kubernetes/report-store.ts';
import { RunRecords } from '../../src/sinks/kubernetes/run-records.ts';
import type { ListTarget } from '../../src/sources/source.ts';
import { aRequest } from '../support/fakes.ts';
import { failure, type ReportMemory, type SeenRequest } from '../support/report-memory.ts';
import { Missed } from './missed.ts';
import { toApi } from './report-api.ts';
import type { Schedule } from './schedule.ts';
import {
  denies,
  ignoredNamespace,
  kubewardenNamespace,
  type ModelCluster,
  toObject,
  toPolicy,
  typeNameOf,
  typeOf,
  types,
} from './world.ts';

const policyReportMapper = reportMapperFor('policyreport');

const openReportsMapper = reportMapperFor('openreports');

const epoch = Date.UTC(2026, 10, 24, 12);
const hourMs = 60 * 60 * 1000;
/** For so long verdicts stay whose policies are not heard. */
export const keepHours = 24;
export const recordName = 'audit-scanner-run';

export type ModelRun = {
  readonly outcome: AuditOutcome | undefined;
  /** Why the audit did not start. */
  readonly refused: AuditError | undefined;
  readonly missed: Missed;
  readonly messages: readonly string[];
  /** Creating, changing and deleting requests, but for the run record's own. */
  readonly writes: number;
  /** The policies that were not heard about an object, and those that said that they failed, as `uid policy`. */
  readonly unanswered: ReadonlySet<string>;
  readonly trapped: ReadonlySet<string>;
};

export type ModelInput = {
  readonly cluster: ModelCluster;
  readonly schedule: Schedule;
  readonly reports: ReportMemory;
  /** Another one gives other verdicts. */
  readonly salt: number;
  readonly present: 'old' | 'current';
};

/** Runs one real audit, with the real report store, over a model cluster in which the scheduled faults happen. */
export async function runModel(input: ModelInput): Promise<ModelRun> {
  const { cluster, schedule, reports } = input;
  const missed = new Missed();
  const messages: string[] = [];
  const [unanswered, trapped] = [new Set<string>(), new Set<string>()];
  const [stop, abort] = [new AbortController(), new AbortController()];
  reports.requests.length = 0;
  reports.namespaces.clear();
  for (const { name } of cluster.namespaces)
    reports.namespaces.set(name, name === schedule.terminating ? 'Terminating' : 'Active');
  reports.intercept = (request) => breakStore(request, input, missed);
  const ports = createPorts(input, { missed, messages, stop, abort, unanswered, trapped });
  const request = aRequest({
    ignoreNamespaces: [ignoredNamespace],
    kubewardenNamespace,
    limits: { evaluations: schedule.workers, namespaces: Infinity, resources: Infinity, policies: 2 },
  });
  if (schedule.record === 'foreign') missed.note('the run record');
  const seen = { missed, messages, unanswered, trapped };
  try {
    const outcome = await runAudit(ports, request, { stop: stop.signal, abort: abort.signal });
    return { outcome, refused: undefined, ...seen, writes: countWrites(reports) };
  } catch (thrown) {
    if (!(thrown instanceof AuditError)) throw thrown;
    return { outcome: undefined, refused: thrown, ...seen, writes: countWrites(reports) };
  }
}

function countWrites({ requests }: ReportMemory): number {
  return requests.filter((request) => {
    const isRead = request.verb === 'list' || request.verb === 'get';
    return !isRead && nameOf(request) !== recordName;
  }).length;
}

type Control = {
  readonly unanswered: Set<string>;
  readonly trapped: Set<string>;
  readonly missed: Missed;
  readonly messages: string[];
  readonly stop: AbortController;
  readonly abort: AbortController;
};

function createPorts(input: ModelInput, control: Control): AuditPorts {
  const { cluster, schedule, reports } = input;
  const { missed, messages } = control;
  const clock = (): Date => new Date(epoch + schedule.hours * hourMs);
  const onNotice = (text: string): void => {
    messages.push(text);
  };
  const records = new RunRecords(toApi(reports), {
    mapper: openReportsMapper,
    toolVersion: 'model',
    clock,
    onNotice,
  });
  return {
    discovery: {
      discover: () => {
        const failures = schedule.discovery
          ? [{ groupVersion: 'apps/v1', error: failedList('apps/v1') }]
          : [];
        if (schedule.discovery) missed.noteType('discovery', 'deployments.apps', undefined);
        return Promise.resolve({
          resources: types.filter(({ group }) => !(schedule.discovery && group === 'apps')),
          failures,
        });
      },
    },
    policies: {
      list: () => {
        if (schedule.brokenPolicy) missed.noteEverything('a broken policy');
        const error = new AuditError(errorCodes.policyInvalid, 'no policy');
        return Promise.resolve({
          policies: cluster.policies.map((policy, index) => toPolicy(policy, index, input.present)),
          broken: schedule.brokenPolicy ? [{ name: 'broken', error }] : [],
        });
      },
    },
    namespaces: {
      list: () => Promise.resolve(cluster.namespaces.map(toNamespace)),
      get: (name) =>
        Promise.resolve(cluster.namespaces.map(toNamespace).find((found) => found.name === name)),
    },
    resources: { list: (target, signal) => listObjects(target, input, { missed, signal }) },
    evaluator: createEvaluator(input, control),
    sink: createReportStore(toApi(reports), {
      mapper: openReportsMapper,
      alternative: policyReportMapper,
      onNotice,
      keep: { maxAgeMs: keepHours * hourMs, readRecord: (signal) => records.read(signal) },
    }),
    recorder: records,
    cleanUp: undefined,
    observer: {
      observe: (event) => {
        if (event.type === 'incident') messages.push(event.incident.error.message);
        if (event.type === 'evaluation-failed') messages.push(event.error.message);
      },
    },
    clock,
  };
}

function toNamespace({ name, production }: ModelCluster['namespaces'][number]) {
  return { name, labels: production ? { env: 'prod' } : {} };
}

async function* listObjects(
  target: ListTarget,
  { cluster, schedule, present }: ModelInput,
  { missed, signal }: { missed: Missed; signal: AbortSignal },
) {
  const type = types.indexOf(target.resource);
  const { namespace, excludeNamespaces } = target;
  const fault = schedule.lists.find((list) => list.type === type && list.namespace === namespace);
  const objects = cluster.objects
    .filter((object) => object[present] && object.type === type)
    .map(toObject)
    .filter(({ reference }) =>
      namespace === undefined
        ? !excludeNamespaces.includes(reference.namespace ?? '')
        : reference.namespace === namespace,
    )
    .sort((a, b) => (pathOf(a) < pathOf(b) ? -1 : 1));
  for (const object of objects.slice(0, fault?.after)) {
    await Promise.resolve();
    signal.throwIfAborted();
    yield object;
  }
  if (fault === undefined) return;
  const isForbidden = fault.reason === 'forbidden';
  // A LIST of the whole cluster that is forbidden is made up for by one in each namespace.
  if (!(isForbidden && namespace === undefined && target.resource.namespaced))
    missed.noteType('a list', typeNameOf(type), namespace);
  throw isForbidden ? new AuditError(errorCodes.listForbidden, 'not allowed') : failedList(typeNameOf(type));
}

function pathOf({ reference }: ReturnType<typeof toObject>): string {
  return `${reference.namespace ?? ''}/${reference.name}`;
}

function failedList(what: string): AuditError {
  return new AuditError(errorCodes.listFailed, `cannot list ${what}`);
}

function createEvaluator(
  { cluster, schedule, salt }: ModelInput,
  { missed, stop, abort, unanswered, trapped }: Control,
): AuditPorts['evaluator'] {
  const indexOf = (name: string): number => Number(name.slice(1));
  let evaluations = 0;
  return {
    prepare: (policies) => {
      const unprepared = policies.filter(({ name }) => schedule.unprepared.includes(indexOf(name)));
      for (const { name, namespace } of unprepared) {
        const reached = cluster.policies[indexOf(name)]?.types ?? [];
        for (const type of reached.filter((index) => namespace === undefined || typeOf(index).namespaced))
          missed.noteType('a policy that cannot be evaluated', typeNameOf(type), namespace);
      }
      const error = new NoAnswerError(errorCodes.policyServerUnresolved, 'no server');
      return Promise.resolve(new Map(unprepared.map(({ uniqueName }) => [uniqueName, error])));
    },
    evaluate: async (policy, { object }, signal): Promise<EvaluationOutcome> => {
      evaluations += 1;
      if (schedule.stop !== undefined && evaluations > schedule.stop.after && !stop.signal.aborted) {
        missed.noteEverything('the rest, after the stop');
        stop.abort(new AuditError(errorCodes.interrupted, 'stopped'));
        if (schedule.stop.abort) abort.abort(new AuditError(errorCodes.interrupted, 'aborted'));
      }
      await Promise.resolve();
      signal.throwIfAborted();
      const policyIndex = indexOf(policy.name);
      const [model, asked] = [cluster.policies[policyIndex], findObject(cluster, object.reference.uid)];
      if (model === undefined || asked === undefined) throw new TypeError('asked about something unknown');
      const pair = `${object.reference.uid} ${policy.uniqueName}`;
      const fault = schedule.evaluations.find(
        (candidate) => candidate.policy === policyIndex && cluster.objects[candidate.object] === asked,
      );
      const isUnprepared = schedule.unprepared.includes(policyIndex);
      if (isUnprepared || fault !== undefined) {
        missed.note('an evaluation');
        const isAnswer = !isUnprepared && fault?.answered === true;
        (isAnswer ? trapped : unanswered).add(pair);
        const error = isAnswer
          ? new AuditError(errorCodes.evaluationFailed, 'it trapped')
          : new NoAnswerError(errorCodes.evaluationTimeout, 'no answer in time');
        return { verdict: 'errored', error };
      }
      return denies(model, asked, salt) ? { verdict: 'denied', message: 'no' } : { verdict: 'allowed' };
    },
    close: () => Promise.resolve(),
  };
}

function findObject(cluster: ModelCluster, uid: string): ModelCluster['objects'][number] | undefined {
  return cluster.objects.find((object) => toObject(object).reference.uid === uid);
}

/** The answer in place of the store's own, where a fault is scheduled for the report that a request is about. */
function breakStore(request: SeenRequest, { cluster, schedule }: ModelInput, missed: Missed) {
  const { verb, path } = request;
  if (schedule.reports && verb === 'list') {
    missed.noteEverything('the stored reports');
    return failure(403, 'Forbidden', 'no');
  }
  const name = nameOf(request);
  const uidOf = (index: number): string | undefined => {
    const object = cluster.objects[index];
    return object === undefined ? undefined : toObject(object).reference.uid;
  };
  const isDeletion = verb === 'delete' || verb === 'deletecollection';
  const faults = isDeletion
    ? schedule.deletions
    : verb === 'create' || verb === 'patch'
      ? schedule.writes
      : [];
  const fault = faults.find(({ object }) => uidOf(object) === name);
  if (fault === undefined) return undefined;
  const subject = findObject(cluster, name);
  const namespace = /\/namespaces\/([^/]+)\//.exec(path)?.[1];
  // A report that was changed in the meantime is not deleted: the next run looks at it again. In a namespace that is being
  // deleted there is nothing to store any more.
  const isExcused = isDeletion
    ? fault.status === 409
    : fault.status === 403 && namespace !== undefined && namespace === schedule.terminating;
  if (subject === undefined || isExcused) return failure(fault.status, 'Fault', 'injected');
  if (isDeletion) missed.note('a deletion');
  else missed.noteType(`${verb} of a report`, typeNameOf(subject.type), namespace);
  return failure(fault.status, 'Fault', 'injected');
}

function nameOf({ verb, path, query, body }: SeenRequest): string {
  if (verb === 'create') return (body as { metadata: { name: string } }).metadata.name;
  if (verb === 'deletecollection') return (query['fieldSelector'] ?? '').split('=')[1] ?? '';
  return path.split('/').at(-1) ?? '';
}
