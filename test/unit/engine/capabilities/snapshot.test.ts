import { describe, expect, it } from 'vitest';
import type { ObjectReader, ReadableObject } from '../../../../src/engine/capabilities/object-reader.ts';
import { createSnapshot } from '../../../../src/engine/capabilities/snapshot.ts';
import { pods } from '../../../support/builders.ts';

const never = new AbortController().signal;
const pod = { apiVersion: 'v1', kind: 'Pod' };

function object(namespace: string, name: string): ReadableObject {
  return { namespace, name, labels: {}, json: Buffer.from(JSON.stringify({ name })) };
}

class Forbidden extends Error {}
const leavesSome = (thrown: unknown): boolean => thrown instanceof Forbidden;

/** Counts what it is asked; `gate` is waited for before anything is answered. */
function createReader(
  objects: () => readonly ReadableObject[],
  { gate = Promise.resolve(), mayNotList = false }: { gate?: Promise<unknown>; mayNotList?: boolean } = {},
) {
  const asked: string[] = [];
  const reader: ObjectReader = {
    async findType({ kind }) {
      asked.push(`type ${kind}`);
      await gate;
      return kind === 'Pod' ? pods : undefined;
    },
    async *list({ kind }, { namespace, fieldSelector }, signal) {
      asked.push(['list', kind, namespace, fieldSelector].filter((part) => part !== undefined).join(' '));
      if (namespace === undefined && mayNotList) throw new Forbidden('forbidden');
      await gate;
      signal.throwIfAborted();
      yield* objects();
    },
    get({ kind }, { name }) {
      asked.push(`get ${kind} ${name}`);
      return Promise.resolve(objects().find((object) => object.name === name));
    },
    canI: () => Promise.reject(new Error('nobody knows')),
  };
  return { reader, asked };
}

describe('the snapshot of a scan', () => {
  it('is read once, for all who ask at once and later', async () => {
    const { reader, asked } = createReader(() => [object('a', 'x'), object('b', 'x')]);
    const snapshot = createSnapshot(reader, { leavesSome });
    const types = await Promise.all([1, 2, 3].map(() => snapshot.findType(pod, never)));
    const sets = await Promise.all(types.map((type) => snapshot.load(type, {}, never)));
    expect(await snapshot.load(pods, {}, never)).toBe(sets[0]);
    expect(sets[0]!.find({ namespace: 'b', name: 'x' })?.namespace).toBe('b');
    expect(sets[0]!.find({ namespace: undefined, name: 'x' })).toBeUndefined();
    await snapshot.load(pods, { fieldSelector: 'spec.nodeName=n' }, never);
    expect(asked).toEqual(['type Pod', 'list Pod', 'list Pod spec.nodeName=n']);
  });

  it('keeps its failures, so that all policies are told the same', async () => {
    const { reader, asked } = createReader(() => {
      throw new Error('forbidden');
    });
    const snapshot = createSnapshot(reader, { leavesSome });
    for (let i = 0; i < 2; i += 1) {
      await expect(snapshot.load(pods, {}, never)).rejects.toThrow('forbidden');
      await expect(snapshot.findType({ ...pod, kind: 'Pot' }, never)).rejects.toThrow(
        'Cannot find resource v1/Pot',
      );
    }
    expect(asked).toEqual(['list Pod', 'type Pot']);
  });

  it('of what may not be listed everywhere has the namespaces and objects that somebody asks for', async () => {
    const { reader, asked } = createReader(() => [object('a', 'x')], { mayNotList: true });
    const snapshot = createSnapshot(reader, { leavesSome });
    await expect(snapshot.load(pods, {}, never)).rejects.toThrow('forbidden');
    const set = await snapshot.load(pods, { namespace: 'a' }, never);
    expect(await snapshot.load(pods, { namespace: 'a' }, never)).toBe(set);
    expect(await snapshot.get(pods, { namespace: 'a', name: 'x' }, never)).toMatchObject({ name: 'x' });
    expect(await snapshot.get(pods, { namespace: 'a', name: 'y' }, never)).toBeUndefined();
    expect(asked).toEqual(['list Pod', 'list Pod a', 'get Pod x', 'get Pod y']);
  });

  it('does not take an interruption for a failure', async () => {
    const { promise: gate, resolve } = Promise.withResolvers<undefined>();
    const { reader } = createReader(() => [object('a', 'x')], { gate });
    const snapshot = createSnapshot(reader, { leavesSome });
    const stop = new AbortController();
    const loading = snapshot.load(pods, {}, stop.signal);
    stop.abort(new Error('stopped'));
    resolve(undefined);
    await expect(loading).rejects.toThrow('stopped');
    expect((await snapshot.load(pods, {}, never)).objects).toHaveLength(1);
  });

  it('tells that it goes on', async () => {
    const { reader } = createReader(() => Array.from({ length: 250 }, (_, i) => object('a', `${i}`)));
    const snapshot = createSnapshot(reader, { leavesSome });
    let told = 0;
    snapshot.onProgress(() => {
      told += 1;
    });
    await snapshot.load(pods, {}, never);
    expect(told).toBe(2);
  });

  it('refuses more than it can keep', async () => {
    const { reader } = createReader(() => [object('a', 'x'), object('a', 'y')]);
    await expect(createSnapshot(reader, { leavesSome, maxBytes: 20 }).load(pods, {}, never)).rejects.toThrow(
      'the Pod objects have more than 20 bytes, which are too many to keep',
    );
    expect(
      (await createSnapshot(reader, { leavesSome, maxBytes: 24 }).load(pods, {}, never)).objects,
    ).toHaveLength(2);
  });
});
