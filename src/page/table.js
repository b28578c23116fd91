/*
 * The findings as the page holds them. A column has each of its values once, and a row has for each column the position of its value,
 * so that a search looks at values and not at rows.
 */

/** @typedef {{ readonly name: string, readonly values: readonly string[], readonly ranked: boolean }} Column */
/** @typedef {readonly number[]} Row */

class FindingTable {
  /** @param {{ readonly columns: readonly Column[], readonly rows: readonly Row[] }} data */
  constructor({ columns, rows }) {
    this.columns = columns;
    this.rows = rows;
    /** @type {Map<string, readonly number[]>} */
    this.ranks = new Map();
  }

  /** @param {string} name */
  valuesOf(name) {
    return this.columns.find((column) => column.name === name)?.values ?? [];
  }

  /** The values of a row by the names of their columns. @param {Row} row @returns {Record<string, string>} */
  read(row) {
    return Object.fromEntries(
      this.columns.map(({ name, values }, at) => [name, values[row[at] ?? -1] ?? '']),
    );
  }

  /** How often each value of a column is there. @param {string} name @returns {ReadonlyMap<string, number>} */
  count(name) {
    const at = this.columns.findIndex((column) => column.name === name);
    const counts = new Map();
    for (const row of this.rows) {
      const value = this.valuesOf(name)[row[at] ?? -1] ?? '';
      counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    return counts;
  }

  /**
   * Rows that have these values, and somewhere each of these words.
   * @param {Readonly<Record<string, string>>} wanted
   * @param {readonly string[]} words
   */
  select(wanted, words) {
    const tests = [
      ...Object.entries(wanted).map(([name, value]) => this.hasValue(name, value)),
      ...words.map((word) => this.hasWord(word.toLowerCase())),
    ];
    return this.rows.filter((row) => tests.every((test) => test(row)));
  }

  /** @param {string} name @param {string} value @returns {(row: Row) => boolean} */
  hasValue(name, value) {
    const at = this.columns.findIndex((column) => column.name === name);
    const position = this.valuesOf(name).indexOf(value);
    return (row) => position !== -1 && row[at] === position;
  }

  /** @param {string} word @returns {(row: Row) => boolean} */
  hasWord(word) {
    const hits = this.columns.map(
      ({ values }) =>
        new Set(values.flatMap((value, position) => (value.toLowerCase().includes(word) ? [position] : []))),
    );
    return (row) => hits.some((positions, at) => positions.has(row[at] ?? -1));
  }

  /** @param {readonly Row[]} rows @param {string} name @param {boolean} descending @returns {readonly Row[]} */
  sort(rows, name, descending) {
    const at = this.columns.findIndex((column) => column.name === name);
    const ranks = this.ranksOf(name);
    const sign = descending ? -1 : 1;
    return rows.toSorted((a, b) => sign * ((ranks[a[at] ?? 0] ?? 0) - (ranks[b[at] ?? 0] ?? 0)));
  }

  /** The place of each value in the order of its column: its own, or that of the alphabet. @param {string} name */
  ranksOf(name) {
    const known = this.ranks.get(name);
    if (known !== undefined) return known;
    const column = this.columns.find((one) => one.name === name);
    const values = column?.values ?? [];
    const positions = [...values.keys()];
    const { compare } = new Intl.Collator('en', { numeric: true });
    if (column?.ranked !== true) positions.sort((a, b) => compare(values[a] ?? '', values[b] ?? ''));
    /** @type {number[]} */
    const ranks = [];
    for (const [rank, position] of positions.entries()) ranks[position] = rank;
    this.ranks.set(name, ranks);
    return ranks;
  }
}
