import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { referenceDocs } from '../../../scripts/reference-docs.ts';
import { dropInOptions } from '../../../src/commands/drop-in/options.ts';
import { scanOptions } from '../../../src/commands/scan/options.ts';
import type { OptionSpec } from '../../../src/config/option.ts';
import { allCodes } from '../../../src/manual/manual.ts';
import { looks } from '../../support/looks.ts';

const project = join(import.meta.dirname, '../../..');

function render(path: string): string {
  return referenceDocs[path]!();
}

describe('the pages that are made from the program', () => {
  it.each(Object.keys(referenceDocs))('%s is up to date; if not: npm run docs', async (path) => {
    expect(await readFile(join(project, path), 'utf8')).toBe(render(path));
  });

  it('the page of errors has a heading for every code, and its links lead to them', () => {
    const text = render('docs/errors.md');
    const headings = [...text.matchAll(/^### (.*)$/gm)].map(([, heading]) => heading);
    expect(headings).toEqual(allCodes);
    const anchors = [...text.matchAll(/\]\(#([^)]*)\)/g)].map(([, anchor]) => anchor?.toUpperCase());
    expect(anchors.length).toBeGreaterThan(0);
    expect(anchors.filter((anchor) => !headings.includes(anchor))).toEqual([]);
  });

  it('the page of the command line has every flag that is not hidden, and no other', () => {
    const text = render('docs/cli.md');
    const pages = new Map(text.split(/^## /m).map((part) => [part.slice(0, part.indexOf('\n')), part]));
    const namesIn = (part: string) => [...part.matchAll(/^\| `--([a-z-]+)/gm)].map(([, name]) => name);
    const shown = (options: readonly OptionSpec[]) =>
      options.filter(({ hidden }) => hidden !== true).map(({ name }) => name);
    expect(namesIn(pages.get('audit-scanner scan')!)).toEqual(shown(scanOptions));
    expect(namesIn(pages.get('audit-scanner without a command')!)).toEqual(shown(dropInOptions));
    for (const [name, { groups, own }] of Object.entries(looks)) {
      const page = pages.get(`audit-scanner ${name}`)!;
      expect(namesIn(page)).toEqual(own.map((option) => option.name));
      for (const { options } of groups)
        expect(options.filter((option) => !page.includes(`\`--${option.name}`))).toEqual([]);
    }
  });

  it('no table row is broken by a bar in its cells', () => {
    const tables = render('docs/cli.md')
      .split('\n\n')
      .filter((block) => block.startsWith('|'));
    for (const table of tables) {
      const columns = table.split('\n').map((row) => row.split(/(?<!\\)\|/).length);
      expect(new Set(columns).size).toBe(1);
    }
  });
});
