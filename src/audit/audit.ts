import type { AuditOutcome, PolicyStatus } from '../domain/audit.ts';
import { AuditError, errorCodes } from '../domain/errors.ts';
import { formatPolicy } from '../domain/policy.ts';
import { type AuditRun, compareText } from '../domain/report.ts';
import { type AuditPlan, type PlanScope, planAudit } from '../matching/plan.ts';
import type { DiscoveredApi, Namespace } from '../sources/source.ts';
import { Coverage } from './coverage.ts';
import { IncidentLog, type NewIncident } from './incidents.ts';
import type { AuditPorts, AuditRequest, AuditSignals } from './ports.ts';
import { type ScanContext, scanTypes } from './scan.ts';
import { Tally } from './tally.ts';

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
  const facts = await audit.gather();
  const plan = await audit.plan(facts);
  await ports.sink.open(run, request.scope, signals.stop);
  await audit.scan(plan, facts.scope);
  const deleted = await audit.close();
  const outcome = audit.outcome({ run, plan, deleted });
  ports.observer.observe({ type: 'audit-finished', outcome });
  return outcome;
}

type Facts = {
  readonly api: DiscoveredApi;
  readonly policies: Awaited<ReturnType<AuditPorts['policies']['list']>>;
  readonly scope: PlanScope;
};

class Audit {
  readonly #ports: AuditPorts;
  readonly #request: AuditRequest;
  readonly #signals: AuditSignals;
  readonly #coverage = new Coverage();
  readonly #incidents = new IncidentLog();
  readonly #tally = new Tally();

  constructor(ports: AuditPorts, request: AuditRequest, signals: AuditSignals) {
    this.#ports = ports;
    this.#request = request;
    this.#signals = signals;
  }

  async gather(): Promise<Facts> {
    const { discovery, policies } = this.#ports;
    const [api, listed, namespaces] = await Promise.all([
      discovery.discover(this.#signals.stop),
      policies.list(this.#signals.stop),
      this.#gatherNamespaces(),
    ]);
    const { scope } = this.#request;
    const planScope: PlanScope = {
      cluster: scope.cluster,
      namespaces: new Map(namespaces.map(({ name, labels }) => [name, labels])),
      allNamespaces: scope.namespaces === 'all',
    };
    return { api, policies: listed, scope: planScope };
  }

  async #gatherNamespaces(): Promise<readonly Namespace[]> {
    const { namespaces } = this.#request.scope;
    const { stop } = this.#signals;
    if (namespaces === 'none') return [];
    if (namespaces === 'all') {
      const ignored = new Set(this.#request.ignoreNamespaces);
      return (await this.#ports.namespaces.list(stop)).filter(({ name }) => !ignored.has(name));
    }
    return Promise.all(
      namespaces.map(async (name) => {
        const found = await this.#ports.namespaces.get(name, stop);
        if (found === undefined) {
          throw new AuditError(errorCodes.namespaceNotFound, `namespace "${name}" does not exist`, {
            tries: ['kubectl get namespaces'],
          });
        }
        return found;
      }),
    );
  }

  /** Plans, and asks the evaluator which of the planned policies it cannot evaluate. */
  async plan({ api, policies, scope }: Facts): Promise<AuditPlan> {
    const { acceptsPolicy, acceptsType } = this.#request;
    const facts = {
      resources: api.resources,
      unavailable: api.failures.map(({ groupVersion }) => groupVersion),
    };
    const plan = planAudit(policies.policies, facts, {
      scope,
      filter: { policy: acceptsPolicy, type: acceptsType },
    });
    for (const { name, error } of policies.broken) {
      // Its rules are unknown, so any report may hold a result of it.
      this.#coverage.missEverything();
      this.#report({ error, scope: { policy: name } });
    }
    for (const { path, error } of api.unread ?? []) {
      this.#coverage.missEverything();
      this.#report({ error, scope: { path } });
    }
    for (const selected of plan.selected) this.#noteBlindSpots(selected, api);
    return this.#markUnprepared(plan);
  }

  #noteBlindSpots({ status, targets, unknown }: AuditPlan['selected'][number], api: DiscoveredApi): void {
    const policy = formatPolicy(status.policy);
    for (const groupVersion of unknown) {
      this.#coverage.missGroupVersion(groupVersion);
      const failure = api.failures.find((candidate) => candidate.groupVersion === groupVersion);
      if (failure !== undefined) this.#report({ error: failure.error, scope: { resource: groupVersion } });
    }
    if (status.state !== 'errored' || unknown.length > 0) return;
    for (const target of targets) this.#coverage.miss(target, undefined);
    const error = new AuditError(
      errorCodes.policyInvalid,
      `${policy} is not audited: ${status.reason ?? ''}`,
    );
    this.#report({ error, scope: { policy } });
  }

  async #markUnprepared(plan: AuditPlan): Promise<AuditPlan> {
    const audited = plan.selected.filter(({ status }) => status.state === 'audited');
    const unprepared = await this.#ports.evaluator.prepare(
      audited.map(({ status }) => status.policy),
      this.#signals.stop,
    );
    const selected = plan.selected.map((candidate) => {
      const error = unprepared.get(candidate.status.policy.uniqueName);
      if (error === undefined || candidate.status.state !== 'audited') return candidate;
      for (const target of candidate.targets) this.#coverage.miss(target, undefined);
      this.#report({ error, scope: { policy: formatPolicy(candidate.status.policy) } });
      return {
        ...candidate,
        status: { ...candidate.status, state: 'errored' as const, reason: error.message },
      };
    });
    return { ...plan, selected };
  }

  async scan(plan: AuditPlan, scope: PlanScope): Promise<void> {
    const context: ScanContext = {
      ports: this.#ports,
      request: this.#request,
      signals: this.#signals,
      namespaces: new Set(scope.namespaces.keys()),
      excludeNamespaces: this.#request.ignoreNamespaces,
      coverage: this.#coverage,
      tally: this.#tally,
      report: (incident) => {
        this.#report(incident);
      },
    };
    const { observer } = this.#ports;
    if (scope.cluster) {
      observer.observe({ type: 'pass-started', pass: 'cluster', policies: statusesFor(plan, 'cluster') });
      await scanTypes(
        plan.types.filter(({ namespaced }) => !namespaced),
        context,
      );
      observer.observe({ type: 'pass-finished', pass: 'cluster' });
    }
    if (this.#request.scope.namespaces !== 'none') {
      observer.observe({
        type: 'pass-started',
        pass: 'namespaced',
        policies: statusesFor(plan, 'namespaced'),
      });
      await scanTypes(
        plan.types.filter(({ namespaced }) => namespaced),
        context,
      );
      for (const namespace of [...scope.namespaces.keys()].sort(compareText)) {
        observer.observe({ type: 'namespace-finished', namespace });
      }
      observer.observe({ type: 'pass-finished', pass: 'namespaced' });
    }
  }

  /** Resolves to how many reports were deleted. After a run that was cut short that is none. */
  async close(): Promise<number> {
    const { sink, cleanUp } = this.#ports;
    const { stop, abort } = this.#signals;
    const closed = await sink.close(
      (subject) => !stop.aborted && this.#coverage.sawEverythingAround(subject),
      abort,
    );
    for (const incident of closed.incidents) this.#report(incident);
    if (cleanUp === undefined || !this.#isComplete()) return closed.deleted;
    const cleaned = await cleanUp(abort);
    for (const incident of cleaned.incidents) this.#report(incident);
    return closed.deleted + cleaned.deleted;
  }

  #isComplete(): boolean {
    return (
      !this.#signals.stop.aborted &&
      this.#incidents.list().length === 0 &&
      this.#tally.evaluationFailures().length === 0
    );
  }

  outcome({ run, plan, deleted }: { run: AuditRun; plan: AuditPlan; deleted: number }): AuditOutcome {
    return {
      run,
      finishedAt: this.#ports.clock(),
      policies: plan.selected.map(({ status }) => status),
      totals: this.#tally.totals(deleted),
      evaluationFailures: this.#tally.evaluationFailures(),
      incidents: this.#incidents.list(),
      interrupted: this.#signals.stop.aborted,
      complete: this.#isComplete(),
    };
  }

  #report(incident: NewIncident): void {
    if (this.#incidents.add(incident))
      this.#ports.observer.observe({ type: 'incident', incident: { count: 1, ...incident } });
  }
}

/** The policies that a pass concerns, for its log lines. */
function statusesFor(plan: AuditPlan, pass: 'cluster' | 'namespaced'): readonly PolicyStatus[] {
  const namespaced = pass === 'namespaced';
  return plan.selected
    .filter(({ status, targets }) =>
      targets.length === 0
        ? namespaced || status.policy.namespace === undefined
        : targets.some((target) => target.namespaced === namespaced),
    )
    .map(({ status }) => status);
}
