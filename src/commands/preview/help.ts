import { renderGroups } from '../../config/index.ts';
import { previewGroups } from './options.ts';

/** `audit-scanner preview --help`. */
export function renderPreviewHelp(): string {
  return `Shows what would change if you installed these policies. Asks POLICIES, and the installed policies of the same kind,
namespace and name, about the objects of the cluster or of PATH, and compares the answers. Writes nothing.

Usage:
  audit-scanner preview POLICIES [flags]
  audit-scanner preview POLICIES PATH... [flags]

Examples:
  audit-scanner preview new.yaml               what breaks if I enforce this?
  audit-scanner preview new.yaml -n shop -v    every change in one namespace
  audit-scanner preview new.yaml -o markdown   for a comment on a pull request
  audit-scanner preview policies/ ./deploy     manifests instead of the cluster

NEWLY FAILING objects are rejected by the new policy but accepted today: because the installed policy accepts them, does
not match them, or is in mode monitor. If no such policy is installed, that is everything the new one
rejects. NEWLY PASSING is the reverse. If either policy gives no answer, the object is not compared, and the preview is
incomplete.

${renderGroups(previewGroups)}
Exit codes are those of scan: 1 if a newly failing object counts for --fail-on; 3 if something was not
compared or not looked at. Objects that fail as before do not count.
`;
}
