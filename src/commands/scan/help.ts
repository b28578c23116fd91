import { renderGroups } from '../../config/index.ts';
import { scanGroups } from './options.ts';

/** `audit-scanner scan --help`. */
export function renderScanHelp(): string {
  return `Audits a live cluster, or the manifests below PATH, and shows the findings. Writes nothing without --store.

Usage:
  audit-scanner scan [--policies PATH] [flags]
  audit-scanner scan PATH... --policies PATH|cluster [flags]

Examples:
  audit-scanner scan                                     everything, as a table
  audit-scanner scan -n payments,shop --fail-on high     a gate for two namespaces
  audit-scanner scan -o json=out.json -o table           two outputs from one run
  audit-scanner scan --store                             and store the reports in the cluster
  audit-scanner scan --policies new.yaml                 the cluster, with a policy that is not installed
  audit-scanner scan ./deploy --policies ./policies      files and folders, charts and kustomizations
  audit-scanner scan ./deploy --policies cluster         files, with the policies of the cluster
  audit-scanner scan -f a.yaml -k prod --policies p      the same, with the flags of kubectl
  helm template web | audit-scanner scan - --policies p  manifests on stdin

${renderGroups(scanGroups)}
Gate: a violation counts from the severity of --fail-on upwards. Violations of a policy without a severity
always count; those of a policy in monitor mode count only with --fail-on any --include-monitor. What the scan could
not look at is not a pass: it exits with 3, unless you give --on-incomplete warn; with retryable, only if another
try may see more. --severity and --show choose what is displayed, and never change the exit code. Violations
that --exceptions accepts are shown but do not count; with --accept-annotations, the same goes for those that
objects accept themselves in audit-scanner.io/accept.

You can also set each flag with an environment variable, AUDIT_SCANNER_ and its name, or in a file. A flag wins over both.

See also:
  audit-scanner help exit-codes | environment | formats | ci | files | monitoring | config
`;
}
