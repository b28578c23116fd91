import type { AuditEvent, AuditObserver } from '../../audit/index.ts';
import {
  type AuditOutcome,
  type AuditRun,
  type AuditScope,
  type ErrorCode,
  errorCodes,
  type Incident,
  type PolicyStatus,
} from '../../domain/index.ts';
import { type LogLevel, type LogLine } from '../../host/index.ts';
import { type ReportMapper, toCoverageFields } from '../../reports/index.ts';
import { CauseCount } from './cause-count.ts';

export type LogSettings = {
  readonly limits: {
    readonly parallelNamespaces: number;
    readonly parallelResources: number;
    readonly parallelPolicies: number;
  };
  /** Whether reports are to be stored. */
  readonly store: boolean;
  /** Tells each cause of failures once, with a count, when the audit is over; else every failure as it happens. */
  readonly counts: boolean;
  /** Prints every report in this API's form; undefined prints none. */
  readonly reportMapper: ReportMapper | undefined;
};

type EventOf<T extends AuditEvent['type']> = Extract<AuditEvent, { type: T }>;

/** What is expected is for the progress; of a match that is not known there is an incident besides. */
const untold = [
  'scan-planned',
  'type-sized',
  'match-unknown',
  'clusters-planned',
  'cluster-finished',
] as const;
type Told = Exclude<AuditEvent, { type: (typeof untold)[number] }>;

function isTold(event: AuditEvent): event is Told {
  return !untold.some((type) => type === event.type);
}

/** Tells an audit in the log messages and keys of the Go scanner, plus those that it lacks. */
export class AuditLog implements AuditObserver {
  readonly #settings: LogSettings;
  readonly #write: (line: LogLine) => void;
  /** Namespaces whose first object has been met; the others are told when they are finished. */
  readonly #startedNamespaces = new Set<string>();
  /** Policies that have been told to be left out; both passes may concern the same. */
  readonly #leftOut = new Set<string>();
  readonly #causes = new CauseCount();
  #run: AuditRun = { runUid: '', startedAt: new Date(0) };
  #namespaces: AuditScope['namespaces'] = 'all';

  constructor(settings: LogSettings, write: (line: LogLine) => void) {
    this.#settings = settings;
    this.#write = write;
  }

  observe(event: AuditEvent): void {
    if (isTold(event)) this.#tell(event);
  }

  #tell(event: Told): void {
    switch (event.type) {
      case 'audit-started':
        this.#run = event.run;
        this.#namespaces = event.scope.namespaces;
        return;
      case 'pass-started':
        this.#startPass(event);
        return;
      case 'pass-finished':
        this.#finishPass(event);
        return;
      case 'object-started':
        this.#startObject(event);
        return;
      case 'object-finished':
        this.#finishObject(event);
        return;
      case 'namespace-finished':
        this.#startNamespace(event.namespace);
        this.#log('info', 'Namespaced resources scan finished', { namespace: event.namespace });
        return;
      case 'evaluation-failed':
        this.#failEvaluation(event);
        return;
      case 'incident':
        this.#tellFailure(toIncidentLine(event.incident));
        return;
      case 'audit-finished':
        this.#finishAudit(event.outcome);
        return;
    }
  }

  #startPass({ pass, policies }: EventOf<'pass-started'>): void {
    const { parallelNamespaces, parallelResources } = this.#settings.limits;
    const audits = { 'parallel-resources-audits': parallelResources };
    if (pass === 'cluster') {
      this.#log('info', 'clusterwide resources scan started', { RunUID: this.#run.runUid });
      this.#log('info', 'cluster admission policies count', { ...countPolicies(policies), ...audits });
    } else {
      if (this.#namespaces === 'all') {
        const dict = { 'parallel-namespaces-audits': parallelNamespaces };
        this.#log('info', 'all-namespaces scan started', { dict });
      }
      this.#log('info', 'policy count', countPolicies(policies));
    }
    for (const status of policies) this.#tellLeftOut(status);
  }

  #tellLeftOut({ policy, state, reason }: PolicyStatus): void {
    if (state === 'audited' || this.#leftOut.has(policy.uniqueName)) return;
    this.#leftOut.add(policy.uniqueName);
    this.#log('info', 'policy not audited', { policy: policy.uniqueName, reason: reason ?? '' });
  }

  #finishPass({ pass }: EventOf<'pass-finished'>): void {
    if (pass === 'cluster') this.#log('info', 'Cluster-wide resources scan finished', {});
    else if (this.#namespaces === 'all') this.#log('info', 'all-namespaces scan finished', {});
  }

  #startNamespace(namespace: string): void {
    if (this.#startedNamespaces.has(namespace)) return;
    this.#startedNamespaces.add(namespace);
    this.#log('info', 'namespace scan started', {
      namespace,
      RunUID: this.#run.runUid,
      'parallel-resources-audits': this.#settings.limits.parallelResources,
    });
  }

  #startObject({ object, policies, groupResource }: EventOf<'object-started'>): void {
    const fields = {
      resource: object.name,
      'resource-type': groupResource,
      'policies-to-evaluate': policies,
    };
    if (object.namespace === undefined) {
      this.#log('info', 'audit clusterwide resource', fields);
      return;
    }
    this.#startNamespace(object.namespace);
    this.#log('info', 'audit resource', {
      ...fields,
      namespace: object.namespace,
      'parallel-policies-audit': this.#settings.limits.parallelPolicies,
    });
  }

  #finishObject({ report }: EventOf<'object-finished'>): void {
    const mapper = this.#settings.reportMapper;
    if (report === undefined || mapper === undefined) return;
    const { runUid, startedAt } = this.#run;
    const timestamps = report.results.map(() => Math.floor(startedAt.getTime() / 1000));
    const kind = report.subject.namespace === undefined ? 'ClusterPolicyReport' : 'PolicyReport';
    const body = JSON.stringify(mapper.toBody(report, { runUid, timestamps }));
    this.#log('info', `${kind} summary`, { report: body });
  }

  #failEvaluation({ object, policy, error }: EventOf<'evaluation-failed'>): void {
    const message =
      error.code === errorCodes.evaluationFailed
        ? 'error evaluating Policy in PolicyServer'
        : 'error sending AdmissionReview to PolicyServer';
    const response = { 'admissionRequest-name': object.name, policy: policy.name, resource: object.name };
    const fields = { component: 'scanner', error: error.message, code: error.code, response };
    this.#tellFailure({ level: 'error', message, fields });
  }

  #tellFailure(line: LogLine): void {
    if (this.#settings.counts) this.#causes.add(line);
    else this.#write(line);
  }

  /** Tells what was held back to be counted. */
  flush(): void {
    for (const line of this.#causes.take()) this.#write(line);
  }

  #finishAudit(outcome: AuditOutcome): void {
    this.flush();
    const { totals, run, complete } = outcome;
    this.#log(complete ? 'info' : 'warning', 'audit finished', {
      RunUID: run.runUid,
      complete,
      interrupted: outcome.interrupted,
      'duration-seconds': (outcome.finishedAt.getTime() - run.startedAt.getTime()) / 1000,
      ...countPolicies(outcome.policies),
      resources: totals.resources,
      evaluations: totals.evaluations,
      ...totals.reuse,
      ...totals.results,
      'fail-by-severity': totals.failBySeverity,
      ...(this.#settings.store && { reports: totals.stored }),
      ...(outcome.load && { load: outcome.load }),
      ...(outcome.connections && { connections: outcome.connections }),
      coverage: toCoverageFields(outcome.coverage),
      incidents: outcome.incidents.map(({ error, scope, count }) => ({
        code: error.code,
        error: error.message,
        ...scope,
        count,
      })),
      'evaluation-failures': outcome.evaluationFailures.map(({ policy, code, message, count }) => ({
        code,
        error: message,
        policy: policy.uniqueName,
        count,
      })),
    });
  }

  #log(level: LogLevel, message: string, fields: LogLine['fields']): void {
    this.#write({ level, message, fields: { component: 'scanner', ...fields } });
  }
}

function countPolicies(policies: readonly PolicyStatus[]): LogLine['fields'] {
  const count = (wanted: PolicyStatus['state']): number =>
    policies.filter(({ state }) => state === wanted).length;
  return {
    'policies-to-evaluate': count('audited'),
    'policies-skipped': count('skipped'),
    'policies-errored': count('errored'),
  };
}

/** What the Go scanner says when the same happens to it. */
const referenceWording: Partial<Record<ErrorCode, Pick<LogLine, 'level' | 'message'>>> = {
  [errorCodes.listForbidden]: { level: 'warning', message: 'Failed to list resources' },
  [errorCodes.listFailed]: { level: 'warning', message: 'Failed to list resources' },
  [errorCodes.reportWriteFailed]: { level: 'error', message: 'error adding PolicyReport to store.' },
  [errorCodes.reportDeleteFailed]: { level: 'error', message: 'error deleting old reports' },
  [errorCodes.policyServerUnresolved]: {
    level: 'error',
    message: 'failed to obtain matching policy-server URL, skipping as error...',
  },
  [errorCodes.interrupted]: { level: 'warning', message: 'interrupted' },
};

function toIncidentLine({ error, scope }: Incident): LogLine {
  const wording = referenceWording[error.code] ?? { level: 'error', message: error.message };
  const isList = wording.message === 'Failed to list resources';
  const where = isList
    ? { 'resource-GVK': scope.resource, ns: scope.namespace }
    : { resource: scope.resource, namespace: scope.namespace, policy: scope.policy };
  return {
    ...wording,
    fields: {
      component: 'scanner',
      error: error.message,
      code: error.code,
      ...where,
      ...(error.facts.length > 0 && { facts: error.facts }),
      ...(error.tries.length > 0 && { try: error.tries }),
    },
  };
}
