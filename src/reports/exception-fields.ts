import type {
  AnnotatedObject,
  AnnotationsOutcome,
  AuditOutcome,
  ExceptionUse,
  PolicyException,
} from '../domain/index.ts';
import { toSource } from './source-fields.ts';

/** The state of exceptions, and of annotations if those count. */
export function toExceptionFields({ exceptions = [], annotations }: AuditOutcome): object {
  return {
    exceptions: exceptions.map(toExceptionUse),
    ...(annotations && { annotations: toAnnotations(annotations) }),
  };
}

function toAnnotations({ accepted, invalid }: AnnotationsOutcome): object {
  return {
    accepted,
    invalid: invalid.map(({ object, origin, problems, objects }) => ({
      object: toAnnotated(object),
      source: origin === undefined ? null : toSource(origin),
      problems,
      objects,
    })),
  };
}

function toAnnotated({ cluster, groupResource, namespace, name }: AnnotatedObject): object {
  return {
    ...(cluster !== undefined && { cluster }),
    resource: groupResource,
    namespace: namespace ?? null,
    name,
  };
}

function toExceptionUse({ exception, state, findings, objects }: ExceptionUse): object {
  const { policy, kind, namespace, name } = exception;
  return {
    policy: policy ?? null,
    kind: kind ?? null,
    namespace: namespace ?? null,
    name: name ?? null,
    ...toException(exception),
    state,
    findings,
    ...(objects !== undefined && { objects }),
  };
}

/** Who says that a violation is accepted, why and until when. */
export function toException({ reason, owner, expiresAt, origin, saidBy }: PolicyException): object {
  return {
    reason,
    owner: owner ?? null,
    expires: expiresAt?.toISOString() ?? null,
    source: origin === undefined ? null : toSource(origin),
    by: saidBy === undefined ? 'file' : 'annotation',
    ...(saidBy && { object: toAnnotated(saidBy) }),
  };
}
