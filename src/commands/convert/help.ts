import { renderGroups } from '../../config/index.ts';
import { convertLook } from './options.ts';

/** `audit-scanner convert --help`. */
export function renderConvertHelp(): string {
  return `Shows a saved result in another format and judges it again, without a cluster and without evaluating
anything. FILE is a document of \`scan -o json\` or \`-o jsonl\`, of any size.

Usage:
  audit-scanner convert FILE [flags]

Examples:
  audit-scanner scan -o json=result.json           save a result
  audit-scanner convert result.json                as a table
  audit-scanner convert result.json -o sarif=out.sarif -o junit=out.xml
  audit-scanner convert result.json -o html=report.html --history results/
  audit-scanner convert result.json --fail-on high -q; echo $?

${renderGroups(convertLook.groups)}
Passes are in a file only if it was saved with --show pass; to ask for what it does not hold is an error.

Exit codes: those of scan, as the flags of the gate have it: 0, 1 for violations, 3 if the saved scan was
incomplete; 2 if FILE is no saved result, was cut short or does not hold what was asked for.
`;
}
