/*
 * Names and messages come from the cluster and may try to draw on the reader's terminal or to start a new line. The patterns name
 * control characters on purpose.
 */

/** CSI; then OSC and the other strings up to their terminator; then every other sequence. */
const escapeSequences =
  /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|(?:\u001b[\]PX^_]|[\u0090\u0098\u009d-\u009f])[^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c)?|\u001b[ -/]*[0-~]?/g;
const lineBreaks = /[\t\n\v\f\r\u0085\u2028\u2029]+/g;
/** C0, C1, and the marks that change the order in which text is displayed. */
const controls = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** The same without the tab and the line feed. */
const controlsInLines = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
/** CI systems run commands that they find in a log: `::name key=value::text` at the start of a line, `##[name]text` anywhere. */
const workflowCommands = /:(?=:[a-z][a-z-]*(?:[ \t].*?)?::)|#(?=#[a-z]*\[)/gi;

/** Well-formed text on one line without anything that a terminal or a CI system would obey. */
export function toPlainText(text: string): string {
  return text
    .replace(escapeSequences, '')
    .replace(lineBreaks, ' ')
    .replace(controls, '')
    .replace(workflowCommands, '$& ')
    .trim()
    .toWellFormed();
}

/** Well-formed text that keeps its lines and tabs, without anything else that a terminal would obey. */
export function toPlainLines(text: string): string {
  return text
    .replace(escapeSequences, '')
    .replace(/\r\n?|[\u0085\u2028\u2029]/g, '\n')
    .replace(controlsInLines, '')
    .toWellFormed();
}

const maxTerminalMessage = 2048;

/** A message for a terminal: plain, and cut where it would flood the screen. */
export function toTerminalMessage(message: string | undefined): string {
  const plain = toPlainText(message ?? '');
  return plain.length <= maxTerminalMessage ? plain : `${plain.slice(0, maxTerminalMessage)}…`;
}

/** Makes text of foreign origin fit for a message: one line, no control or formatting characters, at most `limit` characters. */
export function toOneLine(text: string, limit = 500): string {
  // Cutting first keeps a huge text cheap.
  const line = text
    .slice(0, 10 * limit)
    .replaceAll(/[\s\p{Cc}\p{Cf}]+/gu, ' ')
    .trim();
  return line.length > limit ? `${line.slice(0, limit - 1)}…` : line;
}

/**
 * JSON in which everything that a terminal or a CI system would obey is escaped; parsing it gives the same value, but for lone
 * surrogates, over which many parsers stumble.
 */
export function toPlainJson(value: unknown, indent?: number): string {
  const json = JSON.stringify(value, null, indent);
  const wellFormed = /\\ud[89a-f]/.test(json) ? JSON.stringify(value, toWellFormed, indent) : json;
  return escapeInQuotes(wellFormed);
}

/**
 * A document of JSON, or of YAML with what is not plain ASCII in double quotes: what a terminal or a CI system would obey is escaped as
 * both write it.
 */
export function escapeInQuotes(document: string): string {
  return document.replace(
    /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]|(?<=#)#/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function toWellFormed(_key: string, value: unknown): unknown {
  return typeof value === 'string' ? value.toWellFormed() : value;
}
