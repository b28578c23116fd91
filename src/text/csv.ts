/** One record as RFC 4180 has it, with its line end: quotes around every field that needs them, doubled inside. */
export function formatCsvRecord(fields: readonly string[]): string {
  return `${fields.map(quoteField).join(',')}\r\n`;
}

function quoteField(field: string): string {
  return /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}

/** One record in CSV, read as Go's encoding/csv does: quotes only around a whole field, doubled inside. Undefined when malformed. */
export function parseCsvRecord(record: string): readonly string[] | undefined {
  const fields: string[] = [];
  let rest = record;
  for (;;) {
    const match = /^(?:"((?:[^"]|"")*)"|([^",]*))(,|$)/.exec(rest);
    if (match === null) return undefined;
    fields.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '');
    if (match[3] === '') return fields;
    rest = rest.slice(match[0].length);
  }
}
