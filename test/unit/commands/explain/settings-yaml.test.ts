import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { toSettingsYaml } from '../../../../src/commands/explain/settings-yaml.ts';
import { parseExactJson } from '../../../../src/text/exact-json.ts';

function yamlOf(json: string): readonly string[] {
  return toSettingsYaml(parseExactJson(json) as Record<string, unknown>);
}

describe('settings as YAML', () => {
  it('are what they are in the policy', () => {
    const settings = { registries: ['a.example', 'on', '1.5'], deep: { empty: {}, list: [], nothing: null } };
    expect(load(toSettingsYaml(settings).join('\n'))).toEqual(settings);
  });

  it('are none where there are none', () => {
    expect(toSettingsYaml({})).toEqual([]);
  });

  it('keep numbers that a double cannot hold', () => {
    expect(yamlOf('{"a":9007199254740993,"b":1.10,"c":-0,"d":2.5,"e":[1.5e300]}')).toEqual([
      'a: 9007199254740993',
      'b: 1.10',
      'c: -0',
      'd: 2.5',
      'e:',
      '  - 1.5e300',
    ]);
  });

  it('obey nothing that stands in them', () => {
    const hostile = { a: 'x\n::error::y\n\u001b[2Jz', '\u001b]0;t\u0007k': '##[group]b', c: 'r\u202et' };
    const lines = toSettingsYaml(hostile).join('\n');
    expect(lines).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
    expect(lines).not.toMatch(/^\s*::error::/m);
    expect(lines).not.toContain('##[');
  });
});
