import { toTerminalMessage } from '../../text/index.ts';

/** Markup; and `@team`, `#1` and `!2`, which call people and link to issues wherever the text is posted. */
const markupOrReference = /[&<>"'`*_~|\\[\]{}$]|(?<!\w)[@#!](?=\w)/g;

/** Text on one line that GitHub and GitLab show as it is: no markup, no HTML, no table cell of its own, nobody called. */
export function escapeMarkdown(text: string): string {
  return toTerminalMessage(text).replace(markupOrReference, (character) =>
    '@#!'.includes(character) ? `${character}&#8203;` : `&#${character.charCodeAt(0)};`,
  );
}
