import type {
  AnnotatedObject,
  AnnotationsOutcome,
  AuditOutcome,
  ExceptionUse,
  PolicyException,
} from '../../domain/index.ts';
import type { SavedFinding } from './result-schema.ts';
import { toDate, toOrigin } from './saved-values.ts';
import type { SavedRun } from './schema.ts';

/** The state of exceptions, and of annotations if those counted. */
export function toExceptions({
  exceptions,
  annotations,
}: SavedRun): Pick<AuditOutcome, 'exceptions' | 'annotations'> {
  return {
    exceptions: exceptions.map(toExceptionUse),
    ...(annotations && { annotations: toAnnotations(annotations) }),
  };
}

function toAnnotations({ accepted, invalid }: NonNullable<SavedRun['annotations']>): AnnotationsOutcome {
  return {
    accepted,
    invalid: invalid.map(({ object, source, problems, objects }) => ({
      object: toAnnotated(object),
      origin: source === null ? undefined : toOrigin(source),
      problems,
      objects,
    })),
  };
}

function toAnnotated({
  cluster,
  resource,
  namespace,
  name,
}: NonNullable<SavedException['object']>): AnnotatedObject {
  const within = cluster === undefined ? {} : { cluster };
  return { ...within, groupResource: resource, namespace: namespace ?? undefined, name };
}

function toExceptionUse({
  state,
  findings,
  objects,
  ...exception
}: SavedRun['exceptions'][number]): ExceptionUse {
  return { exception: toException(exception, exception), state, findings, objects };
}

type SavedException = NonNullable<SavedFinding['exception']>;
type SavedPatterns = Partial<Record<'policy' | 'kind' | 'namespace' | 'name', string | null>>;

/** Of the exception of a result it is not known what else it covers. */
export function toException(
  { reason, owner, expires, source, object }: SavedException,
  { policy, kind, namespace, name }: SavedPatterns = {},
): PolicyException {
  return {
    policy: policy ?? undefined,
    kind: kind ?? undefined,
    namespace: namespace ?? undefined,
    name: name ?? undefined,
    reason,
    owner: owner ?? undefined,
    expiresAt: toDate(expires),
    origin: source === null ? undefined : toOrigin(source),
    ...(object && { saidBy: toAnnotated(object) }),
  };
}
