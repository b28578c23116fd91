import type { ErrorCode } from './errors.ts';
import type { ReportAge } from './report-age.ts';
import type { ApiResource, ResourceOrigin } from './resource.ts';
import type { Shard } from './shard.ts';

/**
 * The fate of a cell: one policy, on one resource type, in one namespace. `scanned`: the policy was asked about every object that
 * concerns it, each time answered, and, where reports are stored, each was stored. `partial`: some were not. `failed`: none were, or
 * it is not known whether there are any. `empty`: everything was listed, and nothing of it concerns the policy. `skipped`: by the
 * settings of the policy or of the run.
 */
export const cellStates = ['scanned', 'partial', 'failed', 'empty', 'skipped'] as const;
export type CellState = (typeof cellStates)[number];

/** Cells that were not seen, or not in full, for one reason. */
export type CoverageGap = {
  readonly state: 'partial' | 'failed';
  /** As a person names them; empty where it concerns whatever policy there is. */
  readonly policies: readonly string[];
  /** `deployments.apps`, or a group version that did not answer; undefined for every type. */
  readonly resource: string | undefined;
  /** Undefined for every namespace, and for what has none. */
  readonly namespace: string | undefined;
  readonly code: ErrorCode;
  readonly reason: string;
  /** Evaluations or reports that are missing, as far as that is known. */
  readonly missing: number | undefined;
  /** Of a run over several clusters. */
  readonly cluster?: string | undefined;
};

/** Cells that the settings leave out. */
export type CoverageSkip = {
  readonly policy: string;
  readonly resource: string | undefined;
  /** How many namespaces; undefined for all of them, and for what has none. */
  readonly namespaces: number | undefined;
  /** Which ones, where those are few. */
  readonly names?: readonly string[] | undefined;
  readonly reason: string;
  /** Of a run over several clusters. */
  readonly cluster?: string | undefined;
};

/**
 * Stored reports of one resource type that were left as they are, because it was not seen whether they are stale. The times are
 * those of the first and the last change of a verdict in them; undefined where the reports do not say.
 */
export type KeptReports = {
  readonly resource: string;
  readonly count: number;
  readonly oldest: Date | undefined;
  readonly newest: Date | undefined;
};

/**
 * Something under the paths that were scanned which was left out and is not missed: it cannot be a manifest, is audited as a part of
 * something else, or the user left it out. What is missed is an incident.
 */
export type InputLeftOut = {
  /** A file or a folder; of several files together, the folder that they are in. */
  readonly path: string;
  readonly reason: string;
  readonly count: number;
};

/** Something ambiguous in a file. */
export type InputWarning = {
  readonly code: ErrorCode;
  /** Without the place. */
  readonly message: string;
  readonly origin: ResourceOrigin;
};

/** What happened to the files in a scan of files. */
export type InputCoverage = {
  /** How many objects are in them. */
  readonly objects: number;
  readonly leftOut: readonly InputLeftOut[];
  readonly warnings: readonly InputWarning[];
};

/** What would decide whether a policy is asked about an object, and is not known: a Namespace, or what defines a type. */
export type MissingFact =
  | { readonly kind: 'namespace'; readonly name: string }
  | { readonly kind: 'type'; readonly type: ApiResource };

/** What a scan looked at and what not. */
export type Coverage = {
  /** The shard that this coverage is about; undefined for the whole work. */
  readonly shard?: Shard | undefined;
  readonly cells: Readonly<Record<CellState, number>>;
  /** Resource types that were to be listed. */
  readonly types: number;
  /** Namespaces that were to be audited. */
  readonly namespaces: number;
  /** Names of existing namespaces that the settings leave out. */
  readonly ignoredNamespaces: readonly string[];
  /** The label selector of the run, if only some objects were asked for. */
  readonly labelSelector: string | undefined;
  readonly gaps: readonly CoverageGap[];
  readonly skipped: readonly CoverageSkip[];
  readonly kept: readonly KeptReports[];
  /** Set if stored reports were read instead of evaluating: "looked at" is what they cover, and cells are those of their last run. */
  readonly reportAge?: ReportAge | undefined;
  /** Evaluations that were not needed, because a stored verdict still holds. Undefined for a run that reuses nothing. */
  readonly reused?: number | undefined;
  /** Undefined for a live cluster. */
  readonly input?: InputCoverage | undefined;
};
