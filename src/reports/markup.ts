import { toPlainLines, toTerminalMessage } from '../text/index.ts';

/** XML has no way to write these. */
const unwritable = /[\ufffe\uffff]/g;
/** Markup; white space, which attributes would lose; and `##`, with which commands to CI systems begin. */
const special = /[&<>"'\t\n]|(?<=#)#/g;

/** Text for an attribute or an element of XML 1.0. Parsing gives it back, but for characters that XML cannot hold. */
function escapeXml(text: string): string {
  return toPlainLines(text)
    .replace(unwritable, '')
    .replace(special, (character) => `&#${character.charCodeAt(0)};`);
}

export type Attributes = Readonly<Record<string, string | number | undefined>>;

/** An element with text. Attributes that are undefined are left out. */
export function textElement(name: string, attributes: Attributes, text: string): string {
  return `${openTag(name, attributes)}>${escapeXml(text)}</${name}>`;
}

/** An element with elements, each on lines of its own. */
export function parentElement(name: string, attributes: Attributes, children: readonly string[]): string {
  const head = openTag(name, attributes);
  return children.length === 0 ? `${head}/>` : `${head}>\n${children.join('\n')}\n</${name}>`;
}

/** The beginning of an element without its `>`. */
export function openTag(name: string, attributes: Attributes): string {
  const written = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [` ${key}="${escapeXml(String(value))}"`],
  );
  return `<${name}${written.join('')}`;
}

/** Markup; and `@team`, `#1` and `!2`, which call people and link to issues wherever the text is posted. */
const markupOrReference = /[&<>"'`*_~|\\[\]{}$]|(?<!\w)[@#!](?=\w)/g;

/** Text on one line that GitHub and GitLab show as it is: no markup, no HTML, no table cell of its own, nobody called. */
export function escapeMarkdown(text: string): string {
  return toTerminalMessage(text).replace(markupOrReference, (character) =>
    '@#!'.includes(character) ? `${character}&#8203;` : `&#${character.charCodeAt(0)};`,
  );
}
