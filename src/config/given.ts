import { AuditError, errorCodes } from '../domain/index.ts';
import type { Checked } from './config.ts';
import { type Broken, environmentVariable, type OptionSpec, type OptionsOf, optionKey } from './option.ts';

/** Values of the flags on the command line in the order given, by property name. */
export type FlagValues<Key extends string = string> = Readonly<Partial<Record<Key, readonly string[]>>>;

export type Environment = Readonly<Record<string, string | undefined>>;

/** The texts of an option, and the place that they came from. */
type RawOption = {
  readonly texts: readonly string[];
  readonly isDefault: boolean;
  /** How messages name it: `--page-size` or `AUDIT_SCANNER_PAGE_SIZE`. */
  readonly label: string;
};

/** What was given for the options of a table: flag, else environment variable (empty counts as not set), else default. */
export class Given<Row extends OptionSpec> {
  readonly #rows: readonly Row[];
  readonly #raw: ReadonlyMap<string, RawOption>;

  constructor(rows: readonly Row[], flags: FlagValues, environment: Environment) {
    this.#rows = rows;
    this.#raw = new Map(
      rows.flatMap((row) => {
        const raw = findRaw(row, flags, environment);
        return raw === undefined ? [] : [[row.name, raw]];
      }),
    );
  }

  /** Whether the user set the option, and not merely the table. */
  isSet(name: Row['name']): boolean {
    return this.#raw.get(name)?.isDefault === false;
  }

  /** Whether a switch is on. */
  isOn(name: Row['name']): boolean {
    return /^(1|t|true)$/i.test(this.textsOf(name).at(-1) ?? '');
  }

  textsOf(name: Row['name']): readonly string[] {
    return this.#raw.get(name)?.texts ?? [];
  }

  /** Those that the user set, as flags: `--policy`. */
  flagsAmong(names: readonly Row['name'][]): readonly string[] {
    return names.filter((name) => this.isSet(name)).map((name) => `--${name}`);
  }

  /** The values, or a problem for every broken one, which names the option as the user wrote it. */
  read(): Checked<OptionsOf<Row>> {
    const problems: AuditError[] = [];
    const values: Record<string, unknown> = {};
    for (const row of this.#rows) {
      const raw = this.#raw.get(row.name);
      const reading = row.read(raw?.texts ?? []);
      if (reading.ok) values[optionKey(row.name)] = reading.value;
      else problems.push(...reading.broken.map((broken) => toProblem(broken, raw?.label ?? row.name)));
    }
    return isComplete(values, this.#rows) ? { ok: true, value: values } : { ok: false, problems };
  }
}

function findRaw(option: OptionSpec, flags: FlagValues, environment: Environment): RawOption | undefined {
  const texts = flags[optionKey(option.name)];
  if (texts !== undefined) return { texts, isDefault: false, label: `--${option.name}` };
  const variable = environmentVariable(option.name);
  const value = environment[variable] ?? '';
  if (value !== '') return { texts: [value], isDefault: false, label: variable };
  if (option.default === undefined) return undefined;
  return { texts: [option.default], isDefault: true, label: `--${option.name}` };
}

/** The type of a table is inferred from its rows, each of which gives its value under its name. */
function isComplete<Row extends OptionSpec>(values: object, rows: readonly Row[]): values is OptionsOf<Row> {
  return rows.every(({ name }) => optionKey(name) in values);
}

function toProblem({ text, invalid: { hint, sentence } }: Broken, label: string): AuditError {
  const message = sentence ?? `invalid value "${text}" for ${label}`;
  return new AuditError(errorCodes.invalidValue, message, { facts: hint === '' ? [] : [hint] });
}
