import { status } from '../../support/fault-proxy.ts';
import type { Fault, FaultGroup } from '../fault.ts';
import type { FaultWorld } from '../world.ts';

type Seen = Parameters<FaultWorld['break']>[0];

/** Pages of the Pods' LIST. */
const podPages =
  (world: FaultWorld): Seen =>
  ({ method, path }) =>
    method === 'GET' && path === world.path('pods');

const missed = { exitCode: 3, complete: false, pods: 'kept', configMaps: 'current' } as const;
const recovered = { exitCode: 0, complete: true, pods: 'current', configMaps: 'current' } as const;
const partly = { ...missed, pods: 'mixed' } as const;

const refuse = (code: number, reason: string, headers: Record<string, string> = {}) => ({
  answer: { status: code, headers, body: status(code, reason, `the server says ${reason}`) },
});

/** A fault of the second page of the Pods, once. */
function once(id: string, title: string, fault: Parameters<FaultWorld['break']>[1]): Fault {
  return {
    id,
    title: `${title}, once`,
    sees: 'all 2 checks in full',
    ...recovered,
    arrange: (world) => {
      world.break(podPages(world), fault, { from: 2, to: 2 });
    },
  };
}

/** A fault of every page of the Pods from the first on. */
function always(
  fault: Omit<Fault, 'exitCode' | 'complete' | 'pods' | 'configMaps' | 'arrange'>,
  injected: Parameters<FaultWorld['break']>[1],
): Fault {
  return {
    ...missed,
    dropIn: false,
    ...fault,
    arrange: (world) => {
      world.break(podPages(world), injected);
    },
  };
}

export const apiReads: FaultGroup = {
  title: 'Reading from the API server',
  faults: [
    once(
      'unauthorized-once',
      '401 during the scan, with credentials that are still valid',
      refuse(401, 'Unauthorized'),
    ),
    {
      ...always(
        {
          id: 'unauthorized',
          title: '401 permanently',
          sees: 'does not accept the credentials of "admin" (401 Unauthorized)',
        },
        refuse(401, 'Unauthorized'),
      ),
      dropIn: true,
    },
    {
      ...always(
        { id: 'forbidden', title: '403 for one resource type (W40)', sees: 'is not allowed to list pods' },
        refuse(403, 'Forbidden'),
      ),
      dropIn: true,
    },
    {
      ...always(
        {
          id: 'not-found',
          title: '404: the type is gone since discovery',
          sees: 'the Kubernetes API answered 404',
        },
        refuse(404, 'NotFound'),
      ),
      dropIn: true,
    },
    {
      id: 'expired-token',
      title: '410 on the third page, with a token to continue',
      sees: 'all 2 checks in full',
      ...recovered,
      arrange: (world) => {
        let pages = 0;
        const isPage = podPages(world);
        world.proxy.inject = (request) => {
          if (!isPage(request)) return undefined;
          pages += 1;
          const metadata = { continue: request.query.get('continue') ?? '' };
          return pages === 3
            ? {
                answer: {
                  status: 410,
                  body: status(410, 'Expired', 'the continue token is too old', metadata),
                },
              }
            : undefined;
        };
      },
    },
    {
      id: 'expired-without-token',
      title: '410 on the third page, without a token: the list starts again (W4)',
      sees: 'all 2 checks in full',
      ...recovered,
      arrange: (world) => {
        world.break(podPages(world), refuse(410, 'Expired'), { from: 3, to: 3 });
      },
    },
    once('too-many-requests', '429 with Retry-After', refuse(429, 'TooManyRequests', { 'retry-after': '1' })),
    once('server-error-once', '500', refuse(500, 'InternalError')),
    once('unavailable-once', '503', refuse(503, 'ServiceUnavailable')),
    always(
      { id: 'server-error', title: '500 permanently', sees: 'the Kubernetes API answered 500' },
      refuse(500, 'InternalError'),
    ),
    once('reset-once', 'reset before the answer', { transport: 'reset' }),
    once('cut-once', 'reset in the middle of a body', { transport: 'cut' }),
    always(
      {
        id: 'cut',
        title: 'reset in the middle of a body, permanently',
        sees: 'the connection was closed in the middle of the answer',
      },
      { transport: 'cut' },
    ),
    always(
      { id: 'truncated', title: 'truncated JSON, permanently', sees: 'malformed or truncated JSON' },
      { transport: 'truncate' },
    ),
    always(
      { id: 'invalid-utf8', title: 'bytes that are not UTF-8', sees: 'malformed or truncated JSON' },
      {
        rewrite: (body) => Buffer.from(body.toString('latin1').replace('hunter2', '\u00ff\u00fe'), 'latin1'),
      },
    ),
    always(
      {
        id: 'endless',
        title: 'a body that never ends',
        sees: 'no complete answer within 0.5 s',
        flags: ['--request-timeout', '500ms'],
      },
      { transport: 'endless' },
    ),
    always(
      {
        id: 'silence',
        title: 'a server that accepts and never answers',
        sees: 'no complete answer within 0.5 s',
        flags: ['--request-timeout', '500ms'],
      },
      { transport: 'silence' },
    ),
    {
      id: 'late-break',
      title: 'a list that breaks after its first page',
      sees: 'is not allowed to list pods',
      ...partly,
      arrange: (world) => {
        world.break(podPages(world), refuse(403, 'Forbidden'), { from: 2 });
      },
    },
  ],
};
