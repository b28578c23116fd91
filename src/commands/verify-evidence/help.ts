import { renderGroups } from '../../config/index.ts';
import { verifyLook } from './options.ts';

/** `audit-scanner verify-evidence --help`. */
export function renderVerifyHelp(): string {
  return `Says whether evidence that \`scan --attest\` wrote is genuine, and whether a RESULT is the one that it is
about: signature, digests, and whether counts and verdict agree. Asks no cluster and no network. It does not
say whether the audit passed: what the gate said is shown.

Usage:
  audit-scanner verify-evidence EVIDENCE [RESULT...] [flags]

Examples:
  audit-scanner scan -o json=result.json --attest evidence.json --attest-key audit.key
  audit-scanner verify-evidence evidence.json result.json --key audit.pub
  audit-scanner verify-evidence evidence.json result.json --key audit.pub -o json | jq .statement.predicate.gate

RESULT is a document that was written in the same run, in whatever format. Without one, the evidence alone is checked.

${renderGroups(verifyLook.groups)}
Exit codes: 0 verified; 1 refused: changed, signed by somebody else, or another result; 2 for wrong usage, or a
file that cannot be read; 3 if the signature holds over something that this version cannot read.
`;
}
