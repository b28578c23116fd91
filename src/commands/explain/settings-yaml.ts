import {
  DUMP_SCHEMA,
  defineScalarTag,
  dump,
  floatCoreTag,
  intCoreTag,
  type ScalarTagDefinition,
} from 'js-yaml';
import { numberText, toPlainText } from '../../text/index.ts';

/** The settings of a policy as YAML, one line each, without anything that a terminal or a CI system would obey. Empty without any. */
export function toSettingsYaml(settings: Readonly<Record<string, unknown>>): readonly string[] {
  if (Object.keys(settings).length === 0) return [];
  const yaml = dump(settings, { schema, lineWidth: -1, noRefs: true });
  return yaml.trimEnd().split('\n').map(toPlainLine);
}

const integer = /^-?\d+$/;

/** Numbers that a double cannot hold are written as they were read. */
const schema = DUMP_SCHEMA.withTags(
  withRawNumbers(intCoreTag, (text) => integer.test(text)),
  withRawNumbers(floatCoreTag, (text) => !integer.test(text)),
);

function withRawNumbers(tag: ScalarTagDefinition, isOfTag: (text: string) => boolean): ScalarTagDefinition {
  const rawText = (value: unknown): string | undefined =>
    typeof value === 'object' && value !== null ? numberText(value) : undefined;
  return defineScalarTag(tag.tagName, {
    ...tag,
    identify: (value: unknown) => {
      const text = rawText(value);
      return text === undefined ? tag.identify(value) : isOfTag(text);
    },
    represent: (value: unknown) => rawText(value) ?? tag.represent(value),
  });
}

/** How far a line is indented means something. */
function toPlainLine(line: string): string {
  const indent = /^ */.exec(line)?.[0] ?? '';
  return indent + toPlainText(line.slice(indent.length));
}
