import {
  type AuditOutcome,
  type ErrorCode,
  type EvaluationFailures,
  errorCodes,
  formatPolicy,
  type Incident,
  type IncidentScope,
} from '../domain/index.ts';
import { toPlainText } from '../text/index.ts';

/** One kind of thing that the scan could not see, evaluate or store, at one place. All texts are plain. */
export type Missed = {
  readonly code: ErrorCode;
  readonly message: string;
  readonly scope: string;
  /** The file that could not be read, where it was one. */
  readonly path: string | undefined;
  /** Where it was, of a run over several clusters. */
  readonly cluster?: string | undefined;
  readonly count: number;
};

/** Everything that keeps the scan from being complete; empty exactly when it is complete. */
export function listMissed(outcome: AuditOutcome): readonly Missed[] {
  const missed = [...outcome.incidents.map(fromIncident), ...outcome.evaluationFailures.map(fromFailures)];
  return outcome.complete || missed.length > 0 ? missed : [somewhere];
}

/** A scan that was stopped between two things that it could name. */
const somewhere: Missed = {
  code: errorCodes.interrupted,
  message: 'the scan ended before everything was looked at',
  scope: 'the whole scan',
  path: undefined,
  count: 1,
};

function fromIncident({ error, scope, count }: Incident): Missed {
  return {
    code: error.code,
    message: toPlainText(error.message),
    scope: formatScope(scope),
    path: scope.path,
    cluster: scope.cluster,
    count,
  };
}

function fromFailures({ policy, code, message, count, cluster }: EvaluationFailures): Missed {
  const scope = formatScope({ cluster, policy: formatPolicy(policy) });
  return { code, message: toPlainText(message), scope, path: undefined, cluster, count };
}

/** `secrets in payments (2 times): forbidden [AS-3101]`. */
export function formatMissed({ code, message, scope, count }: Missed): string {
  return `${scope}${count > 1 ? ` (${count} times)` : ''}: ${message} [${code}]`;
}

/** `secrets in payments`, `policy ClusterAdmissionPolicy/x`, or everything; behind the cluster where there are several. */
export function formatScope({ cluster, ...scope }: IncidentScope): string {
  const place = formatPlace(scope);
  if (cluster === undefined) return place ?? 'the whole scan';
  return toPlainText(`${cluster}: ${place ?? 'the whole cluster'}`);
}

function formatPlace({ resource, namespace, policy, path }: IncidentScope): string | undefined {
  const parts = [
    ...(policy === undefined ? [] : [`policy ${policy}`]),
    ...(resource === undefined ? [] : [resource]),
    ...(namespace === undefined ? [] : [`in ${namespace}`]),
    ...(path === undefined ? [] : [path]),
  ];
  return parts.length === 0 ? undefined : toPlainText(parts.join(' '));
}
