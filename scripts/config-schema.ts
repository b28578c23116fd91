import { configurable } from '../src/commands/scan/config-layer.ts';
import { isSettableWhereFound } from '../src/commands/scan/found-config.ts';
import type { OptionSpec } from '../src/config/option.ts';

/** The JSON Schema of configuration files, for editors: what the rows of flags say, in words that an editor knows. */
export function renderConfigSchema(): string {
  const shown = configurable.filter(({ hidden }) => hidden !== true);
  const schema = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Configuration file of audit-scanner',
    description:
      'Flags of `audit-scanner scan` by their long names; made by `npm run docs` from the program.',
    type: 'object',
    additionalProperties: false,
    properties: Object.fromEntries(shown.map((option) => [option.name, toProperty(option)])),
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}

function toProperty(option: OptionSpec): object {
  const note = isSettableWhereFound(option.name) ? '' : ' (only in a file that is named: --config FILE)';
  return {
    description: `${option.help}${note}`,
    ...(option.default === undefined ? {} : { default: toDefault(option) }),
    ...toType(option),
  };
}

function toType(option: OptionSpec): object {
  const { kind } = option;
  if (kind === 'toggle') return { type: 'boolean' };
  if (kind === 'count') return { type: 'integer', minimum: 0 };
  const one = toValue(option);
  return kind === 'text' ? one : { anyOf: [one, { type: 'array', items: one }] };
}

/** One value. Words may be joined by commas in a list, or go on with a file, so that an editor may only suggest them. */
function toValue({ kind, accepts, placeholder = '' }: OptionSpec): object {
  if (accepts === undefined) return { type: ['string', 'number'] };
  if ('minimum' in accepts) return { type: 'integer', minimum: accepts.minimum };
  const words = { enum: accepts.words };
  return kind === 'text' && !placeholder.includes('=') ? words : { anyOf: [words, { type: 'string' }] };
}

function toDefault({ default: text = '', kind, accepts }: OptionSpec): unknown {
  if (accepts !== undefined && 'minimum' in accepts) return Number(text);
  return kind === 'list' ? text.split(',') : text;
}
