import {
  AuditError,
  type AuditOutcome,
  type AuditRun,
  compareText,
  type ErrorCode,
  errorCodes,
  formatPolicy,
  type Policy,
  type PolicyStatus,
} from '../domain/index.ts';
import type { PlanScope, SelectedPolicy } from '../matching/index.ts';
import type { CloseOutcome } from '../sinks/index.ts';
import type { DiscoveredApi } from '../sources/index.ts';
import { AnnotationBook } from './annotation-book.ts';
import { BaselineBook } from './baseline-book.ts';
import { CoverageRecord } from './coverage.ts';
import { ExceptionBook } from './exception-book.ts';
import { OwnerBook } from './owners.ts';
import { expectOf, passesOf, statusesFor, typesOf } from './passes.ts';
import type { AuditPorts, AuditRequest, AuditSignals } from './ports.ts';
import { type Preparation, prepareAudit } from './preparation.ts';
import { type ScanContext, scanTypes } from './scan.ts';
import { IncidentLog, type NewIncident, Tally } from './tally.ts';

/**
 * The use case: what is to be audited -> list, match, evaluate, store -> remove stale reports. Resolves with what was done and
 * what was missed; rejects with an AuditError when the audit could not start.
 */
export async function runAudit(
  ports: AuditPorts,
  request: AuditRequest,
  signals: AuditSignals,
): Promise<AuditOutcome> {
  const run: AuditRun = { runUid: request.runUid, startedAt: ports.clock() };
  const audit = new Audit(ports, request, signals);
  ports.observer.observe({ type: 'audit-started', run, scope: request.scope });
  const preparation = await prepareAudit(ports, request, signals.stop);
  audit.noteBlindSpots(preparation);
  await ports.sink.open(run, request.scope, signals.stop);
  await audit.scan(preparation);
  const closed = await audit.close();
  const outcome = await audit.record({ run, preparation, closed });
  ports.observer.observe({ type: 'audit-finished', outcome });
  return outcome;
}

type Ending = {
  readonly run: AuditRun;
  readonly preparation: Preparation;
  readonly closed: CloseOutcome;
};

class Audit {
  readonly #ports: AuditPorts;
  readonly #request: AuditRequest;
  readonly #signals: AuditSignals;
  readonly #coverage = new CoverageRecord();
  readonly #incidents = new IncidentLog();
  readonly #tally = new Tally();
  readonly #exceptions: ExceptionBook;
  readonly #annotations: AnnotationBook | undefined;
  readonly #baseline: BaselineBook;

  constructor(ports: AuditPorts, request: AuditRequest, signals: AuditSignals) {
    this.#ports = ports;
    this.#request = request;
    this.#signals = signals;
    this.#exceptions = new ExceptionBook(request.exceptions ?? [], ports.clock());
    this.#annotations = ports.annotations && new AnnotationBook(ports.annotations, ports.clock());
    this.#baseline = new BaselineBook(request.baseline);
  }

  /** Remembers what is missed before the first object is listed. */
  noteBlindSpots({ api, policies, plan, scope, unprepared }: Preparation): void {
    this.#coverage.plan(plan, scope);
    for (const { name, error } of policies.broken) {
      // Its rules are unknown, so any report may hold a result of it.
      this.#coverage.missUnknown(name, error);
      this.#report({ error, scope: { policy: name } });
    }
    for (const { path, error } of api.unread ?? []) {
      this.#coverage.missUnknown(undefined, error);
      this.#report({ error, scope: { path } });
    }
    for (const selected of plan.selected) {
      this.#noteUnknownTypes(selected, api);
      const error = unprepared.get(selected.status.policy.uniqueName) ?? whyNotPlanned(selected);
      if (error !== undefined) this.#missPolicy(selected, error);
    }
  }

  #noteUnknownTypes({ status, unknown }: SelectedPolicy, api: DiscoveredApi): void {
    for (const groupVersion of unknown) {
      const failure = api.failures.find((candidate) => candidate.groupVersion === groupVersion);
      if (failure === undefined) continue;
      this.#coverage.missGroupVersion(status.policy, groupVersion, failure.error);
      this.#report({ error: failure.error, scope: { resource: groupVersion } });
    }
  }

  #missPolicy({ status, targets }: SelectedPolicy, error: AuditError): void {
    this.#coverage.missPolicy(status.policy, targets, error);
    this.#report({ error, scope: { policy: formatPolicy(status.policy) } });
  }

  async scan({ api, plan, scope, conditions }: Preparation): Promise<void> {
    const { observer, owners } = this.#ports;
    const context: ScanContext = {
      ports: this.#ports,
      request: this.#request,
      signals: this.#signals,
      namespaces: new Set(scope.namespaces.keys()),
      excludeNamespaces: unlistedNamespaces(this.#request, scope),
      conditions,
      nameOnly: scope.nameOnly ?? new Set(),
      coverage: this.#coverage,
      tally: this.#tally,
      exceptions: this.#exceptions,
      annotations: this.#annotations,
      baseline: this.#baseline,
      owners: owners && new OwnerBook({ source: owners, types: api.resources }),
      report: (incident) => {
        this.#report(incident);
      },
    };
    const passes = passesOf(this.#request).map((pass) => ({ pass, types: typesOf(plan, pass, scope) }));
    const types = passes.flatMap((each) => each.types).map((type) => expectOf(type, this.#ports.sink));
    observer.observe({ type: 'scan-planned', types });
    for (const { pass, types } of passes) {
      observer.observe({ type: 'pass-started', pass, policies: statusesFor(plan, pass) });
      await scanTypes(types, context);
      if (pass === 'namespaced') {
        for (const namespace of [...scope.namespaces.keys()].sort(compareText))
          observer.observe({ type: 'namespace-finished', namespace });
      }
      observer.observe({ type: 'pass-finished', pass });
    }
  }

  /** Removes stale reports. After a run that was cut short there are none that may be called so. */
  async close(): Promise<CloseOutcome> {
    const { sink, cleanUp } = this.#ports;
    const { stop, abort } = this.#signals;
    const closed = await sink.close(
      (subject) => !stop.aborted && this.#coverage.sawEverythingAround(subject),
      abort,
    );
    this.#missIncidents(closed);
    if (cleanUp === undefined || !this.#isComplete()) return closed;
    const cleaned = await cleanUp(abort);
    this.#missIncidents(cleaned);
    return { ...closed, deleted: closed.deleted + cleaned.deleted };
  }

  #missIncidents({ incidents }: CloseOutcome): void {
    for (const incident of incidents) {
      this.#coverage.missIncident(incident);
      this.#report(incident);
    }
  }

  #isComplete(): boolean {
    return !this.#signals.stop.aborted && this.#coverage.isComplete();
  }

  /** Has the run recorded. If that fails, the outcome is not the one that would have been. */
  async record(ending: Ending): Promise<AuditOutcome> {
    const outcome = this.#outcome(ending);
    const incident = await this.#ports.recorder?.write(outcome, this.#signals.abort);
    if (incident === undefined) return outcome;
    this.#coverage.missIncident(incident);
    this.#report(incident);
    return this.#outcome(ending);
  }

  #outcome({ run, preparation, closed }: Ending): AuditOutcome {
    const { plan, policies, ignoredNamespaces } = preparation;
    const { shard } = this.#request;
    const selected = new Set(plan.selected.map(({ status }) => status.policy));
    const leftOut = {
      policies: policies.policies.filter((policy) => !selected.has(policy) && this.#isAround(policy)),
      ignoredNamespaces,
      labelSelector: this.#request.labelSelector,
      shard: shard && { index: shard.index, count: shard.count },
      input: preparation.api.input,
    };
    const totals = this.#tally.totals(closed, this.#request.reuse);
    const coverage = this.#coverage.describe(leftOut, closed.kept);
    const { filters } = this.#request;
    const statuses = this.#withoutNotStarted(plan.selected.map(({ status }) => status));
    return {
      run,
      finishedAt: this.#ports.clock(),
      policies: statuses,
      answered: this.#coverage.answeredPolicies(),
      refuted: this.#coverage.refutedPolicies(),
      totals,
      evaluationFailures: this.#tally.evaluationFailures(),
      incidents: this.#incidents.list(),
      baseline: this.#baseline.compare({ policies: statuses, coverage, filters }),
      filters,
      coverage: totals.reuse === undefined ? coverage : { ...coverage, reused: totals.reuse.reused },
      ...this.#describeExceptions(),
      load: this.#ports.evaluator.load?.(),
      connections: this.#ports.evaluator.connections?.(),
      interrupted: this.#signals.stop.aborted,
      complete: this.#isComplete(),
    };
  }

  #describeExceptions(): Pick<AuditOutcome, 'exceptions' | 'annotations'> {
    const sawEverything = this.#isComplete() && this.#request.partial !== true;
    const ofObjects = this.#annotations?.uses(sawEverything) ?? [];
    return {
      exceptions: [...this.#exceptions.uses(sawEverything), ...ofObjects],
      ...(this.#annotations && { annotations: this.#annotations.describe() }),
    };
  }

  /** What a policy server only says when it is asked: a policy that it could not start has not been audited, wherever it was to run. */
  #withoutNotStarted(statuses: readonly PolicyStatus[]): readonly PolicyStatus[] {
    const failures = this.#tally.evaluationFailures().filter(({ code }) => notStarted.has(code));
    const reasons = new Map(failures.map(({ policy, message }) => [policy, message]));
    return statuses.map((status) => {
      const reason = reasons.get(status.policy);
      const isOut = status.state === 'audited' && !this.#coverage.hasAnswered(status.policy);
      return reason === undefined || !isOut ? status : { ...status, state: 'errored', reason };
    });
  }

  /** With named namespaces, the policies of other namespaces do not matter. */
  #isAround({ namespace }: Policy): boolean {
    const { namespaces } = this.#request.scope;
    return namespace === undefined || namespaces === 'all' || namespaces.includes(namespace);
  }

  #report(incident: NewIncident): void {
    if (this.#incidents.add(incident))
      this.#ports.observer.observe({ type: 'incident', incident: { count: 1, ...incident } });
  }
}

const notStarted: ReadonlySet<ErrorCode> = new Set([
  errorCodes.policySettingsInvalid,
  errorCodes.policyNotRunnable,
]);

/** A policy that should take part and cannot, but for one whose types are unknown: those are reported by themselves. */
function whyNotPlanned({ status, unknown }: SelectedPolicy): AuditError | undefined {
  if (status.state !== 'errored' || unknown.length > 0) return undefined;
  const message = `${formatPolicy(status.policy)} is not audited: ${status.reason ?? ''}`;
  return new AuditError(errorCodes.policyInvalid, message);
}

/** What a LIST of the whole cluster need not bring. */
function unlistedNamespaces(
  { ignoreNamespaces, kubewardenNamespace }: AuditRequest,
  { namespaces }: PlanScope,
): readonly string[] {
  if (kubewardenNamespace === undefined || namespaces.has(kubewardenNamespace)) return ignoreNamespaces;
  return [...new Set([...ignoreNamespaces, kubewardenNamespace])];
}
