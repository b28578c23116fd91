import { renderGroups } from '../../config/index.ts';
import { verifyLook } from './options.ts';

/** `audit-scanner verify-evidence --help`. */
export function renderVerifyHelp(): string {
  return `Checks whether evidence that \`scan --attest\` wrote is genuine, and whether a RESULT is the one it describes:
signature, digests, and agreement of counts and verdict. Works offline. It does not say whether the audit
passed, but shows what the gate decided.

Usage:
  audit-scanner verify-evidence EVIDENCE [RESULT...] [flags]

Examples:
  audit-scanner scan -o json=result.json --attest evidence.json --attest-key audit.key
  audit-scanner verify-evidence evidence.json result.json --key audit.pub
  audit-scanner verify-evidence evidence.json result.json --key audit.pub -o json | jq .statement.predicate.gate

RESULT is an output of the same run, in any format. Without one, only the evidence itself is checked.

${renderGroups(verifyLook.groups)}
Exit codes: 0 verified; 1 refused: changed, signed by somebody else, or a different result; 2 wrong usage, or a
file that cannot be read; 3 the signature matches, but this version cannot read what was signed.
`;
}
