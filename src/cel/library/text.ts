import { CelScalar, celMethod, listType } from '@bufbuild/cel';
import { RE2JS } from 're2js';

const { BOOL, DYN, INT, STRING } = CelScalar;
const LIST = listType(DYN);

/** Up to `limit` matches; all of them without one. Go's regular expressions: linear in the text, whatever the pattern. */
function findAll(text: string, pattern: string, limit = -1n): string[] {
  const matcher = RE2JS.compile(pattern).matcher(text);
  const found: string[] = [];
  let end = -1;
  while ((limit < 0n || found.length < limit) && matcher.find()) {
    // Nothing right behind a match is no match of its own.
    if (matcher.end() > matcher.start() || matcher.start() !== end) found.push(matcher.group() ?? '');
    end = matcher.end();
  }
  return found;
}

/** Kubernetes' functions on text that CEL itself lacks. */
export const text = [
  celMethod('matches', STRING, [STRING], BOOL, function (pattern) {
    return RE2JS.compile(pattern).matcher(this).find();
  }),
  celMethod('find', STRING, [STRING], STRING, function (pattern) {
    return findAll(this, pattern, 1n)[0] ?? '';
  }),
  celMethod('findAll', STRING, [STRING], LIST, function (pattern) {
    return findAll(this, pattern);
  }),
  celMethod('findAll', STRING, [STRING, INT], LIST, function (pattern, limit) {
    return findAll(this, pattern, limit);
  }),
];
