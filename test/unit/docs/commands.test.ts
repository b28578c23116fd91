import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { commands } from '../../../src/cli/commands.ts';
import { dropInGroups } from '../../../src/commands/drop-in/options.ts';
import type { OptionGroup, OptionSpec } from '../../../src/config/option.ts';

const project = join(import.meta.dirname, '../../..');
const pages = ['README.md', 'CONTRIBUTING.md', ...globSync('docs/*.md', { cwd: project })];

type Line = { readonly page: string; readonly text: string };

/** The commands that a page shows in blocks of shell, without what they are piped into and without comments. */
function shownCommands(page: string): readonly Line[] {
  const blocks = [...readFileSync(join(project, page), 'utf8').matchAll(/^ *```sh\n(.*?)^ *```/gms)];
  return blocks
    .flatMap(([, block = '']) => block.replaceAll(/\\\n/g, ' ').split('\n'))
    .flatMap((line) => line.replace(/\s#.*$/, '').split(/\||&&/))
    .map((text) => ({ page, text: text.trim() }))
    .filter(({ text }) => text.startsWith('audit-scanner '));
}

const shown = pages.flatMap(shownCommands);

describe('the commands that the pages show', () => {
  test('are there', () => {
    expect(shown.length).toBeGreaterThan(15);
  });

  test.each(shown)('$page: $text', { timeout: 60_000 }, async ({ text }) => {
    const words = text.split(/\s+/).slice(1);
    const [name = ''] = words;
    const flags = words.filter((word) => /^--?[a-zA-Z]/.test(word)).map((word) => word.replace(/=.*/, ''));
    const known = await knownFlags(name);
    expect(flags.filter((flag) => !known.includes(flag.replace(/^-v+$/, '-v')))).toEqual([]);
  });
});

/** Of a command; without one, of the drop-in. */
async function knownFlags(name: string): Promise<readonly string[]> {
  const groups = name.startsWith('-') ? dropInGroups : await groupsOf(name);
  const options: readonly OptionSpec[] = groups.flatMap((group) => group.options);
  return [
    '--help',
    ...options.flatMap(({ name: long, short }) =>
      short === undefined ? [`--${long}`] : [`--${long}`, `-${short}`],
    ),
  ];
}

async function groupsOf(name: string): Promise<readonly OptionGroup[]> {
  const entry = commands.find((command) => command.name === name);
  if (entry === undefined) throw new Error(`there is no command ${name}`);
  return (await entry.load()).groups ?? [];
}
