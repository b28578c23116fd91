import { AuditError, errorCodes } from '../../domain/index.ts';
import {
  collectionPath,
  findJobOfPod,
  type KubernetesClient,
  type ObjectIdentity,
} from '../../kubernetes/index.ts';
import type { News } from '../index.ts';

export type EventOptions = {
  /** Where the Downward API has put the name and the namespace of the Pod. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly now: () => Date;
};

type Api = Pick<KubernetesClient, 'request'>;

/** For all of it; a run that is over has nothing to wait for. */
const deadlineMs = 15_000;
const maxTries = 2;
const eventType = { group: 'events.k8s.io', version: 'v1', resource: 'events' };

/**
 * Writes an Event for each piece of news, on the Job that this Pod belongs to, or else on the Pod: one GET and one POST each. Rejects with
 * `eventsNotWritten`.
 */
export async function announceOnJob(
  client: Api,
  news: readonly News[],
  { env, now }: EventOptions,
): Promise<void> {
  if (news.length === 0) return;
  const pod = { name: env['POD_NAME'] ?? '', namespace: env['POD_NAMESPACE'] ?? '' };
  if (pod.name === '' || pod.namespace === '')
    throw notWritten('POD_NAME and POD_NAMESPACE must both be set to identify the Pod');
  const signal = AbortSignal.timeout(deadlineMs);
  try {
    const regarding = await findJobOfPod(client, pod, signal);
    for (const { reason, note } of news) {
      const path = collectionPath(eventType, pod.namespace);
      const event = toEvent({ reason, note }, { regarding, at: now(), instance: pod.name });
      const body = JSON.stringify(event);
      await client.request({ method: 'POST', path, body, contentType: 'application/json', maxTries, signal });
    }
  } catch (thrown) {
    if (signal.aborted) throw notWritten(`it did not finish within ${deadlineMs / 1000} s`, thrown);
    if (thrown instanceof AuditError) throw notWritten(thrown.message, thrown);
    throw thrown;
  }
}

type Circumstances = { readonly regarding: ObjectIdentity; readonly at: Date; readonly instance: string };

function toEvent({ reason, note }: News, { regarding, at, instance }: Circumstances): object {
  return {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: { generateName: `${regarding.name.slice(0, 200)}-`, namespace: regarding.namespace },
    // Of the milliseconds that we have, in the microseconds that the API wants.
    eventTime: at.toISOString().replace('Z', '000Z'),
    reportingController: 'audit-scanner.kubewarden.io/audit-scanner',
    reportingInstance: instance.slice(0, 128),
    action: 'Scan',
    type: 'Warning',
    reason,
    note,
    regarding,
  };
}

function notWritten(why: string, cause?: unknown): AuditError {
  return new AuditError(errorCodes.eventsNotWritten, `Events could not be written: ${why}`, { cause });
}
