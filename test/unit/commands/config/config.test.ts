import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Ajv from 'ajv';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { main } from '../../../../src/cli/main.ts';
import { renderTemplate } from '../../../../src/commands/config/template.ts';
import * as layer from '../../../../src/commands/scan/config-layer.ts';
import { anIo } from '../../cli/support.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'config-command-'));
  // What reads a file is loaded with the first one, and that takes its time.
  await run('validate', join(folder, 'none.yaml'));
}, 60_000);
afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function run(...argv: readonly string[]) {
  const io = anIo({ env: { AUDIT_SCANNER_TIMEOUT: '5m', AUDIT_SCANNER_CONFIG: '' } });
  const code = await main(['config', ...argv], io);
  return { code, stdout: io.stdout.text(), stderr: io.stderr.text() };
}

const schema = await readFile(join(import.meta.dirname, '../../../../schemas/config.schema.json'), 'utf8');
const validate = new Ajv().compile(JSON.parse(schema) as object);

describe('config init', () => {
  it('has every flag that is not hidden, and says of each what it is', () => {
    const text = renderTemplate('./schema.json', layer);
    const visible = layer.configurable.filter(({ hidden }) => hidden !== true).map(({ name }) => name);
    const named = [...text.matchAll(/^#([a-z-]+): /gm)].map(([, name]) => name);
    expect(named.toSorted()).toEqual(visible.toSorted());
    expect(text.split('\n')[0]).toBe('# yaml-language-server: $schema=./schema.json');
    expect(text.split('\n').filter((line) => line.length > 100)).toEqual([]);
  });

  it('is a file that sets nothing; what stands in its comments fits the schema', () => {
    const text = renderTemplate('./schema.json', layer);
    expect(parse(text)).toBeNull();
    const everything: unknown = parse(text.replaceAll(/^#(?=[a-z-]+: )/gm, ''));
    expect(validate(everything) ? [] : validate.errors).toEqual([]);
  });

  it('writes a file once, which is valid', async () => {
    const path = join(folder, 'new.yaml');
    expect(await run('init', path)).toMatchObject({ code: 0, stdout: '', stderr: `Wrote ${path}\n` });
    expect((await run('validate', path)).stdout).toBe(`${path} is valid: 0 flags\n`);
    await writeFile(path, 'fail-on: high\n');
    const again = await run('init', path);
    expect(again.code).toBe(2);
    expect(again.stderr).toContain('[AS-2052]');
    expect(await readFile(path, 'utf8')).toBe('fail-on: high\n');
  });
});

describe('the schema', () => {
  it.each([
    [{ 'fail-on': 'high', namespace: ['a', 'b'], quiet: true, 'max-violations': 3 }, true],
    [{ output: ['table', 'json=out.json'], severity: 'high,low' }, true],
    [{ 'fail-on': 'hihg' }, false],
    [{ failOn: 'high' }, false],
    [{ quiet: 'yes' }, false],
    [{ 'max-violations': 'many' }, false],
    [{ 'fail-on': ['high'] }, false],
  ])('of %j says %s', (document, expected) => {
    expect(validate(document)).toBe(expected);
  });
});

describe('config show', () => {
  it('says what is in force, and where it comes from', async () => {
    const path = join(folder, 'show.yaml');
    await writeFile(path, '\nfail-on: high\nexclude: [a, b]\nconcurrency: 7\ntimeout: 1m\n');
    const { code, stdout, stderr } = await run('show', '--config', path, '--concurrency', '9');
    expect([code, stderr]).toEqual([0, `Using ${path}\n`]);
    const rows = Object.fromEntries(
      stdout
        .split('\n')
        .map((line) => line.split(/ {2,}/))
        .map(([name = '', from, value]) => [name, [from, value]]),
    );
    expect(rows).toMatchObject({
      'fail-on': [`${path}:2:1`, 'high'],
      exclude: [`${path}:3:1 (scans of files)`, 'a, b'],
      concurrency: ['flag', '9'],
      timeout: ['AUDIT_SCANNER_TIMEOUT', '5m'],
      'page-size': ['default', '500'],
    });
    expect(Object.keys(rows)).not.toContain('parallel-policies');
  });

  it('does not show what cannot be', async () => {
    const path = join(folder, 'broken.yaml');
    await writeFile(path, 'fail-on: hihg\n');
    expect(await run('show', '--config', path)).toMatchObject({ code: 2, stdout: '' });
    expect((await run('show', '--no-config', '--fail-on', 'hihg')).stderr).toContain(
      'invalid value "hihg" for --fail-on',
    );
  });
});

describe('config validate', () => {
  it('says what a file may only set where it is named', async () => {
    const path = join(folder, 'guarded.yaml');
    await writeFile(path, 'concurrency: 5\nfail-on: high\n');
    const { code, stdout } = await run('validate', path);
    expect(code).toBe(0);
    expect(stdout).toContain('is valid: 2 flags\nIt has to be named, with --config ');
    expect(stdout).toContain('"fail-on" (line 2)');
  });

  it.each([
    [['validate', '/nonexistent']],
    [['validate', 'a', 'b']],
    [['init', '--force']],
    [['frobnicate']],
    [[]],
  ])('%j is wrong usage', async (argv) => {
    const { code, stdout, stderr } = await run(...argv);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^error: .*\[AS-2\d{3}\]/);
  });
});
