import {
  type AuditError,
  type AuditOutcome,
  type AuditRun,
  type AuditScope,
  type Incident,
  type ObjectReference,
  type Policy,
  type PolicyStatus,
  type ResourceReport,
} from '../domain/index.ts';

/**
 * What happens during an audit, for logs and progress, and in a run over several clusters in which of them. Nobody may change the course
 * of the audit from here.
 */
export type AuditEvent = Happening & { readonly cluster?: string | undefined };

type Happening =
  /** A run over several clusters is about to scan so many; each of them ends, whatever came of it. */
  | { readonly type: 'clusters-planned'; readonly clusters: number }
  | { readonly type: 'cluster-finished' }
  | { readonly type: 'audit-started'; readonly run: AuditRun; readonly scope: AuditScope }
  | { readonly type: 'scan-planned'; readonly types: readonly ExpectedType[] }
  /** How many objects of a type there are: what the API says before they were all listed, and at last what was listed. */
  | {
      readonly type: 'type-sized';
      readonly groupResource: string;
      readonly objects: number;
      readonly isFinal: boolean;
    }
  | {
      readonly type: 'pass-started';
      readonly pass: 'cluster' | 'namespaced';
      readonly policies: readonly PolicyStatus[];
    }
  | { readonly type: 'pass-finished'; readonly pass: 'cluster' | 'namespaced' }
  | { readonly type: 'namespace-finished'; readonly namespace: string }
  | {
      readonly type: 'object-started';
      readonly object: ObjectReference;
      readonly groupResource: string;
      readonly policies: number;
    }
  /** It is not known whether the policy is asked about the object. Comes before what comes of the object. */
  | {
      readonly type: 'match-unknown';
      readonly object: ObjectReference;
      readonly policy: Policy;
      readonly error: AuditError;
    }
  | {
      readonly type: 'evaluation-failed';
      readonly object: ObjectReference;
      readonly policy: Policy;
      readonly error: AuditError;
    }
  | {
      readonly type: 'object-finished';
      readonly object: ObjectReference;
      readonly report: ResourceReport | undefined;
    }
  | { readonly type: 'incident'; readonly incident: Incident }
  | { readonly type: 'audit-finished'; readonly outcome: AuditOutcome };

/** A type that will be listed. `expected` are its objects of which earlier runs have stored reports; undefined where nobody can say. */
export type ExpectedType = { readonly groupResource: string; readonly expected: number | undefined };

export interface AuditObserver {
  observe(event: AuditEvent): void;
}
