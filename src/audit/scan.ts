import {
  type AuditError,
  type AuditedObject,
  compareResults,
  type EvaluationOutcome,
  errorCodes,
  formatGroupResource,
  formatPolicy,
  type ObjectReference,
  type Policy,
  type PolicyResult,
  type ResourceReport,
  toAuditError,
  toPolicyResult,
} from '../domain/index.ts';
import { buildReview, type Review } from '../evaluation/index.ts';
import type { MatchConditions, PlannedType } from '../matching/index.ts';
import { type Admission, createAdmission } from './admission.ts';
import type { AnnotationBook } from './annotation-book.ts';
import type { BaselineBook } from './baseline-book.ts';
import { forEachConcurrent } from './concurrency.ts';
import type { CoverageRecord } from './coverage.ts';
import type { ExceptionBook } from './exception-book.ts';
import { type JoinedObject, joinByName } from './join.ts';
import { interruption, missType } from './missed-types.ts';
import type { OwnerBook } from './owners.ts';
import type { AuditPorts, AuditRequest, AuditSignals } from './ports.ts';
import { type Question, questionsAbout } from './questions.ts';
import { tellReuse } from './stored-verdicts.ts';
import type { NewIncident, Tally } from './tally.ts';
import { TypeSize } from './type-size.ts';

/** What one scan works with. `namespaces` are the audited ones: objects in newer namespaces are left for the next run. */
export type ScanContext = {
  readonly ports: AuditPorts;
  readonly request: AuditRequest;
  readonly signals: AuditSignals;
  readonly namespaces: ReadonlySet<string>;
  readonly excludeNamespaces: readonly string[];
  readonly conditions: ReadonlyMap<Policy, MatchConditions>;
  /** The audited namespaces of which no more is known than the name. */
  readonly nameOnly: ReadonlySet<string>;
  readonly coverage: CoverageRecord;
  readonly tally: Tally;
  readonly exceptions: ExceptionBook;
  /** Undefined where what objects say of themselves does not count. */
  readonly annotations: AnnotationBook | undefined;
  readonly baseline: BaselineBook;
  /** Undefined if no output needs owners. */
  readonly owners: OwnerBook | undefined;
  readonly report: (incident: NewIncident) => void;
};

type WorkItem = { readonly type: PlannedType; readonly joined: JoinedObject; readonly gateKey: string };

/** Audits every object of the planned types. Failures become incidents; rejects only for defects. */
export async function scanTypes(types: readonly PlannedType[], context: ScanContext): Promise<void> {
  const { limits } = context.request;
  const gate = createAdmission(limits);
  const workers = Math.min(limits.namespaces * limits.resources, limits.evaluations);
  await forEachConcurrent(itemsOf(types, { context, gate }), workers, async (item) => {
    try {
      await auditObject(item, context);
    } finally {
      gate.leave(item.gateKey);
    }
  });
}

type Feed = { readonly context: ScanContext; readonly gate: Admission };
type TypeFeed = Feed & { readonly size: TypeSize };

async function* itemsOf(types: readonly PlannedType[], feed: Feed): AsyncGenerator<WorkItem> {
  for (const type of types) {
    const { stop } = feed.context.signals;
    if (stop.aborted) {
      missType(type, { namespace: undefined, seen: 0, error: interruption(type, stop) }, feed.context);
      continue;
    }
    const size = new TypeSize(formatGroupResource(type), feed.context.ports.observer);
    if (type.namespaces === 'all') yield* listEverywhere(type, { ...feed, size });
    else yield* listEach(type, type.namespaces, { ...feed, size });
    size.end();
  }
}

/** One cluster-wide LIST; where that is forbidden, one LIST per audited namespace, which may be allowed. */
async function* listEverywhere(type: PlannedType, feed: TypeFeed): AsyncGenerator<WorkItem> {
  const { context, size } = feed;
  const progress = { seen: 0 };
  size.expectLists(1);
  try {
    yield* listObjects(type, { namespace: undefined, progress }, feed);
  } catch (thrown) {
    const error = toAuditError(thrown);
    const mayBeAllowedInside = type.namespaced && error.code === errorCodes.listForbidden;
    if (!mayBeAllowedInside || context.signals.stop.aborted) {
      missType(type, { namespace: undefined, ...progress, error }, context);
      return;
    }
    yield* listEach(type, [...context.namespaces], feed);
  }
}

async function* listEach(
  type: PlannedType,
  namespaces: readonly string[],
  feed: TypeFeed,
): AsyncGenerator<WorkItem> {
  feed.size.expectLists(namespaces.length);
  for (const namespace of namespaces) {
    const progress = { seen: 0 };
    try {
      yield* listObjects(type, { namespace, progress }, feed);
    } catch (thrown) {
      missType(type, { namespace, ...progress, error: toAuditError(thrown) }, feed.context);
    }
  }
}

/** One LIST. `progress` counts the objects that came of it before it ended, well or not. */
async function* listObjects(
  type: PlannedType,
  { namespace, progress }: { namespace: string | undefined; progress: { seen: number } },
  { context, gate, size }: TypeFeed,
): AsyncGenerator<WorkItem> {
  const { ports, request, signals, excludeNamespaces } = context;
  const { labelSelector } = request;
  const target = { namespace, excludeNamespaces, labelSelector, onSize: sizeListener(size, request) };
  const lists = type.versions.map(({ resource }) =>
    ports.resources.list({ ...target, resource }, signals.stop),
  );
  try {
    for await (const joined of joinByName(lists)) {
      const reference = joined.views.find((view) => view !== undefined)?.reference;
      const gateKey = reference?.namespace ?? '';
      if (type.namespaced && namespace === undefined && !context.namespaces.has(gateKey)) continue;
      if (belongsToOthers(reference, request)) continue;
      await gate.enter(gateKey);
      if (signals.stop.aborted) {
        gate.leave(gateKey);
        throw interruption(type, signals.stop);
      }
      progress.seen += 1;
      yield { type, joined, gateKey };
    }
  } finally {
    size.endList(progress.seen);
  }
}

/** What the API counts are the objects of all shards. */
function sizeListener(size: TypeSize, { shard }: AuditRequest): TypeSize['tell'] | undefined {
  return shard === undefined ? size.tell : undefined;
}

/** Whether another shard audits the object. */
function belongsToOthers(reference: ObjectReference | undefined, { shard }: AuditRequest): boolean {
  return shard !== undefined && reference !== undefined && !shard.owns(reference);
}

async function auditObject({ type, joined }: WorkItem, context: ScanContext): Promise<void> {
  const { ports, tally, signals } = context;
  const questions = questionsAbout(type, joined, {
    ...context,
    miss: (policy, seen, error) => {
      missFact({ policy, object: seen, error }, type, context);
    },
  });
  const object = questions[0]?.object ?? joined.views.find((view) => view !== undefined);
  if (object === undefined) return;
  context.owners?.see(object);
  const { reference: subject } = object;
  const groupResource = formatGroupResource(type);
  tally.addResource();
  const { length: policies } = questions;
  ports.observer.observe({ type: 'object-started', object: subject, groupResource, policies });

  try {
    const results = await evaluateAll(questions, type, context);
    const report = await toReport(results, { type, object, context });
    if (report !== undefined) await store(report, type, context);
    ports.observer.observe({ type: 'object-finished', object: subject, report });
  } catch (thrown) {
    if (!signals.abort.aborted) throw thrown;
    const error = interruption(type, signals.stop);
    missType(type, { namespace: subject.namespace, seen: 1, error }, context);
  }
}

/** What was found, with who answers for it and who owns the object; undefined where no policy was asked. */
async function toReport(
  results: readonly PolicyResult[],
  { type, object, context }: Asked & { readonly object: AuditedObject },
): Promise<ResourceReport | undefined> {
  const { exceptions, annotations, owners, baseline, signals } = context;
  const { reference: subject, origin } = object;
  const byFile = exceptions.apply({
    subject,
    groupResource: formatGroupResource(type),
    results: results.toSorted(compareResults),
    ...(origin && { origin }),
  });
  const report = annotations?.apply(byFile, object) ?? byFile;
  if (results.length === 0) return undefined;
  return baseline.apply(owners === undefined ? report : await owners.nameOwner(report, object, signals.stop));
}

/** Of what was not asked there is no answer, which is what the coverage counts; of what was asked in doubt there is one besides. */
function missFact(
  { policy, object, error }: { policy: Policy; object: AuditedObject; error: AuditError },
  type: PlannedType,
  { coverage, report, ports }: ScanContext,
): void {
  const { namespace } = object.reference;
  coverage.count(policy, type, { namespace, answered: false, error });
  ports.observer.observe({ type: 'match-unknown', object: object.reference, policy, error });
  const resource = formatGroupResource(type);
  report({ error, scope: { policy: formatPolicy(policy), resource, namespace } });
}

async function evaluateAll(
  questions: readonly Question[],
  type: PlannedType,
  context: ScanContext,
): Promise<PolicyResult[]> {
  const { ports, request, signals } = context;
  const results: PolicyResult[] = [];
  const reviews = new Map<AuditedObject, Review>();
  await forEachConcurrent(
    questions,
    Math.min(request.limits.policies, questions.length),
    async (question) => {
      const { object, policy, failure } = question;
      const review = reviews.get(object) ?? buildReview(object, { compat: request.compatRequest });
      reviews.set(object, review);
      const outcome: EvaluationOutcome =
        failure === undefined
          ? await ports.evaluator.evaluate(policy, review, signals.abort)
          : { verdict: 'errored', error: failure };
      results.push(toPolicyResult(policy, outcome));
      tell(question, outcome, { type, context });
    },
  );
  return results;
}

type Asked = { readonly type: PlannedType; readonly context: ScanContext };

/** A verdict in doubt counts as a result, but not as an answer. */
function tell({ object, policy }: Question, outcome: EvaluationOutcome, { type, context }: Asked): void {
  const error = outcome.verdict === 'errored' ? outcome.error : outcome.doubt;
  const { namespace } = object.reference;
  context.coverage.count(policy, type, { namespace, answered: outcome.verdict !== 'errored', error });
  if (outcome.verdict !== 'errored') tellReuse(outcome.reuse, { object: object.reference, policy }, context);
  if (error === undefined) return;
  if (outcome.verdict === 'errored') {
    context.tally.addAdvice(error);
    const failure = { type: 'evaluation-failed', object: object.reference, policy, error } as const;
    context.ports.observer.observe(failure);
  } else {
    context.report({ error, scope: { policy: formatPolicy(policy) } });
  }
}

async function store(report: ResourceReport, type: PlannedType, context: ScanContext): Promise<void> {
  const { ports, tally, signals } = context;
  tally.addReport(report);
  try {
    tally.addWrite(await ports.sink.write(report, signals.abort));
  } catch (thrown) {
    if (signals.abort.aborted) throw thrown;
    const { namespace } = report.subject;
    const error = toAuditError(thrown);
    context.coverage.missReport(type, namespace, error);
    context.report({ error, scope: { resource: report.groupResource, namespace } });
  }
}
