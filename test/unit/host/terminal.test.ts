import { describe, expect, it } from 'vitest';
import { isLively, screenLines, terminalWidth, usesColor } from '../../../src/host/terminal.ts';
import { aStream } from '../cli/support.ts';

const terminal = aStream({ isTTY: true, columns: 100 });
const pipe = aStream();

describe('terminalWidth', () => {
  it.each([
    [terminal, {}, 100],
    [pipe, {}, 80],
    [aStream({ isTTY: true, columns: 0 }), {}, 80],
    [terminal, { COLUMNS: '60' }, 60],
    [terminal, { COLUMNS: '0' }, 100],
    [terminal, { COLUMNS: 'wide' }, 100],
  ])('%#', (stream, env, width) => {
    expect(terminalWidth(stream, env)).toBe(width);
  });
});

describe('screenLines', () => {
  it.each([
    [aStream({ isTTY: true, rows: 24 }), {}, 24],
    [aStream({ isTTY: true, rows: 0 }), {}, 50],
    [pipe, {}, 50],
    [pipe, { LINES: '30' }, 30],
    [aStream({ isTTY: true, rows: 24 }), { LINES: 'many' }, 24],
  ])('%#', (stream, env, lines) => {
    expect(screenLines(stream, env)).toBe(lines);
  });
});

describe('usesColor', () => {
  it.each([
    ['auto', terminal, {}, true],
    ['auto', pipe, {}, false],
    ['auto', terminal, { NO_COLOR: '1' }, false],
    ['auto', terminal, { NO_COLOR: '' }, true],
    ['auto', terminal, { TERM: 'dumb' }, false],
    ['auto', pipe, { CI: 'true' }, false],
    ['auto', pipe, { FORCE_COLOR: '1' }, true],
    ['auto', pipe, { FORCE_COLOR: '' }, true],
    ['auto', pipe, { FORCE_COLOR: '1', NO_COLOR: '1', TERM: 'dumb' }, true],
    ['auto', terminal, { FORCE_COLOR: '0' }, false],
    ['always', pipe, { NO_COLOR: '1' }, true],
    ['never', terminal, { FORCE_COLOR: '1' }, false],
  ] as const)('--color %s %#', (color, stream, env, expected) => {
    expect(usesColor(color, stream, env)).toBe(expected);
  });
});

describe('isLively', () => {
  it.each([
    [terminal, {}, true],
    [pipe, {}, false],
    [terminal, { CI: '1' }, false],
    [terminal, { TERM: 'dumb' }, false],
  ])('%#', (stream, env, expected) => {
    expect(isLively(stream, env)).toBe(expected);
  });
});
