import { describe, expect, it } from 'vitest';
import { runAudit } from '../../../src/audit/audit.ts';
import type { AuditRequest, SaidOfItself } from '../../../src/audit/ports.ts';
import type { PolicyException } from '../../../src/domain/exception.ts';
import { anException, anObject, aPolicy, pods } from '../../support/builders.ts';
import { aRequest, FakeCluster } from '../../support/fakes.ts';

const past = new Date('2020-01-01T00:00:00Z');

/** Four Pods with a violation of `no-privileged`, and one without. */
function aCluster(): FakeCluster {
  const cluster = new FakeCluster();
  cluster.resources = [pods];
  cluster.namespaces = [{ name: 'a', labels: {} }];
  cluster.policies = [aPolicy('no-privileged', { severity: 'high' })];
  cluster.objects = ['fine', 'four', 'one', 'three', 'two'].map((name) => anObject(pods, `a/${name}`));
  cluster.answer = (_, object) =>
    object.reference.name === 'fine' ? { verdict: 'allowed' } : { verdict: 'denied', message: 'no' };
  return cluster;
}

function says(overrides: Partial<PolicyException> = {}): SaidOfItself {
  return { ok: true, entries: [anException({ origin: undefined, ...overrides })] };
}

async function audit(
  cluster: FakeCluster,
  said: Readonly<Record<string, SaidOfItself>>,
  overrides: Partial<AuditRequest> = {},
) {
  const never = new AbortController().signal;
  const ports = {
    ...cluster.ports(),
    annotations: ({ reference }) => said[reference.name],
  } satisfies Parameters<typeof runAudit>[0];
  const outcome = await runAudit(ports, aRequest(overrides), { stop: never, abort: never });
  return {
    counts: { accepted: outcome.totals.accepted, fail: outcome.totals.results.fail },
    complete: outcome.complete,
    annotations: outcome.annotations,
    uses: outcome.exceptions?.map(({ state, findings, objects, exception }) => ({
      state,
      findings,
      objects,
      by: exception.saidBy?.name,
    })),
  };
}

function acceptedIn(cluster: FakeCluster): readonly string[] {
  return cluster.written.flatMap(({ subject, results }) =>
    results.some(({ exception }) => exception !== undefined) ? [subject.name] : [],
  );
}

describe('what objects say of themselves', () => {
  it('is accepted of their own violations and of no others', async () => {
    const cluster = aCluster();
    await expect(audit(cluster, { one: says() })).resolves.toEqual({
      counts: { accepted: 1, fail: 3 },
      complete: true,
      annotations: { accepted: 1, invalid: [] },
      uses: [{ state: 'used', findings: 1, objects: 1, by: 'one' }],
    });
    expect(acceptedIn(cluster)).toEqual(['one']);
  });

  it('counts for the policy that it names', async () => {
    const cluster = aCluster();
    const { counts, uses } = await audit(cluster, { one: says({ policy: 'another' }) });
    expect(counts).toEqual({ accepted: 0, fail: 4 });
    expect(uses).toEqual([{ state: 'unused', findings: 0, objects: 1, by: 'one' }]);
  });

  it('does not count once it has expired, and says what it would cover', async () => {
    const { counts, uses } = await audit(aCluster(), { one: says({ expiresAt: past }) });
    expect(counts).toEqual({ accepted: 0, fail: 4 });
    expect(uses).toEqual([{ state: 'expired', findings: 1, objects: 1, by: 'one' }]);
  });

  it('accepts nothing where it is not valid: the object is audited, and the scan is complete', async () => {
    const cluster = aCluster();
    const broken = { ok: false, problems: ['it is empty'] } as const;
    const { counts, complete, annotations, uses } = await audit(cluster, { one: broken, two: broken });
    expect({ counts, complete, uses }).toEqual({
      counts: { accepted: 0, fail: 4 },
      complete: true,
      uses: [],
    });
    expect(annotations?.invalid).toEqual([
      {
        object: { groupResource: 'pods', namespace: 'a', name: 'one' },
        origin: undefined,
        problems: ['it is empty'],
        objects: 2,
      },
    ]);
  });

  it('is one where objects of a type and namespace say the same and the same came of it', async () => {
    const said = { one: says(), two: says(), three: says({ reason: 'another' }), fine: says() };
    const { uses } = await audit(aCluster(), said);
    expect(uses).toEqual([
      { state: 'unused', findings: 0, objects: 1, by: 'fine' },
      { state: 'used', findings: 2, objects: 2, by: 'one' },
      { state: 'used', findings: 1, objects: 1, by: 'three' },
    ]);
  });

  it('is unused only where everything was looked at', async () => {
    const { uses } = await audit(aCluster(), { fine: says() }, { partial: true });
    expect(uses).toMatchObject([{ state: 'unclear' }]);
  });

  it('comes after what the file says, which keeps its word', async () => {
    const cluster = aCluster();
    const exceptions = [anException({ name: 'one', reason: 'of the file' })];
    const { counts, annotations } = await audit(cluster, { one: says() }, { exceptions });
    expect({ counts, accepted: annotations?.accepted }).toEqual({
      counts: { accepted: 1, fail: 3 },
      accepted: 0,
    });
    const [one] = cluster.written.filter(({ subject }) => subject.name === 'one');
    expect(one?.results[0]?.exception?.reason).toBe('of the file');
  });

  it('also gets objects that no policy is asked about', async () => {
    const cluster = aCluster();
    cluster.policies = [
      aPolicy('no-privileged', { objectSelector: { matchLabels: { nobody: 'has this' } } }),
    ];
    const { uses } = await audit(cluster, { one: says() });
    expect(uses).toEqual([{ state: 'unused', findings: 0, objects: 1, by: 'one' }]);
  });

  it('is not read where nobody asked for it', async () => {
    const never = new AbortController().signal;
    const outcome = await runAudit(aCluster().ports(), aRequest(), { stop: never, abort: never });
    expect(outcome).not.toHaveProperty('annotations');
  });
});
