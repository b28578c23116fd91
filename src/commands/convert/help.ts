import { renderGroups } from '../../config/index.ts';
import { convertLook } from './options.ts';

/** `audit-scanner convert --help`. */
export function renderConvertHelp(): string {
  return `Shows a saved result in another format and judges it again. Needs no cluster and evaluates nothing. FILE is a
document of \`scan -o json\` or \`-o jsonl\`, of any size.

Usage:
  audit-scanner convert FILE [flags]

Examples:
  audit-scanner scan -o json=result.json           save a result
  audit-scanner convert result.json                as a table
  audit-scanner convert result.json -o sarif=out.sarif -o junit=out.xml
  audit-scanner convert result.json -o html=report.html --history results/
  audit-scanner convert result.json --fail-on high -q; echo $?

${renderGroups(convertLook.groups)}
A file has passes only if it was saved with --show pass. It is an error to ask for something that the file does not
hold.

Exit codes are those of scan, for the gate that you give: 0; 1 for violations; 3 if the saved scan was incomplete;
2 if FILE is not a saved result, was cut short, or does not hold what you ask for.
`;
}
