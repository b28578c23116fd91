import { renderGroups } from '../../config/index.ts';
import { previewGroups } from './options.ts';

/** `audit-scanner preview --help`. */
export function renderPreviewHelp(): string {
  return `What would policies change that are not installed yet? POLICIES are asked here about the objects of the
cluster, or about those of PATH, and so are the installed ones of the same kind, namespace and name.
Writes nothing.

Usage:
  audit-scanner preview POLICIES [flags]
  audit-scanner preview POLICIES PATH... [flags]

Examples:
  audit-scanner preview new.yaml               what breaks if I enforce this?
  audit-scanner preview new.yaml -n shop -v    all that changes in one namespace
  audit-scanner preview new.yaml -o markdown   for a comment on a pull request
  audit-scanner preview policies/ ./deploy     manifests in place of the cluster

NEWLY FAILING are objects that the new policy rejects and that are let in now: by the installed one, because
that one is not asked about them, or because it is in mode monitor. Without an installed one it is all
that the new one rejects. NEWLY PASSING is the reverse. Where one of the two gives no answer, the object
is not compared, and the preview is incomplete.

${renderGroups(previewGroups)}
Exit codes are those of scan: 1 if a newly failing object counts for --fail-on, 3 if something was not
compared or not looked at. What fails as before does not count.
`;
}
