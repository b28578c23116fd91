import { createPattern } from '../text/index.ts';
import type { Policy } from './policy.ts';
import { formatOrigin, type ObjectReference, parseApiVersion, type ResourceOrigin } from './resource.ts';

/**
 * Accepted violations. The four patterns (with `*` and `?`) say which; one that is absent fits everything. `namespace`
 * fits no cluster-scoped object.
 */
export type PolicyException = {
  readonly policy: string | undefined;
  readonly kind: string | undefined;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly reason: string;
  readonly owner: string | undefined;
  /** The moment at which it expires; undefined for a permanent one. */
  readonly expiresAt: Date | undefined;
  /** Where it is written; undefined for what an object of a cluster says. */
  readonly origin: ResourceOrigin | undefined;
  /** Set for what an object says of itself in an annotation, which is about no other object. */
  readonly saidBy?: AnnotatedObject | undefined;
};

/** The annotation by which an object says which violations of its own are accepted. */
export const acceptAnnotation = 'audit-scanner.io/accept';

/** An object with that annotation, as messages name it. */
export type AnnotatedObject = {
  /** Of a run over several clusters; not at a finding, which names it itself. */
  readonly cluster?: string | undefined;
  readonly groupResource: string;
  readonly namespace: string | undefined;
  readonly name: string;
};

/** A malformed annotation, which accepts nothing. */
export type InvalidAnnotation = {
  /** The first object with this text in its namespace. */
  readonly object: AnnotatedObject;
  readonly origin: ResourceOrigin | undefined;
  readonly problems: readonly string[];
  /** How many objects of the same type and namespace have it. */
  readonly objects: number;
};

/** The state of one exception after a run. `unclear`: it covered nothing, but the run did not look at everything either. */
export type ExceptionUse = {
  readonly exception: PolicyException;
  readonly state: 'used' | 'unused' | 'unclear' | 'expired';
  /** The violations it covers, or would cover if it had not expired. */
  readonly findings: number;
  /** How many objects of the same type and namespace say the same of themselves; undefined for one of the file. */
  readonly objects?: number | undefined;
};

/** The state of the annotations of objects. */
export type AnnotationsOutcome = {
  /** The violations that are accepted because their own objects say so. */
  readonly accepted: number;
  readonly invalid: readonly InvalidAnnotation[];
};

/** What an exception is asked about. */
export type Violation = {
  readonly policy: Policy;
  readonly report: { readonly subject: ObjectReference; readonly groupResource: string };
};

/** Whether an exception is about a violation, whatever its date. */
export function createExceptionMatcher(exception: PolicyException): (violation: Violation) => boolean {
  const fits = {
    policy: anyFits(exception.policy),
    kind: anyFits(exception.kind?.toLowerCase()),
    namespace: anyFits(exception.namespace),
    name: anyFits(exception.name),
  };
  return (violation) => {
    const { namespace, name } = violation.report.subject;
    return (
      fits.policy(namesOfPolicy(violation)) &&
      fits.kind(namesOfKind(violation)) &&
      fits.namespace(namespace === undefined ? [] : [namespace]) &&
      fits.name([name])
    );
  };
}

/** Whether an exception has run out at a moment. */
export function isExpired({ expiresAt }: PolicyException, now: Date): boolean {
  return expiresAt !== undefined && expiresAt <= now;
}

/** How messages call it: `policy no-privileged, kind Deployment, namespace payments`. */
export function formatException({ policy, kind, namespace, name }: PolicyException): string {
  return Object.entries({ policy, kind, namespace, name })
    .flatMap(([key, pattern]) => (pattern === undefined ? [] : [`${key} ${pattern}`]))
    .join(', ');
}

/** `annotation of shop/pods/debug`, with `prod: ` in front in a run over several clusters, or the place in the file, as messages say where an exception is written. */
export function formatExceptionPlace({ origin, saidBy }: Pick<PolicyException, 'origin' | 'saidBy'>): string {
  const place = origin === undefined ? '' : formatOrigin(origin);
  if (saidBy === undefined) return place;
  const said = `annotation of ${formatAnnotated(saidBy)}`;
  const { cluster } = saidBy;
  return [cluster === undefined ? '' : `${cluster}: `, place === '' ? '' : `${place} `, said].join('');
}

/** `shop/pods/debug`; without a namespace for what has none. */
function formatAnnotated({ groupResource, namespace, name }: AnnotatedObject): string {
  return `${namespace === undefined ? '' : `${namespace}/`}${groupResource}/${name}`;
}

function anyFits(pattern: string | undefined): (names: readonly string[]) => boolean {
  if (pattern === undefined) return () => true;
  const fits = createPattern(pattern);
  return (names) => names.some(fits);
}

function namesOfPolicy({ policy: { name, namespace, uniqueName } }: Violation): readonly string[] {
  return namespace === undefined ? [name, uniqueName] : [name, `${namespace}/${name}`, uniqueName];
}

/** In lower case: `deployment`, `deployment.apps`, `deployments`, `deployments.apps`. */
function namesOfKind({ report: { subject, groupResource } }: Violation): readonly string[] {
  const { group } = parseApiVersion(subject.apiVersion);
  const [plural = ''] = groupResource.split('.', 1);
  const kind = group === '' ? subject.kind : `${subject.kind}.${group}`;
  return [subject.kind, kind, plural, groupResource].map((name) => name.toLowerCase());
}
