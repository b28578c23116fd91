import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readSources } from '../../src/sources/manifests/input.ts';
import { loadManifests, type Manifests } from '../../src/sources/manifests/manifests.ts';
import { ensureBinaries } from '../cluster/build.mjs';
import { describeOnCluster, sharedCluster } from '../support/cluster/shared.ts';

/*
 * What a file holds is what kubectl makes of it: each text is given to the real kubectl, which asks the API server in a dry run, and to
 * us. Where kubectl refuses a document, so do we.
 */

const run = promisify(execFile);

type Made = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
};

describeOnCluster('what kubectl makes of a file', () => {
  const cluster = sharedCluster();
  let kubectl: string;
  let folder: string;

  beforeAll(async () => {
    ({ kubectl } = await ensureBinaries(['kubectl']));
    folder = await mkdtemp(join(tmpdir(), 'kubectl-'));
  });

  afterAll(() => rm(folder, { recursive: true }));

  /** What it would create. */
  async function create(path: string): Promise<readonly string[]> {
    const target = ['--kubeconfig', cluster.kubeconfigPath];
    const { stdout } = await run(kubectl, [
      'create',
      '--dry-run=server',
      '-o',
      'json',
      '-f',
      path,
      ...target,
    ]);
    // One object after another, without anything between them.
    const objects = stdout.split(/^(?=\{)/m).map((text) => JSON.parse(text) as Made);
    return objects.map(describeObject).sort();
  }

  async function load(path: string): Promise<Manifests> {
    const sources = readSources(
      [path],
      {
        readStdin: () => Promise.resolve(''),
        render: () => Promise.reject(new Error('nothing is rendered')),
        exclude: [],
        kustomizations: [],
        chartFlags: [],
      },
      new AbortController().signal,
    );
    return loadManifests(
      { sources },
      { defaultNamespace: 'default', named: [path] },
      new AbortController().signal,
    );
  }

  /** Without what the API server adds. */
  function describeObject(object: object): string {
    const { kind, metadata, data } = object as Made & { data?: unknown };
    return JSON.stringify([kind, metadata.name, data ?? null]);
  }

  function describeAll({ objects }: Manifests): readonly string[] {
    const all = [...objects.values()].flat();
    return all.map(({ json }) => describeObject(JSON.parse(Buffer.from(json).toString()) as Made)).sort();
  }

  const yaml = (name: string, rest = ''): string =>
    `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n${rest}`;
  const json = (name: string): string =>
    JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } });
  const littleEndian = (text: string): Buffer => Buffer.from(`\uFEFF${text}`, 'utf16le');
  const bigEndian = (text: string): Buffer => littleEndian(text).swap16();

  describe('is what we audit', () => {
    test.each<[string, string | Buffer]>([
      ['JSON objects in lines', `${json('a')}\n${json('b')}\n${json('c')}\n`],
      ['JSON objects in one line', `${json('a')}${json('b')} ${json('c')}`],
      ['JSON objects, then YAML', `${json('a')}\n---\n${yaml('b')}---\n${json('c')}`],
      ['a byte order mark at the start', `\uFEFF${yaml('a')}`],
      ['a byte order mark after a separator', `${yaml('a')}---\n\uFEFF${yaml('b')}`],
      ['a byte order mark after a separator with a comment', `${yaml('a')}--- # b\r\n\uFEFF${yaml('b')}`],
      ['UTF-16, little end first', littleEndian(`${yaml('a', 'data: {x: "äöü😀"}\n')}---\n${yaml('b')}`)],
      ['UTF-16, big end first', bigEndian(`${yaml('a', 'data: {x: "äöü😀"}\n')}---\n${yaml('b')}`)],
      ['a key that stands twice', yaml('a', 'data: {x: "1", x: "2"}\n')],
      [
        'a key that stands twice in blocks',
        yaml('a', 'data:\n  x: "1"\n  y: z\n  x: "2"\ndata: {only: this}\n'),
      ],
      ['a key that stands twice in JSON', json('a').replace('}}', '},"data":{"x":"1","x":"2"}}')],
    ])('%s', async (_, content) => {
      const path = join(folder, 'in.yaml');
      await writeFile(path, content);
      const [made, manifests] = await Promise.all([create(path), load(path)]);
      expect(manifests.unread).toEqual([]);
      expect(describeAll(manifests)).toEqual(made);
    });
  });

  test('is refused by us, too, where it is in UTF-16 without a mark', async () => {
    const path = join(folder, 'unmarked.yaml');
    await writeFile(path, Buffer.from(yaml('a'), 'utf16le'));
    await expect(create(path)).rejects.toThrow();
    expect((await load(path)).unread).toHaveLength(1);
  });

  test('leaves out in silence what follows a JSON object after YAML, and we say that it is missed', async () => {
    const path = join(folder, 'mixed.yaml');
    await writeFile(path, `${yaml('a')}---\n${json('b')}\n${json('c')}\n`);
    expect(await create(path)).toHaveLength(2);
    const { unread } = await load(path);
    expect(unread.map(({ error }) => error.code)).toEqual(['AS-2008']);
  });

  test('has the last value of a key that stands twice, of which we warn', async () => {
    const path = join(folder, 'twice.yaml');
    await writeFile(path, yaml('a', 'data:\n  x: "1"\n  x: "2"\n'));
    expect(await create(path)).toEqual([JSON.stringify(['ConfigMap', 'a', { x: '2' }])]);
    expect((await load(path)).input.warnings).toMatchObject([
      { code: 'AS-2020', origin: { path, line: 6, column: 3 } },
    ]);
  });
});
