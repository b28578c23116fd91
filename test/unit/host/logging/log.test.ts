import { describe, expect, it } from 'vitest';
import { type LogLevel, type LogLine } from '../../../../src/host/log-line.ts';
import { createJsonLog, createTextLog } from '../../../../src/host/logging/log.ts';

const now = () => Date.UTC(2026, 10, 24, 2, 3, 4, 5) + 0.75;

function json(level: LogLevel, lines: readonly LogLine[]): string {
  let text = '';
  const log = createJsonLog({ level, now, write: (part) => (text += part) });
  for (const line of lines) log(line);
  return text;
}

function text(level: LogLevel, lines: readonly LogLine[]): string {
  let written = '';
  const log = createTextLog({ level, write: (part) => (written += part) });
  for (const line of lines) log(line);
  return written;
}

const levels: readonly LogLevel[] = ['debug', 'info', 'warning', 'error'];
const oneOfEach: readonly LogLine[] = levels.map((level) => ({ level, message: level, fields: {} }));

describe('the JSON log', () => {
  it('writes one object per line in the order of the Go scanner', () => {
    const fields = { component: 'scanner', RunUID: 'x', dict: { n: 1 }, absent: undefined };
    expect(json('info', [{ level: 'warning', message: 'it\n"happened"', fields }])).toBe(
      '{"time":"2026-11-24T02:03:04.005750Z","level":"warning","message":"it\\n\\"happened\\"","component":"scanner","RunUID":"x","dict":{"n":1}}\n',
    );
  });

  it.each([
    ['debug', ['debug', 'info', 'warning', 'error']],
    ['info', ['info', 'warning', 'error']],
    ['warning', ['warning', 'error']],
    ['error', ['error']],
  ] as const)('with level %s has %j', (level, expected) => {
    const lines = json(level, oneOfEach)
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { level: string }).level);
    expect(lines).toEqual(expected);
  });

  it('does not take an error for something else', () => {
    const line = JSON.parse(
      json('info', [{ level: 'error', message: 'm', fields: { error: 'e', err: 'f' } }]),
    ) as object;
    expect(line).toMatchObject({ message: 'm', error: 'e', err: 'f' });
  });
});

describe('the text log', () => {
  it('is made for people', () => {
    const fields = {
      component: 'scanner',
      error: 'not allowed',
      code: 'AS-3101',
      'resource-GVK': 'secrets',
      ns: undefined,
      dict: { n: 1 },
      facts: ['long'],
      try: ['long'],
    };
    expect(text('warning', [{ level: 'warning', message: 'Failed to list resources', fields }])).toBe(
      'warning: Failed to list resources: not allowed resource-GVK=secrets dict={"n":1} [AS-3101]\n',
    );
  });

  it('does not repeat a message that is the error', () => {
    const fields = { error: 'no', code: 'AS-4301' };
    expect(text('info', [{ level: 'error', message: 'no', fields }])).toBe('error: no [AS-4301]\n');
  });

  it('stays one line and steers no terminal', () => {
    const fields = { error: 'a\u001b[31m\nb', namespace: 'c\rd\u0007' };
    expect(text('info', [{ level: 'error', message: 'm', fields }])).toBe('error: m: a b namespace=c d\n');
  });

  it.each([
    ['info', 'info: info\nwarning: warning\nerror: error\n'],
    ['error', 'error: error\n'],
  ] as const)('with level %s has %j', (level, expected) => {
    expect(text(level, oneOfEach)).toBe(expected);
  });
});
