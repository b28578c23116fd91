import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { main } from '../../../../src/cli/main.ts';
import { anIo } from '../../cli/support.ts';

async function complete(words: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const io = anIo({ env: { HOME: '/nonexistent', ...env } });
  const code = await main(['__complete', ...words], io);
  const lines = io.stdout.text().split('\n').slice(0, -1);
  expect([code, io.stderr.text()]).toEqual([0, '']);
  return { values: lines.slice(0, -1).map((line) => line.split('\t')[0]), directive: lines.at(-1) };
}

describe('completion', () => {
  it.each([
    [['sc'], ['scan'], ':4'],
    [['--v'], ['--version'], ':4'],
    [['scan', '--fail'], ['--fail-on'], ':4'],
    [['scan', '--fail-on', ''], ['critical', 'high', 'medium', 'low', 'any', 'never'], ':4'],
    [['scan', '--fail-on=h'], ['--fail-on=high'], ':4'],
    [['scan', '--severity', 'high,l'], ['high,low'], ':4'],
    [['scan', '--store='], ['--store=true', '--store=false'], ':4'],
    [['scan', '-o', 'sa'], ['sarif'], ':4'],
    [['scan', '-o', 'json='], [], ':0'],
    [['scan', '--output=json=x'], [], ':0'],
    [['scan', '-f', ''], [], ':0'],
    [['scan', '--policies', 'cl'], ['cluster'], ':0'],
    [['scan', ''], [], ':0'],
    [['scan', '--quiet', '--qui'], [], ':4'],
    [
      ['scan', '--exclude', 'a', '--exclude'],
      ['--exclude-namespaces', '--exclude-policy', '--exclude-kinds', '--exclude'],
      ':4',
    ],
    [['scan', '--page-size', ''], [], ':4'],
    [['explain', 'AS-205'], ['AS-2050', 'AS-2051', 'AS-2052'], ':4'],
    [['help', 'ex'], ['exit-codes', 'explain'], ':4'],
    [['config', ''], ['show', 'init', 'validate'], ':4'],
    [['config', 'show', '--fail-on', 'n'], ['never'], ':4'],
    [['completion', 'z'], ['zsh'], ':4'],
    [['nonsense', ''], [], ':4'],
    [['he'], ['help'], ':4'],
  ])('of %j', async (words, values, directive) => {
    const completed = await complete(words);
    expect({ ...completed, values: completed.values.toSorted() }).toEqual({
      values: values.toSorted(),
      directive,
    });
  });

  it('knows the contexts of the kubeconfig that was typed', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'completion-'));
    const path = join(folder, 'it is here.yaml');
    await writeFile(path, 'contexts: [{name: prod, context: {}}, {name: dev, context: {}}]\n');
    const escaped = path.replaceAll(' ', String.raw`\ `);
    expect((await complete(['scan', '--kubeconfig', escaped, '--context', ''])).values).toEqual([
      'dev',
      'prod',
    ]);
    expect((await complete(['scan', '--context=p'], { KUBECONFIG: path })).values).toEqual([
      '--context=prod',
    ]);
    await rm(folder, { recursive: true });
  });

  it.each([[['--context', '']], [['-n', '']], [['--policy', 'a,']]])(
    'says nothing about %j without a cluster',
    async (words) => {
      expect((await complete(['scan', ...words])).values).toEqual([]);
    },
  );
});

describe('the scripts', () => {
  it.each(['bash', 'zsh', 'fish'])('of %s hand over to the hidden command', async (shell) => {
    const io = anIo();
    expect(await main(['completion', shell], io)).toBe(0);
    expect(io.stdout.text()).toContain('__complete');
  });

  it('of zsh offer words, and not only flags, as they would if they called all of them options', async () => {
    const io = anIo();
    await main(['completion', 'zsh'], io);
    expect(io.stdout.text()).toMatch(/ _describe 'audit-scanner' values$/m);
  });

  it.each([[[]], [['tcsh']], [['bash', 'zsh']]])('%j is wrong usage', async (words) => {
    const io = anIo();
    expect(await main(['completion', ...words], io)).toBe(2);
    expect(io.stderr.text()).toContain('Known: bash, zsh, fish');
  });
});
