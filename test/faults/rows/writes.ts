import { status } from '../../support/fault-proxy.ts';
import type { Fault, FaultGroup } from '../fault.ts';
import type { FaultWorld } from '../world.ts';

type Seen = Parameters<FaultWorld['break']>[0];

const reportsPath = /\/apis\/wgpolicyk8s\.io\/v1alpha2\/(?:namespaces\/[^/]+\/)?(?:cluster)?policyreports/;
const isWrite: Seen = ({ method, path }) => method !== 'GET' && reportsPath.test(path);
/** Writes of reports about Pods; a deletion names only the report. */
const isPodWrite: Seen = (request) => isWrite(request) && request.body.toString().includes('"kind":"Pod"');

const recovered = { exitCode: 0, complete: true, pods: 'current', configMaps: 'current' } as const;
const podsLost = { exitCode: 3, complete: false, pods: 'mixed', configMaps: 'current' } as const;

const refuse = (code: number, reason: string, headers: Record<string, string> = {}) => ({
  answer: { status: code, headers, body: status(code, reason, `the server says ${reason}`) },
});

function refusing(
  fault: Pick<Fault, 'id' | 'title'> & Partial<Fault>,
  refusal: ReturnType<typeof refuse>,
): Fault {
  return {
    sees: 'could not be stored',
    ...podsLost,
    ...fault,
    arrange: (world) => {
      world.break(isPodWrite, refusal);
    },
  };
}

export const writes: FaultGroup = {
  title: 'Writing reports',
  faults: [
    refusing({ id: 'write-forbidden', title: '403 (W48)' }, refuse(403, 'Forbidden')),
    refusing(
      { id: 'write-conflict', title: '409 permanently: something else keeps changing the report' },
      refuse(409, 'Conflict'),
    ),
    {
      id: 'write-conflict-once',
      title: '409, once',
      sees: 'all 2 checks in full',
      ...recovered,
      arrange: (world) => {
        world.break(isPodWrite, refuse(409, 'Conflict'), { to: 1 });
      },
    },
    refusing(
      { id: 'write-invalid', title: '422: an admission policy or the schema refuses the report' },
      refuse(422, 'Invalid'),
    ),
    {
      id: 'write-throttled',
      title: '429 with Retry-After, once',
      sees: 'all 2 checks in full',
      ...recovered,
      arrange: (world) => {
        world.break(isPodWrite, refuse(429, 'TooManyRequests', { 'retry-after': '1' }), { to: 1 });
      },
    },
    {
      id: 'write-unknown',
      title: 'the report is stored, but the answer is lost',
      sees: 'all 2 checks in full',
      ...recovered,
      arrange: (world) => {
        world.break(isPodWrite, { transport: 'cut' }, { to: 1 });
      },
    },
    {
      id: 'report-edited',
      title: 'somebody edits the report between list and patch',
      sees: 'all 2 checks in full',
      ...recovered,
      arrange: (world) => {
        world.break(
          ({ method, path }) => method === 'PATCH' && reportsPath.test(path),
          { before: () => editReports(world) },
          { to: 1 },
        );
      },
    },
    {
      id: 'report-deleted',
      title: 'somebody deletes the report between list and patch',
      sees: 'all 2 checks in full',
      ...recovered,
      arrange: (world) => {
        world.break(
          ({ method, path }) => method === 'PATCH' && reportsPath.test(path),
          {
            before: async ({ path }) => {
              await world.world.cluster.request('DELETE', path);
            },
          },
          { to: 1 },
        );
      },
    },
    {
      id: 'object-deleted',
      title: 'the object is deleted between listing it and writing its report',
      sees: 'all 2 checks in full',
      ...recovered,
      isCollected: true,
      dropIn: false,
      arrange: (world) => {
        const path = `${world.path('pods')}/web-4`;
        world.break(isPodWrite, { before: async () => deleteOnce(world, path) }, { to: 1 });
      },
    },
    {
      id: 'report-list-forbidden',
      title: 'the stored reports cannot be listed: nothing can be stored',
      sees: 'could not be listed: the server says Forbidden (403)',
      exitCode: 4,
      complete: false,
      pods: 'kept',
      configMaps: 'kept',
      arrange: (world) => {
        world.break(
          ({ method, path }) => method === 'GET' && reportsPath.test(path),
          refuse(403, 'Forbidden'),
        );
      },
    },
    {
      id: 'report-crd-missing',
      title: 'the CustomResourceDefinition of the reports is missing',
      sees: 'so reports cannot be stored',
      exitCode: 4,
      complete: false,
      pods: 'kept',
      configMaps: 'kept',
      arrange: (world) => {
        world.break(({ path }) => path.startsWith('/apis/wgpolicyk8s.io'), {
          answer: {
            status: 404,
            body: status(404, 'NotFound', 'the server could not find the requested resource'),
          },
        });
      },
    },
    {
      id: 'delete-forbidden',
      title: 'stale reports may not be deleted, neither by name nor as a collection',
      sees: 'could not be deleted',
      exitCode: 3,
      complete: false,
      pods: 'mixed',
      configMaps: 'mixed',
      arrange: (world) => {
        world.break(
          ({ method, path }) => method === 'DELETE' && reportsPath.test(path),
          refuse(403, 'Forbidden'),
        );
      },
    },
    {
      id: 'api-gone-while-writing',
      title: 'the API server goes down during the writes and does not come back',
      sees: 'could not be stored',
      exitCode: 3,
      complete: false,
      pods: 'mixed',
      configMaps: 'mixed',
      dropIn: false,
      seconds: 240,
      arrange: (world) => {
        let isGone = false;
        world.proxy.inject = (request) => {
          if (isGone) return { transport: 'reset' };
          isGone = isWrite(request);
          return undefined;
        };
      },
    },
    {
      id: 'report-too-large',
      title: 'a message of 1.5 MB, which no report can hold: it is truncated, and says so',
      sees: 'all 2 checks in full',
      ...recovered,
      dropIn: false,
      arrange: (world) => {
        const usual = world.answer;
        world.policyServer.answer = async (policy, request, body) => {
          const verdict = await usual(policy, request, body);
          const isDenied = verdict !== undefined && 'allowed' in verdict && !verdict.allowed;
          return isDenied ? { allowed: false, message: 'x'.repeat(1_500_000) } : verdict;
        };
      },
    },
  ],
};

type ReportList = { items: { metadata: { name: string; labels: Record<string, string> } }[] };

function reportsOf(world: FaultWorld): string {
  return `/apis/wgpolicyk8s.io/v1alpha2/namespaces/${world.namespace}/policyreports`;
}

async function editReports(world: FaultWorld): Promise<void> {
  const { cluster } = world.world;
  const { items } = await cluster.request<ReportList>('GET', reportsOf(world));
  for (const { metadata } of items)
    await cluster.request('PATCH', `${reportsOf(world)}/${metadata.name}`, {
      metadata: { annotations: { 'example.com/edited': 'yes' } },
    });
}

async function deleteOnce(world: FaultWorld, path: string): Promise<void> {
  await world.world.cluster.request('DELETE', path).catch(() => undefined);
}
