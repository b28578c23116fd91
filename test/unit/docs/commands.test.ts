import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { screensOf } from '../../../scripts/screens/page.ts';
import { commands } from '../../../src/cli/commands.ts';
import { dropInGroups } from '../../../src/commands/drop-in/options.ts';
import { helpTopics } from '../../../src/commands/help/topics.ts';
import type { OptionGroup, OptionSpec } from '../../../src/config/option.ts';

const project = join(import.meta.dirname, '../../..');
const pages = ['README.md', 'CONTRIBUTING.md', ...globSync('docs/**/*.md', { cwd: project })];

type Line = { readonly page: string; readonly text: string };

/** The commands that a page shows in blocks of shell, in screens and within its prose, without what they are piped into and without comments. */
function shownCommands(page: string): readonly Line[] {
  const text = readFileSync(join(project, page), 'utf8');
  const blocks = [...text.matchAll(/^ *```sh\n(.*?)^ *```/gms)].map(([, block = '']) => block);
  const prose = text.replaceAll(/^ *```.*?^ *```$/gms, '');
  return [
    ...blocks.flatMap((block) => block.replaceAll(/\\\n/g, ' ').split('\n')),
    // What shows a wrong command is run all the same.
    ...screensOf(text).flatMap(({ command, exit }) => (exit === 2 ? [] : command.split(';'))),
    ...[...prose.matchAll(/`(audit-scanner [a-z][^`]*)`/g)].map(([, command = '']) => command),
  ]
    .flatMap((line) => line.replace(/\s#.*$/, '').split(/\||&&/))
    .map((text) => ({ page, text: text.trim() }))
    .filter(({ text }) => text.startsWith('audit-scanner '));
}

/** Those of `audit-scanner help TOPIC`. */
function commandsOfHelp([topic, render]: [string, () => string]): readonly Line[] {
  const commands = render().matchAll(/^(?:  |.*\| )(audit-scanner .*?)(?: {2,}.*)?$/gm);
  return [...commands].map(([, text = '']) => ({ page: `help ${topic}`, text }));
}

const shown = [...pages.flatMap(shownCommands), ...Object.entries(helpTopics).flatMap(commandsOfHelp)];

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

describe('the links of the pages', () => {
  test.each(pages)('%s: lead to files and headings that are there', (page) => {
    const text = readFileSync(join(project, page), 'utf8').replaceAll(/^ *```.*?^ *```$/gms, '');
    const links = [...text.matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)/g)];
    const dead = links.filter(([, path = '', anchor]) => {
      const target = path === '' ? join(project, page) : join(project, dirname(page), path);
      if (!existsSync(target)) return true;
      return anchor !== undefined && !anchorsOf(target).includes(anchor);
    });
    expect(dead.map(([link]) => link)).toEqual([]);
  });
});

/** As GitHub makes them of headings. */
function anchorsOf(path: string): readonly string[] {
  return [...readFileSync(path, 'utf8').matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
}
