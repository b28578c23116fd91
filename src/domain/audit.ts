import type { BaselineComparison } from './baseline.ts';
import type { Coverage } from './coverage.ts';
import type { AuditError, ErrorCode } from './errors.ts';
import type { AnnotationsOutcome, ExceptionUse } from './exception.ts';
import type { Policy } from './policy.ts';
import type { AuditRun, Summary } from './report.ts';
import type { RunFilters } from './run-filters.ts';
import { type Severity } from './severity.ts';

/**
 * What the audit did with one policy. `skipped`: it does not take part, by its own settings or because nothing it names exists.
 * `errored`: it should take part and could not. `notes` are parts of it that were left out while the rest was audited.
 */
export type PolicyStatus = {
  readonly policy: Policy;
  readonly state: 'audited' | 'skipped' | 'errored';
  readonly reason: string | undefined;
  readonly notes: readonly string[];
  /** Of a run over several clusters: where the policy is installed, or is asked about objects. */
  readonly cluster?: string | undefined;
};

/** Evaluations of one policy that ended without an answer, grouped by kind of failure; `message` and `tries` are the first one's. */
export type EvaluationFailures = {
  readonly policy: Policy;
  readonly code: ErrorCode;
  readonly message: string;
  readonly tries?: readonly string[] | undefined;
  readonly count: number;
  /** Of a run over several clusters: where that was. */
  readonly cluster?: string | undefined;
};

export type StoredTotals = {
  readonly created: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly deleted: number;
  /** Stored verdicts that stay because their policies gave no answer; the results of this run have errors in their place. */
  readonly keptResults: number;
};

/** How the stored verdicts that still held were used. */
export type ReuseTotals = {
  /** Replaced an evaluation. */
  readonly reused: number;
  /** Were evaluated anyway, with the same result. */
  readonly confirmed: number;
  /** The seed of the sample that was evaluated anyway. */
  readonly sampleSeed: number;
};

export type AuditTotals = {
  readonly resources: number;
  readonly evaluations: number;
  /** Undefined for a run that reuses nothing. */
  readonly reuse?: ReuseTotals | undefined;
  /** Without the accepted ones. */
  readonly results: Summary;
  /** Violations that an exception covers. */
  readonly accepted: number;
  /** `fail` results that are not accepted, by severity; `unset` counts policies without one. */
  readonly failBySeverity: Readonly<Record<Severity | 'unset', number>>;
  readonly stored: StoredTotals;
};

/** Where an incident hides something; an absent field means all. `resource` is in the form `deployments.apps`. */
export type IncidentScope = {
  /** Of a run over several clusters. */
  readonly cluster?: string | undefined;
  readonly resource?: string | undefined;
  readonly namespace?: string | undefined;
  readonly policy?: string | undefined;
  /** A file, where a part of the input could not be read. */
  readonly path?: string | undefined;
};

/**
 * Something that the scan could not see, evaluate or store. Any incident makes the scan incomplete. Incidents with the same code
 * and scope are one; `count` says how often it happened and `error` is the first.
 */
export type Incident = { readonly error: AuditError; readonly scope: IncidentScope; readonly count: number };

export type StopSignal = 'SIGINT' | 'SIGTERM';

/** What ended a run early: a signal, or its time limit in milliseconds. */
export type StopReason = StopSignal | { readonly timeLimitMs: number };

/** How much load policy servers get: `full` is a fixed number in flight, the others follow how fast each server answers. */
export const loadModes = ['gentle', 'normal', 'full'] as const;
export type LoadMode = (typeof loadModes)[number];

/** How many evaluations were in flight at one policy server, depending on its answers. */
export type ServerLoad = {
  readonly server: string;
  readonly highest: number;
  readonly last: number;
  /** How often the number was halved because the server was busy, unreachable or silent. */
  readonly halved: number;
};

/** The load on policy servers: never more than `atMost` in total; no `servers` if nothing else limited it. */
export type EvaluationLoad = {
  readonly mode: LoadMode;
  readonly atMost: number;
  readonly servers: readonly ServerLoad[];
};

/** How one policy server was connected to, where that is not one connection for each evaluation anyway. */
export type ServerConnections = {
  readonly server: string;
  /** `balanced`: connections to each ready endpoint were kept; `per-request`: they could not be, and `reason` says why. */
  readonly mode: 'balanced' | 'per-request';
  readonly reason: string | undefined;
  /** Those that were ready when it was last looked at. */
  readonly endpoints: number;
};

/** One cluster of a run over several. What it holds of findings and failures does not name the cluster: there it is the only one. */
export type ClusterOutcome = {
  /** The context of the kubeconfig that it was scanned by, which is how everything in the run names it. */
  readonly name: string;
  readonly server: string | undefined;
  /** The UID of its Namespace `kube-system`; undefined where that could not be read. */
  readonly uid: string | undefined;
  /** Other contexts that were asked for and lead to the same cluster, which is scanned once. */
  readonly sameAs: readonly string[];
  /** False for a cluster whose scan could not start. */
  readonly started: boolean;
  readonly outcome: AuditOutcome;
};

/** One finished (or interrupted) audit, without the reports themselves. */
export type AuditOutcome = {
  readonly run: AuditRun;
  readonly finishedAt: Date;
  readonly policies: readonly PolicyStatus[];
  /** Policies that answered all that they had to be asked about: every object was listed, and what was said of it is stored. */
  readonly answered: readonly Policy[];
  /** Policies that answered the same request differently than before. */
  readonly refuted?: readonly Policy[] | undefined;
  readonly totals: AuditTotals;
  readonly evaluationFailures: readonly EvaluationFailures[];
  readonly incidents: readonly Incident[];
  /** The state of each exception, in the order of the file; those of the objects themselves come last. */
  readonly exceptions?: readonly ExceptionUse[] | undefined;
  /** Undefined if annotations of objects do not count. */
  readonly annotations?: AnnotationsOutcome | undefined;
  /** How the violations compare with an earlier result, where there is one. */
  readonly baseline?: BaselineComparison | undefined;
  /** What the run was asked to look at; undefined for one that did not start, and if unknown. */
  readonly filters?: RunFilters | undefined;
  readonly coverage: Coverage;
  /** The clusters of a run over several; everything else is then their combined result. */
  readonly clusters?: readonly ClusterOutcome[] | undefined;
  /** Of policy servers, where they were asked. */
  readonly load?: EvaluationLoad | undefined;
  /** Of the policy servers, by name; undefined where nobody asked for more than one connection per evaluation. */
  readonly connections?: readonly ServerConnections[] | undefined;
  readonly interrupted: boolean;
  /** True only if every list reached its end, every matching pair got an answer and every write was stored. */
  readonly complete: boolean;
};
