/** What of a page a screen is: `$ COMMAND` in a block of ```console, and below it what the command prints. */
export type Screen = {
  readonly command: string;
  /** What its exit code has to be. */
  readonly exit: number;
  /** Which lines are shown, of all that are printed; without any, all. */
  readonly lines: readonly Range[];
  readonly needs: 'nothing' | 'checkout' | 'cluster';
};
type Range = { readonly first: number; readonly last: number };

/** A file that a page shows, which its commands find in their folder: a block with `file=NAME` behind its language. */
export type PageFile = { readonly name: string; readonly content: string };

const block = /^```(\S+)(?: (.*))?\n([\s\S]*?)^```$/gm;
const elision = '…';

/** The files of a page. */
export function filesOf(page: string): readonly PageFile[] {
  return [...page.matchAll(block)].flatMap(([, , info = '', content = '']) => {
    const name = /(?:^| )file=(\S+)/.exec(info)?.[1];
    return name === undefined ? [] : [{ name, content }];
  });
}

/** The screens of a page, from its top to its end. */
export function screensOf(page: string): readonly Screen[] {
  return [...page.matchAll(block)]
    .filter(([, language]) => language === 'console')
    .map(([, , info = '', content = '']) => toScreen(info, content));
}

/** The page with `outputs` in its screens, one for each screen that has one; the others stay as they are. */
export function withOutputs(page: string, outputs: readonly (string | undefined)[]): string {
  let index = 0;
  return page.replaceAll(
    block,
    (whole: string, language: string, info: string | undefined, content: string) => {
      if (language !== 'console') return whole;
      const output = outputs[index++];
      if (output === undefined) return whole;
      const shown = excerpt(output, toScreen(info ?? '', content).lines);
      return `\`\`\`${language}${info === undefined ? '' : ` ${info}`}\n${commandLines(content).join('\n')}\n${shown}\`\`\``;
    },
  );
}

function toScreen(info: string, content: string): Screen {
  const options = new Map(
    [...info.matchAll(/(\w+)=(\S+)/g)].map(([, name = '', value = '']) => [name, value]),
  );
  const needs = options.get('needs') ?? 'nothing';
  if (needs !== 'nothing' && needs !== 'checkout' && needs !== 'cluster')
    throw new Error(`a screen needs nothing, checkout or cluster, not "${needs}"`);
  const lines = options.get('lines')?.split(',').map(toRange) ?? [];
  const command = commandLines(content).join('\n').slice(2);
  return { command, exit: Number(options.get('exit') ?? 0), lines, needs };
}

/** The first line, and those after it that a backslash joins to it. */
function commandLines(content: string): readonly string[] {
  const lines = content.split('\n');
  if (lines[0]?.startsWith('$ ') !== true) throw new Error(`a screen begins with "$ ", not "${lines[0]}"`);
  return lines.slice(0, lines.findIndex((line) => !line.endsWith('\\')) + 1);
}

function toRange(text: string): Range {
  const [first = '', last = first] = text.split('-');
  return { first: Number(first), last: last === '' ? Infinity : Number(last) };
}

/** What is left out between two ranges, before the first and after the last is one line with an ellipsis. */
function excerpt(output: string, ranges: readonly Range[]): string {
  if (ranges.length === 0) return output;
  const shown: string[] = [];
  for (const [index, line] of output.trimEnd().split('\n').entries()) {
    if (ranges.some(({ first, last }) => first <= index + 1 && index + 1 <= last)) shown.push(line);
    else if (shown.at(-1) !== elision) shown.push(elision);
  }
  return `${shown.join('\n')}\n`;
}
