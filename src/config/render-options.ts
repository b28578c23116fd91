import type { OptionGroup, OptionSpec } from './option.ts';

type Row = { readonly term: string; readonly help: string };

const maxTermWidth = 34;

/** Groups of flags as the help shows them. */
export function renderGroups(groups: readonly OptionGroup[]): string {
  return groups
    .map(({ title, options }) => {
      const rows = options.filter(({ hidden }) => hidden !== true).map(toRow);
      return `${title}:\n${renderRows(rows)}`;
    })
    .join('\n');
}

function toRow(option: OptionSpec): Row {
  const { name, short, placeholder } = option;
  const flag = `${short === undefined ? '    ' : `-${short}, `}--${name}`;
  return { term: placeholder === undefined ? flag : `${flag} ${placeholder}`, help: describeOption(option) };
}

/** The help of an option with its default, where that is one to know. */
function describeOption({ help, default: fallback }: OptionSpec): string {
  return fallback === undefined ? help : `${help} (default ${fallback})`;
}

/** A term and its explanation a line, in two columns. */
export function renderRows(rows: readonly Row[]): string {
  const longest = rows.reduce((width, { term }) => Math.max(width, term.length), 0);
  const width = Math.min(longest, maxTermWidth);
  const indent = ' '.repeat(width + 4);
  return rows
    .map(({ term, help }) =>
      term.length <= width ? `  ${term.padEnd(width)}  ${help}\n` : `  ${term}\n${indent}${help}\n`,
    )
    .join('');
}
