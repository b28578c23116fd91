import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AuditError } from '../../../src/domain/errors.ts';
import { itemJson, splitList } from '../../../src/kubernetes/list-splitter.ts';

const podType = { apiVersion: 'v1', kind: 'Pod' };

function listOf(...items: string[]): Buffer {
  return Buffer.from(
    `{"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"7"},"items":[${items.join(',')}]}`,
  );
}

function textsOf(body: Buffer, type = podType): string[] {
  return splitList(body).items.map((item) => itemJson(body, item, type).toString());
}

describe('splitList', () => {
  it('gives each item the type that the API server leaves out, and leaves every other byte alone', () => {
    const item =
      '{ "metadata":{"name":"a"}, "big":9223372036854775807,"float":1.0,"exp":1E+2,"text":"\\u00e9\\/é" ,"b":1,"a":2}';

    expect(textsOf(listOf(item))).toEqual([
      '{"apiVersion":"v1","kind":"Pod", "metadata":{"name":"a"}, "big":9223372036854775807,"float":1.0,"exp":1E+2,"text":"\\u00e9\\/é" ,"b":1,"a":2}',
    ]);
  });

  it('adds only what is missing', () => {
    const type = { apiVersion: 'apps/v1', kind: 'Deployment' };
    const complete = '{"kind":"Own","metadata":{"name":"a"},"apiVersion":"own/v1"}';

    expect(textsOf(listOf(complete), type)).toEqual([complete]);
    expect(textsOf(listOf('{"kind":"Own","metadata":{"name":"a"}}'), type)).toEqual([
      '{"apiVersion":"apps/v1","kind":"Own","metadata":{"name":"a"}}',
    ]);
    expect(textsOf(listOf('{"apiVersion":"own/v1","metadata":{"name":"a"}}'), type)).toEqual([
      '{"kind":"Deployment","apiVersion":"own/v1","metadata":{"name":"a"}}',
    ]);
  });

  it('does not take nested fields for those of the item', () => {
    const item =
      '{"spec":{"apiVersion":"x","kind":"y","metadata":{"name":"inner"}},"metadata":{"name":"outer"}}';

    const [found] = splitList(listOf(item)).items;

    expect(found).toMatchObject({ hasApiVersion: false, hasKind: false, metadata: { name: 'outer' } });
  });

  it('reads what names an object, whatever else its metadata holds', () => {
    const metadata = {
      managedFields: [{ name: 'x', labels: { a: 1 } }],
      labels: { app: 'web', 'example.com/é': '"quoted" \\ \n' },
      name: 'web-"1"',
      namespace: 'shop',
      uid: 'u-1',
      resourceVersion: '42',
    };

    const [found] = splitList(listOf(JSON.stringify({ metadata }))).items;

    expect(found?.metadata).toEqual({
      name: 'web-"1"',
      namespace: 'shop',
      uid: 'u-1',
      resourceVersion: '42',
      labels: { app: 'web', 'example.com/é': '"quoted" \\ \n' },
    });
  });

  it('leaves empty what an object does not have', () => {
    const [found] = splitList(
      listOf('{"metadata":{"name":"a","namespace":null,"uid":null,"labels":null}}'),
    ).items;

    expect(found?.metadata).toEqual({
      name: 'a',
      namespace: undefined,
      uid: '',
      resourceVersion: '',
      labels: {},
    });
  });

  it('understands keys that are written with escapes', () => {
    const [found] = splitList(listOf('{"m\\u0065tadata":{"n\\u0061me":"\\u0061"},"k\\u0069nd":"Pod"}')).items;

    expect(found).toMatchObject({ hasKind: true, metadata: { name: 'a' } });
  });

  it('takes a label called __proto__ for a label', () => {
    const [found] = splitList(listOf('{"metadata":{"name":"a","labels":{"__proto__":"x"}}}')).items;

    expect(Object.entries(found?.metadata.labels ?? {})).toEqual([['__proto__', 'x']]);
    expect(Object.getPrototypeOf(found?.metadata.labels)).toBe(Object.prototype);
  });

  it('reads the metadata of the list, in any order of the keys', () => {
    const body = Buffer.from(
      ' {"items" : [ ] , "metadata":{"continue":"abc","resourceVersion":"9","remainingItemCount":12},"kind":"PodList"}\n',
    );

    expect(splitList(body)).toEqual({
      items: [],
      continueToken: 'abc',
      remainingItemCount: 12,
    });
  });

  it('has no further page when the token is empty', () => {
    expect(splitList(Buffer.from('{"metadata":{"continue":""},"items":[]}')).continueToken).toBeUndefined();
  });

  it('takes null for no items', () => {
    expect(splitList(Buffer.from('{"metadata":{},"items":null}')).items).toEqual([]);
  });

  it('reads nesting of any depth', () => {
    const deep = `${'[{"a":'.repeat(50_000)}1${'}]'.repeat(50_000)}`;

    expect(textsOf(listOf(`{"metadata":{"name":"a"},"deep":${deep}}`))[0]).toHaveLength(deep.length + 64);
  });

  it.each([
    ['nothing', ''],
    ['a document without items', '{"kind":"Status","metadata":{}}'],
    ['items that are no array', '{"items":{}}'],
    ['an item that is no object', '{"items":["a"]}'],
    ['an item without metadata', '{"items":[{"spec":{}}]}'],
    ['an item without a name', '{"items":[{"metadata":{"namespace":"a"}}]}'],
    ['a name that is no text', '{"items":[{"metadata":{"name":1}}]}'],
    ['labels that are no texts', '{"items":[{"metadata":{"name":"a","labels":{"b":1}}}]}'],
    ['labels that are no object', '{"items":[{"metadata":{"name":"a","labels":"b"}}]}'],
    ['something after the list', '{"items":[]} x'],
    ['a second document', '{"items":[]}{"items":[]}'],
    ['a byte order mark', '\ufeff{"items":[]}'],
    ['a trailing comma', '{"items":[],}'],
    ['a missing colon', '{"items" []}'],
    ['a missing comma', '{"items":[] "a":1}'],
    ['a bare word', '{"items":[],"a":nul}'],
    ['a leading zero', '{"items":[],"a":01}'],
    ['a wrong bracket', '{"items":[],"a":[1}}'],
    ['a line break in a text', '{"items":[],"a":"b\nc"}'],
    ['an unknown escape', '{"items":[],"a":"\\x"}'],
    ['half an escape', '{"items":[],"a":"\\u12"}'],
  ])('refuses %s', (_, text) => {
    expect(() => splitList(Buffer.from(text))).toThrow(AuditError);
  });
});

/** So that making a counterexample smaller does not take longer than a test may. */
const bounded = { interruptAfterTimeLimit: 4000 };

describe('splitList against JSON.parse', () => {
  const metadata = fc.record(
    {
      name: fc.string({ unit: 'binary', minLength: 1 }),
      namespace: fc.string({ unit: 'binary', minLength: 1 }),
      uid: fc.uuid(),
      resourceVersion: fc.nat().map(String),
      labels: fc.dictionary(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' })),
      managedFields: fc.jsonValue(),
    },
    { requiredKeys: ['name'] },
  );
  const item = fc.record(
    {
      apiVersion: fc.string(),
      kind: fc.string(),
      metadata,
      spec: fc.jsonValue(),
      items: fc.jsonValue(),
    },
    { requiredKeys: ['metadata'] },
  );
  const list = fc.record(
    {
      metadata: fc.record({ continue: fc.string({ minLength: 1 }) }),
      items: fc.array(item),
      extra: fc.jsonValue(),
    },
    { requiredKeys: ['metadata', 'items'] },
  );

  it('finds the same items, in whatever way the text is written', () => {
    fc.assert(
      fc.property(list, fc.nat(), (document, seed) => {
        const body = Buffer.from(write(document, seed));
        const parsed = JSON.parse(body.toString()) as { items: Record<string, unknown>[] };

        const split = splitList(body);

        expect(split.continueToken).toBe(document.metadata.continue);
        expect(
          split.items.map(({ start, end }): unknown => JSON.parse(body.toString('utf8', start, end))),
        ).toEqual(parsed.items);
        expect(
          split.items.map((found): unknown => JSON.parse(itemJson(body, found, podType).toString())),
        ).toEqual(parsed.items.map((original) => ({ ...podType, ...original })));
        for (const [index, found] of split.items.entries()) {
          const {
            name,
            namespace,
            uid = '',
            resourceVersion = '',
            labels = {},
          } = document.items[index]!.metadata;
          expect(found.metadata).toEqual({ name, namespace, uid, resourceVersion, labels });
        }
      }),
    );
  });

  it('never accepts what JSON.parse does not, nor reads it differently', () => {
    const edit = fc.record({
      at: fc.nat(),
      remove: fc.nat({ max: 2 }),
      insert: fc.string({
        unit: fc.constantFrom(...Array.from('{}[]",:\\ \n\t0123456789-+.eEutrfalsn')),
        maxLength: 3,
      }),
    });
    fc.assert(
      fc.property(list, fc.array(edit, { minLength: 1, maxLength: 3 }), (document, edits) => {
        const text = edits.reduce((current, { at, remove, insert }) => {
          const index = at % (current.length + 1);
          return current.slice(0, index) + insert + current.slice(index + remove);
        }, JSON.stringify(document));
        const body = Buffer.from(text);
        const split = attempt(() => splitList(body));
        if (split === undefined) return;

        const parsed = JSON.parse(body.toString()) as { items: unknown[] | null };
        expect(
          split.items.map(({ start, end }): unknown => JSON.parse(body.toString('utf8', start, end))),
        ).toEqual(parsed.items ?? []);
      }),
      { numRuns: 1000, ...bounded },
    );
  });

  it('refuses every text that is cut off', () => {
    fc.assert(
      fc.property(list, fc.nat(), (document, at) => {
        const body = Buffer.from(JSON.stringify(document));

        expect(() => splitList(body.subarray(0, at % body.length))).toThrow(AuditError);
      }),
    );
  });
});

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(AuditError);
    return undefined;
  }
}

/** JSON text of the value with white space and escapes in random places, and keys in random order. */
function write(value: unknown, seed: number): string {
  const random = createRandom(seed);
  const space = (): string => [' ', '\n', '\t\r', '', '', ''][Math.floor(random() * 6)] ?? '';
  const writeText = (text: string): string =>
    `"${Array.from({ length: text.length }, (_, index) => {
      const mustEscape = /[\u0000-\u001f"\\\ud800-\udfff]/.test(text.charAt(index));
      const escaped = `\\u${text.charCodeAt(index).toString(16).padStart(4, '0')}`;
      return mustEscape || random() < 0.1 ? escaped : text.charAt(index);
    }).join('')}"`;
  const writeValue = (inner: unknown): string => `${space()}${writeBare(inner)}${space()}`;
  const writeBare = (inner: unknown): string => {
    if (typeof inner === 'string') return writeText(inner);
    if (Array.isArray(inner))
      return inner.length === 0 ? `[${space()}]` : `[${inner.map(writeValue).join(',')}]`;
    if (typeof inner !== 'object' || inner === null) return JSON.stringify(inner);
    const entries = Object.entries(inner).map((entry) => ({ entry, rank: random() }));
    const shuffled = entries.sort((a, b) => a.rank - b.rank).map(({ entry }) => entry);
    const members = shuffled.map(
      ([key, member]) => `${space()}${writeText(key)}${space()}:${writeValue(member)}`,
    );
    return members.length === 0 ? `{${space()}}` : `{${members.join(',')}}`;
  };
  return writeValue(value);
}

/** A small generator of numbers in [0, 1) (mulberry32), so that a failing case can be repeated. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
