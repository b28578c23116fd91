import { describe, expect, it } from 'vitest';
import { tidyErrorText } from '../../../src/evaluation/error-text.ts';
import { anApiResource, anObject } from '../../support/builders.ts';

const password = 'correct horse battery staple';
const encoded = Buffer.from(password).toString('base64');
const secret = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 's' },
  data: { password: encoded },
  stringData: { token: 'a "quoted" token' },
};
const payload = JSON.stringify({ request: { uid: 'u', object: secret }, settings: {} });

describe('tidyErrorText', () => {
  it.each([
    ['Guest call failure: no such key', 'Guest call failure: no such key'],
    ['it is {"a":1} and {}, a map[a:b] and { brackets', 'it is {"a":1} and {}, a map[a:b] and { brackets'],
    [
      `error deserializing validation payload ${payload}: missing field \`a\` at line 1 column 7`,
      'error deserializing validation payload {…}: missing field `a` at line 1 column 7',
    ],
    [`payload ${payload}${payload} and more`, 'payload {…}{…} and more'],
    [`it ends too early: ${payload.slice(0, -5)}`, 'it ends too early: {…}'],
    [
      `Deserialization { context: ${JSON.stringify(`payload ${payload}`)}, source: Error("x", line: 1) }`,
      'Deserialization { context: "payload {…}", source: Error("x", line: 1) }',
    ],
    [`cannot use map[data:map[password:${encoded}] kind:Secret metadata:map[name:s]]!`, 'cannot use {…}!'],
    [
      `Object {"data": Object {"password": String("${encoded}")}, "kind": String("Secret")} is odd`,
      'Object {…} is odd',
    ],
    [`${'a'.repeat(1500)}${'b'.repeat(100)}${'c'.repeat(500)}`, `${'a'.repeat(1500)} … ${'c'.repeat(500)}`],
  ])('of %s', (text, tidy) => {
    expect(tidyErrorText(text)).toBe(tidy);
  });

  it('knows a text that holds brackets, quotes and backslashes', () => {
    const tricky = JSON.stringify({ a: '}"{\\', b: ['\\"', ']'], more: 'x'.repeat(60) });
    expect(tidyErrorText(`<${tricky}>`)).toBe('<{…}>');
    expect(tidyErrorText(`<${JSON.stringify(`(${tricky})`)}>`)).toBe('<"({…})">');
  });

  it('leaves none of the values of a Secret in', () => {
    const object = {
      ...anObject(anApiResource('v1/secrets', 'Secret'), 'shop/s'),
      json: Buffer.from(JSON.stringify(secret)),
    };
    const text = `no ${encoded}, no ${password}, no {"password":"${password}"}, no ${secret.stringData.token}`;
    expect(tidyErrorText(text, object)).toBe('no …, no …, no {"password":"…"}, no …');
  });
});
