import { describe, expect, it } from 'vitest';
import { describeSame, groupByCluster, type OpenedContext } from '../../../src/assembly/same-cluster.ts';
import { AuditError, errorCodes } from '../../../src/domain/errors.ts';

const server = 'https://one.test';
const plain = { ca: undefined, rejectUnauthorized: true, serverName: undefined };

function aContext(
  name: string,
  uid?: string,
  { serverName, proxy }: { readonly serverName?: string; readonly proxy?: string } = {},
) {
  const connection = {
    context: name,
    user: `user-${name}`,
    tls: { ...plain, serverName },
    proxy: proxy === undefined ? undefined : new URL(proxy),
  };
  return { name, opened: { client: { connection }, server, uid } };
}

function group(...contexts: readonly OpenedContext<ReturnType<typeof aContext>['opened']>[]) {
  const { clusters, spare } = groupByCluster(contexts);
  return {
    clusters: clusters.map(({ name, opened, sameAs }) =>
      [name, 'client' in opened ? `by ${opened.client.connection.context}` : 'failed', ...sameAs].join(' '),
    ),
    spare: spare.map(({ client }) => client.connection.context),
  };
}

describe('contexts that lead to one cluster', () => {
  it('are told by its UID', () => {
    expect(group(aContext('a', '1'), aContext('b', '2'), aContext('c', '1'))).toEqual({
      clusters: ['a by a c', 'b by b'],
      spare: ['c'],
    });
  });

  it('have the name of the first and the client of the one that says which cluster it is', () => {
    expect(group(aContext('a'), aContext('b', '1'))).toEqual({ clusters: ['a by b b'], spare: ['a'] });
    expect(group(aContext('a', '1'), aContext('b'))).toEqual({ clusters: ['a by a b'], spare: ['b'] });
  });

  it.each([
    ['a proxy of its own', { proxy: 'http://proxy.test' }],
    ['a name of its own for TLS', { serverName: 'two.test' }],
  ])('are not told by the address where one has %s', (_, other) => {
    expect(group(aContext('a'), aContext('b', '1', other))).toEqual({
      clusters: ['a by a', 'b by b'],
      spare: [],
    });
    expect(group(aContext('a', undefined, other), aContext('b', undefined, other)).spare).toEqual(['b']);
  });

  it('are said to be, with whose credentials it is scanned', () => {
    const describeFirst = (...contexts: readonly ReturnType<typeof aContext>[]) =>
      groupByCluster(contexts).clusters.map(describeSame)[0];
    expect(describeFirst(aContext('a'), aContext('b', '1'))).toBe(
      'context "a" and "b" are the same cluster: it is scanned once, as "a", with the credentials of "b", as user-b',
    );
    expect(describeFirst(aContext('a', '1'), aContext('b', '1'))).toMatch(
      /as "a", with the credentials of that context, as user-a$/,
    );
  });

  it('are not those that cannot be used', () => {
    const opened = new AuditError(errorCodes.contextUnknown, 'no');
    expect(group({ name: 'a', opened }, { name: 'b', opened }).clusters).toEqual(['a failed', 'b failed']);
  });
});
