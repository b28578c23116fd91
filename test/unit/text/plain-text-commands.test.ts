import { describe, expect, it } from 'vitest';
import { toPlainJson, toPlainLines, toPlainText } from '../../../src/text/plain-text.ts';

describe('toPlainText', () => {
  it.each([
    ['::error::x', ': :error::x'],
    ['xx::add-mask::y', 'xx: :add-mask::y'],
    ['::error file=a,line=1::x', ': :error file=a,line=1::x'],
    [':::stop-commands::x', ':: :stop-commands::x'],
    ['##[error]x', '# #[error]x'],
    ['a ##vso[task.complete]', 'a # #vso[task.complete]'],
  ])('takes the command out of %j', (text, plain) => {
    expect(toPlainText(text)).toBe(plain);
  });

  it.each(['::1', '::ffff:10.0.0.1', 'std::string', 'arn:aws:s3:::bucket', '# #[x]', '## title'])(
    'leaves %j alone',
    (text) => {
      expect(toPlainText(text)).toBe(text);
    },
  );
});

describe('toPlainLines', () => {
  it('keeps lines and tabs and drops everything that a terminal obeys', () => {
    expect(toPlainLines('a\r\nb\rc\u2028d\te\u001b[31mf\u001b]0;x\u0007g\u0000\u202eh\ud800')).toBe(
      'a\nb\nc\nd\tefgh\ufffd',
    );
  });
});

describe('toPlainJson', () => {
  it('gives the same value when it is parsed', () => {
    const value = { text: '##[error] ## ### \u009b31m \u202e \\ud800 😀' };
    const json = toPlainJson(value);
    expect(JSON.parse(json)).toEqual(value);
    expect(json).not.toMatch(/##|[\u0080-\u009f\u202e]/);
  });

  it('replaces lone surrogates, over which parsers stumble', () => {
    expect(JSON.parse(toPlainJson({ a: ['x\ud800'] }))).toEqual({ a: ['x\ufffd'] });
  });
});
