import { describe, expect, it } from 'vitest';
import {
  type ManifestDocument,
  type ParseOptions,
  parseDocuments,
} from '../../../../src/sources/manifests/documents.ts';

function parse(text: string): readonly (ManifestDocument | Error)[] {
  return [...parseDocuments({ path: 'in.yaml', text })];
}

function messagesOf(text: string): readonly string[] {
  return parse(text).map((document) => (document instanceof Error ? document.message : 'read'));
}

/** The first document as the JSON that would be sent. */
function toJson(text: string): string {
  const [document] = parse(text);
  if (document === undefined || document instanceof Error)
    throw new Error(document?.message ?? 'no document');
  return JSON.stringify(document.value);
}

describe('a scalar', () => {
  // Every row was compared with `kubectl patch --local -o json`.
  it.each([
    ['yes', 'true'],
    ['No', 'false'],
    ['on', 'true'],
    ['OFF', 'false'],
    ['y', 'true'],
    ['tRue', '"tRue"'],
    ['~', 'null'],
    ['Null', 'null'],
    ['0755', '493'],
    ['0o17', '15'],
    ['0x1F', '31'],
    ['-0b11', '-3'],
    ['+12', '12'],
    ['1_000', '1000'],
    ['08', '8'],
    ['1e3', '1000'],
    ['1.10', '1.1'],
    ['.5', '0.5'],
    ['1e400', '"1e400"'],
    ['12:30', '"12:30"'],
    ['2020-01-01', '"2020-01-01"'],
    ['9007199254740993', '9007199254740993'],
    ['-9223372036854775808', '-9223372036854775808'],
    ['9223372036854775808', '9223372036854776000'],
    ['!!binary aGVsbG8=', '"hello"'],
    ['!!str 123', '"123"'],
    ['"0755"', '"0755"'],
  ])('%s is %s', (yaml, json) => {
    expect(toJson(`a: ${yaml}\n`)).toBe(`{"a":${json}}`);
  });

  it('is refused when JSON cannot hold it', () => {
    expect(messagesOf('a: .inf\n')).toEqual(['in.yaml:1: .inf is not a number that JSON can hold']);
  });
});

describe('a document', () => {
  it('may use anchors and merge keys', () => {
    expect(toJson('base: &b {x: 1, z: 2}\nm: {<<: *b, z: 3}\n')).toBe(
      '{"base":{"x":1,"z":2},"m":{"x":1,"z":3}}',
    );
  });

  it('keeps the numbers of JSON as they are written', () => {
    const json = '{"a":1.0,"b":123456789012345678901234567890,"c":9007199254740993,"d":1E2,"e":[-0.10]}';
    expect(toJson(json)).toBe(json);
  });

  it('may be JSON with tabs and escapes', () => {
    expect(toJson('{\n\t"a": "\\ud83d\\ude00\\/\\n",\n\t"b": [\n\t\ttrue]\n}\n')).toBe(
      JSON.stringify({ a: '😀/\n', b: [true] }),
    );
  });

  it('does not hide the others when it is broken', () => {
    expect(messagesOf('a: 1\n---\nb: 1\nb: 2\n---\n- [\n--- # last\nc: 1\n')).toEqual([
      'read',
      'in.yaml:4: duplicated mapping key',
      'in.yaml:7: deficient indentation',
      'read',
    ]);
  });

  it('is left out when it is empty', () => {
    expect(parse('---\n# nothing\n---\n---\nnull\n')).toEqual([]);
  });

  it('knows its line and column', () => {
    const origins = parse('\uFEFF# first\na: 1\n---\n\n  b: 1\n--- {c: 1}\n').map((document) =>
      document instanceof Error ? document : document.origin,
    );
    expect(origins).toEqual([
      { path: 'in.yaml', line: 2, column: 1 },
      { path: 'in.yaml', line: 5, column: 3 },
      { path: 'in.yaml', line: 6, column: 5 },
    ]);
  });

  it('knows where the elements of its list are', () => {
    const [document] = parse(
      '# a list\nother: [1]\nitems:\n- a: [{items: [1]}]\n  b: 2\n-\n  c: 3\n- {d: 4}\n',
    );
    expect(document).toMatchObject({
      itemOrigins: [
        { line: 4, column: 3 },
        { line: 7, column: 3 },
        { line: 8, column: 3 },
      ],
    });
  });

  it('is refused when its aliases would fill the memory', () => {
    const levels = Array.from({ length: 9 }, (_, n) => `l${n + 1}: &l${n + 1} [${`*l${n},`.repeat(9)}]`);
    const bomb = `l0: &l0 [lol]\n${levels.join('\n')}\n`;
    expect(messagesOf(bomb)).toEqual([
      'in.yaml:1: the document becomes too large when its aliases are expanded',
    ]);
  });

  it('is refused when it contains itself', () => {
    expect(parse('a: &a [*a]\n')[0]).toBeInstanceOf(Error);
  });

  it('says nothing of its content when it is refused', () => {
    const [error] = parse('password: "hunter2\n');
    expect(error).toBeInstanceOf(Error);
    expect(messagesOf('password: "hunter2\n').join()).not.toContain('hunter2');
  });
});

describe('a stream as kubectl takes it', () => {
  const object = (name: string): string => `{"kind":"Pod","metadata":{"name":"${name}"}}`;

  /** Name and place of each document. */
  function places(text: string): readonly string[] {
    return parse(text).map((document) => {
      if (document instanceof Error) return document.message;
      const { name } = (document.value as { metadata: { name: string } }).metadata;
      return `${name} ${document.origin.line}:${document.origin.column}`;
    });
  }

  it.each([
    ['in lines', `${object('a')}\n${object('b')}\n\n  ${object('c')}\n`, ['a 1:1', 'b 2:1', 'c 4:3']],
    ['in one line', `${object('é')}${object('b')} ${object('c')}`, ['é 1:1', 'b 1:39', 'c 1:78']],
    ['before YAML', `${object('a')}${object('b')}\n---\nmetadata: {name: c}\n`, ['a 1:1', 'b 1:39', 'c 3:1']],
    // kubectl does not take these either.
    [
      'after YAML',
      `metadata: {name: a}\n---\n${object('b')}\n${object('c')}`,
      ['a 1:1', expect.stringContaining('in.yaml:4: ') as string],
    ],
  ])('JSON objects may follow each other %s', (_, text, expected) => {
    expect(places(text)).toEqual(expected);
  });

  it('what is broken among them hides none before it', () => {
    expect(places(`${object('a')}\n${object('b')}\n{"metadata":\n`)).toEqual([
      'a 1:1',
      'b 2:1',
      expect.stringMatching(/^in\.yaml:\d: /) as string,
    ]);
  });

  it('a mapping in braces that is no JSON is YAML', () => {
    expect(places("{metadata: {name: 'a}'}}\n")).toEqual(['a} 1:1']);
  });

  it.each(['---\n', '--- \r\n', '--- # two\n'])('a byte order mark after %j is none of the text', (line) => {
    expect(places(`metadata: {name: a}\n${line}\uFEFFmetadata: {name: b}\n`)).toEqual(['a 1:1', 'b 3:1']);
  });
});

describe('a key that stands twice', () => {
  const takeLast: ParseOptions = { repeatedKeys: 'take-last' };

  function parseLast(text: string): ManifestDocument {
    const [document] = parseDocuments({ path: 'in.yaml', text }, takeLast);
    if (document === undefined || document instanceof Error) throw new Error(document?.message ?? 'none');
    return document;
  }

  it.each([
    ['a: 1\nb: 2\na: 3\n', { a: 3, b: 2 }, ['a 3:1']],
    [
      'x: {a: 1, a: 2, b: 1, b: 1}\nz: [{c: 1, "c": 2}]\n',
      { x: { a: 2, b: 1 }, z: [{ c: 2 }] },
      ['a 1:11', 'b 1:23', 'c 2:13'],
    ],
    ['{"a": "1",\n "a": "2"}', { a: '2' }, ['a 2:3']],
    ['1: a\n0x1: b\n"1": c\n', { 1: 'c' }, ['1 3:2']],
    ['a: {b: 1}\na: {c: 2}\n', { a: { c: 2 } }, ['a 2:1']],
    ['m: &m {a: 1, b: 1}\nx: {<<: *m, a: 2, a: 3}\n', { m: { a: 1, b: 1 }, x: { a: 3, b: 1 } }, ['a 2:19']],
  ])('in %j has its last value, and is told', (text, value, told) => {
    const document = parseLast(text);
    expect(document.value).toEqual(value);
    expect(document.repeatedKeys.map(({ key, origin }) => `${key} ${origin.line}:${origin.column}`)).toEqual(
      told,
    );
  });

  it('is not told where a merge or an alias repeats it', () => {
    expect(parseLast('m: &m {a: 1}\nx: {<<: *m, a: 2}\ny: *m\n').repeatedKeys).toEqual([]);
  });

  it('is an error where somebody asks for that', () => {
    expect(messagesOf('a: 1\na: 2\n')).toEqual(['in.yaml:2: duplicated mapping key']);
  });
});

describe('what was rendered', () => {
  const rendered = { path: 'web.tgz', template: 'web/templates/a.yaml', isRendered: true };

  it('has no line', () => {
    const documents = [...parseDocuments({ ...rendered, text: 'a: 1\n---\nb: [\n' })];
    expect(documents).toEqual([
      expect.objectContaining({
        origin: { path: 'web.tgz', line: undefined, column: undefined, template: 'web/templates/a.yaml' },
      }),
      expect.objectContaining({
        message: expect.stringMatching(/^web\.tgz \(web\/templates\/a\.yaml\): /) as string,
      }),
    ]);
  });
});
