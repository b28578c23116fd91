import { alignColumns, toTerminalMessage } from '../../text/index.ts';
import type { PolicyRow } from './rows.ts';

const header = ['NAME', 'KIND', 'MODE', 'SEVERITY', 'SERVER', 'AUDITED'];

export type TableOptions = {
  readonly headers: boolean;
  readonly wide: boolean;
  /** Columns of the terminal; without one a policy is one line. */
  readonly width?: number | undefined;
};

/** How a state is called on the screen. */
export const stateWords: Readonly<Record<PolicyRow['state'], string>> = {
  audited: 'yes',
  skipped: 'no',
  errored: 'broken',
};

/** One policy a line, for people and for grep; `-` for what is empty. Empty without policies. */
export function renderPolicyTable(
  rows: readonly PolicyRow[],
  { headers, wide, width }: TableOptions,
): string {
  if (rows.length === 0) return '';
  const titles = [...header, ...(wide ? ['TYPES', 'REASON'] : ['REASON'])];
  const cells = rows.map((row) => toCells(row, wide).map((cell) => toTerminalMessage(cell) || '-'));
  return alignColumns(headers ? [titles, ...cells] : cells, { width: wide ? undefined : width })
    .map((line) => `${line}\n`)
    .join('');
}

function toCells(row: PolicyRow, wide: boolean): readonly string[] {
  const { name, kind, policy, state } = row;
  return [
    name,
    kind,
    policy?.mode ?? '',
    policy?.severity ?? '',
    policy?.policyServer ?? '',
    stateWords[state],
    ...(wide ? [row.targets.map(({ type }) => type).join(',')] : []),
    explain(row),
  ];
}

/** Why it is not audited, or what of it is not. */
function explain({ reason, notes }: PolicyRow): string {
  return reason ?? notes.join('; ');
}
