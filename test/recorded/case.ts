import type { ModuleSource } from './module-source.ts';

/** One policy as a policies.yml has it, with the module that it runs. */
export type CasePolicy = {
  readonly module: ModuleSource;
  readonly settings?: unknown;
  readonly contextAwareResources?: readonly { readonly apiVersion: string; readonly kind: string }[];
  readonly hostCapabilities?: readonly string[];
  readonly timeoutEvalSeconds?: number;
};

export type CaseGroup = {
  readonly policies: Readonly<Record<string, CasePolicy>>;
  readonly expression: string;
  readonly message: string;
};

/** A question, and which policy it is put to. */
export type Case = {
  readonly name: string;
  /** A key of the suite's policies. */
  readonly policy: string;
  /** The object as JSON text, which reaches the policy server byte for byte; by default a Pod that is nothing special. */
  readonly object?: string;
  /** Other fields of the request, as JavaScript values; by default it is about a Pod named `web` in the namespace `shop`. */
  readonly request?: Readonly<Record<string, unknown>>;
  /** Where the engine answers otherwise on purpose: its answer, and why. */
  readonly ours?: { readonly answer: RecordedAnswer; readonly because: string };
};

/**
 * Cases of one subject. Its record is `answers/NAME.json`. `objects` are YAML documents of the cluster that policies may ask for.
 * To add cases, put them into a file in `cases/`, name it in `cases/all.ts`, and run `node test/recorded/record.ts --policy-server PATH`.
 */
export type Suite = {
  readonly name: string;
  readonly policies: Readonly<Record<string, CasePolicy | CaseGroup>>;
  readonly cases: readonly Case[];
  readonly objects?: string;
};

/** What counts of an answer. `patch` is decoded; `refused` stands for a request that is not read at all. */
export type RecordedAnswer =
  | {
      readonly allowed: boolean;
      readonly status?: { readonly message?: string; readonly code?: number; readonly details?: unknown };
      readonly patch?: unknown;
      readonly warnings?: readonly string[];
      readonly auditAnnotations?: Readonly<Record<string, string>>;
    }
  | { readonly refused: true };

export type Recording = {
  /** Of the policy server that gave the answers. */
  readonly version: string;
  /** By the name of the case: what was asked, as a hash over policy, module and request; and what was answered. */
  readonly answers: Readonly<Record<string, { readonly asked: string; readonly answer: RecordedAnswer }>>;
};

const type = { group: '', version: 'v1' };

/** The AdmissionReview of a case, as an audit sends it. */
export function toReview({ object = aPod, request = {} }: Case): string {
  const rest = {
    uid: 'u-1',
    kind: { ...type, kind: 'Pod' },
    resource: { ...type, resource: 'pods' },
    requestKind: { ...type, kind: 'Pod' },
    name: 'web',
    namespace: 'shop',
    operation: 'CREATE',
    userInfo: {},
    ...request,
  };
  return `{"request":${JSON.stringify(rest).slice(0, -1)},"object":${object},"oldObject":null,"options":null}}`;
}

/** A Pod as JSON text. */
export function podOf(spec: object = {}, metadata: object = {}): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', namespace: 'shop', ...metadata },
    spec: { containers: [{ name: 'c', image: 'registry.example.com/web:1.25' }], ...spec },
  });
}

const aPod = podOf();

/** True for a group. */
export function isGroup(policy: CasePolicy | CaseGroup): policy is CaseGroup {
  return 'policies' in policy;
}

/** All modules that the policies of a suite run. */
export function modulesOf(policy: CasePolicy | CaseGroup): readonly ModuleSource[] {
  return isGroup(policy) ? Object.values(policy.policies).map(({ module }) => module) : [policy.module];
}
