export { alignColumns } from './columns.ts';
export { formatCsvRecord, parseCsvRecord } from './csv.ts';
export { decodeText } from './decode-text.ts';
export { exactNumber, isRawNumber, numberText, parseExactJson } from './exact-json.ts';
export { parseJson } from './json.ts';
export { parseJsonMaps } from './json-maps.ts';
export { JsonMembers } from './json-members.ts';
export {
  type ByteRange,
  decodeString,
  JsonSyntaxError,
  skipSpace,
  skipValue,
  walkArray,
  walkObject,
} from './json-scanner.ts';
export {
  type Decision,
  decideSelector,
  findSelectorError,
  type LabelSelector,
  type Labels,
  matchesSelector,
} from './label-selector.ts';
export { createPattern } from './pattern.ts';
export { joinPieces } from './pieces.ts';
export {
  escapeInQuotes,
  toOneLine,
  toPlainJson,
  toPlainLines,
  toPlainText,
  toTerminalMessage,
} from './plain-text.ts';
export { plural } from './plural.ts';
export { findBrokenRequirement, formatLabelSelector, parseLabelSelector } from './selector-text.ts';
export { compareSemver, parseSemver, type Semver } from './semver.ts';
export { encodeGoString, reencodeAsGo, writeSorted } from './sorted-json.ts';
export { findNearest, findNearestName } from './suggest.ts';
export { TextLists } from './text-lists.ts';
export { formatAge, formatMinute } from './time-words.ts';
export { pad, widthOf, wrapLines, wrapProse, wrapText } from './wrap.ts';
