import { describe, expect, it } from 'vitest';
import { trimMetadata } from '../../../src/kubernetes/trim.ts';

function trim(text: string): string {
  return trimMetadata(Buffer.from(text)).toString();
}

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

describe('trimMetadata', () => {
  it.each([
    [
      '{"metadata":{"managedFields":[{"a":{"b":"}"}}],"name":"x"},"n":1.0}',
      '{"metadata":{"name":"x"},"n":1.0}',
    ],
    [
      `{"a":9007199254740993,"metadata":{"name":"x","annotations":{"${lastApplied}":"{\\"a\\":1}","b":"é\\u00e9"}},"z":[]}`,
      '{"a":9007199254740993,"metadata":{"name":"x","annotations":{"b":"é\\u00e9"}},"z":[]}',
    ],
    [
      ` { "metadata" : { "annotations" : { "${lastApplied}" : "" } , "managedFields" : null } } `,
      ' { "metadata" : {"annotations":{}} } ',
    ],
    ['{"metadata":{"annotations":null}}', '{"metadata":{"annotations":null}}'],
    ['{"metadata":{"na\\u006de":"x"}}', '{"metadata":{"name":"x"}}'],
    ['{"kind":"Pod","spec":{"managedFields":1}}', '{"kind":"Pod","spec":{"managedFields":1}}'],
    [
      '{"metadata":{"name":"x"},"spec":{"metadata":{"managedFields":[]}}}',
      '{"metadata":{"name":"x"},"spec":{"metadata":{"managedFields":[]}}}',
    ],
  ])('%s', (text, trimmed) => {
    expect(trim(text)).toBe(trimmed);
  });

  it.each(['', '[]', '{"metadata":1}', '{"metadata":{'])('refuses %j', (text) => {
    expect(() => trim(text)).toThrow('malformed');
  });
});
