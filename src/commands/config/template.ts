import type { OptionSpec } from '../../config/index.ts';
import { wrapText } from '../../text/index.ts';
import { scanGroups } from '../scan/index.ts';

const width = 100;

/** Which flags a file may set, and which of them where it was found. */
type Settable = {
  readonly configurable: readonly OptionSpec[];
  readonly isSettableWhereFound: (name: string) => boolean;
};

/** A configuration file that sets nothing, with every flag in a comment. `schema` is where editors find what there is to write. */
export function renderTemplate(schema: string, { configurable, isSettableWhereFound }: Settable): string {
  const [free, guarded] = [true, false].map((isFree) =>
    renderGroups(configurable.filter(({ name }) => isSettableWhereFound(name) === isFree)),
  );
  const parts = [
    `# yaml-language-server: $schema=${schema}`,
    comment(
      'Flags of `audit-scanner scan`. Paths are relative to this file; a flag that may be repeated takes a list. Flags and environment variables win. See what is in force: audit-scanner config show',
    ),
    ...(free ?? []),
    comment(
      'What follows decides what counts, what is looked at, what runs and who is asked. It is refused in a file that was found, because who can change what is scanned can change the file too. Name the file to set it: --config FILE, or AUDIT_SCANNER_CONFIG=FILE',
    ),
    ...(guarded ?? []),
  ];
  return `${parts.join('\n\n')}\n`;
}

function renderGroups(chosen: readonly OptionSpec[]): readonly string[] {
  return scanGroups.flatMap(({ title, options }) => {
    const rows: readonly OptionSpec[] = options;
    const shown = rows.filter((option) => option.hidden !== true && chosen.includes(option));
    return shown.length === 0 ? [] : [`# --- ${title} ---`, ...shown.map(renderOption)];
  });
}

/** Comments have a space behind the sign, and what sets a flag when the sign is removed has none. */
function renderOption(option: OptionSpec): string {
  return `${comment(option.help)}\n#${option.name}: ${exampleOf(option)}`;
}

function exampleOf({ kind, default: fallback, accepts, placeholder = 'VALUE' }: OptionSpec): string {
  if (kind === 'toggle') return 'true';
  if (kind === 'count') return '1';
  const example = fallback ?? firstOf(accepts) ?? placeholder;
  return kind === 'list' || kind === 'texts' ? `[${example.replaceAll(',', ', ')}]` : example;
}

function firstOf(accepts: OptionSpec['accepts']): string | undefined {
  if (accepts === undefined) return undefined;
  return 'words' in accepts ? accepts.words[0] : String(accepts.minimum);
}

function comment(text: string): string {
  return wrapText(text, width - 2)
    .map((line) => `# ${line}`)
    .join('\n');
}
