import type { AuditError } from '../domain/index.ts';

/**
 * How often an option may be given and what becomes of it. `text`: the last one counts. `texts`: each counts, as written. `list`:
 * each counts and may hold several values with commas, quoted as in CSV. `count`: each adds one.
 */
export type OptionType = 'text' | 'texts' | 'list' | 'boolean' | 'count';

/** One row of an option table, from which parsing, help, environment variables and documentation are made. */
export type OptionSpec = {
  /** The long name without dashes. */
  readonly name: string;
  readonly short?: string;
  readonly type: OptionType;
  /** What stands for the value in the help; absent for switches. */
  readonly placeholder?: string;
  readonly help: string;
  readonly default?: string;
  /** Other long names that mean the same. */
  readonly aliases?: readonly string[];
  /** Kept out of the help: accepted so that commands written for the reference keep working. */
  readonly hidden?: boolean;
  /** Says why a use of this option cannot mean what its author meant; `value` is undefined where it is missing. */
  readonly refuse?: (use: OptionUse) => AuditError | undefined;
};

export type OptionUse = { readonly spelledShort: boolean; readonly value: string | undefined };

export type OptionGroup = { readonly title: string; readonly options: readonly OptionSpec[] };

type Extras = Omit<OptionSpec, 'name' | 'type' | 'placeholder' | 'help'>;

function valueOption(type: 'text' | 'texts' | 'list') {
  return (usage: string, help: string, extras: Extras = {}): OptionSpec => {
    const [name = '', placeholder = 'VALUE'] = usage.split(' ');
    return { name, type, placeholder, help, ...extras };
  };
}

/** Evaluations in flight: enough to hide the latency of policy servers, and few enough to cost little each. */
export const defaultConcurrency = '100';

/** Builders of table rows: `text('context NAME', 'kubeconfig context to use')`. */
export const text = valueOption('text');
export const texts = valueOption('texts');
export const list = valueOption('list');

export function toggle(name: string, help: string, extras: Extras = {}): OptionSpec {
  return { name, type: 'boolean', help, default: 'false', ...extras };
}

/** The property name of an option: `page-size` -> `pageSize`. */
export function optionKey(name: string): string {
  return name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}

/** How a person writes an option: `--namespace (-n)`. */
export function formatOption({ name, short }: Pick<OptionSpec, 'name' | 'short'>): string {
  return short === undefined ? `--${name}` : `--${name} (-${short})`;
}

/** The environment variable of an option: `page-size` -> `AUDIT_SCANNER_PAGE_SIZE`. */
export function environmentVariable(name: string): string {
  return `AUDIT_SCANNER_${name.replaceAll('-', '_').toUpperCase()}`;
}
