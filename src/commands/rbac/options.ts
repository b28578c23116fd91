import {
  type Checked,
  configGroup,
  connectionGroup,
  deepFreeze,
  type Environment,
  engineGroup,
  eventsOption,
  type FlagValues,
  filePoliciesGroup,
  Invalid,
  isNamespaceName,
  type OptionGroup,
  type ScanConfig,
  shared,
  targetGroup,
  text,
  toggle,
} from '../../config/index.ts';
import { AuditError, errorCodes } from '../../domain/index.ts';
import { baselineOption, configureLook } from '../scan/index.ts';

const missing = toggle(
  'missing',
  'only the rights that the current user (or the user of --as) lacks, granted to that user',
);
const serviceAccount = text(
  'service-account NAME',
  'account to grant the rights to: NAME or NAMESPACE/NAME (default audit-scanner in the Kubewarden namespace)',
  { parse: parseServiceAccount },
);

const groups: readonly OptionGroup[] = [
  targetGroup,
  {
    title: 'Roles',
    options: [
      missing,
      serviceAccount,
      shared.store,
      shared.reportKind,
      baselineOption,
      shared.connections,
      eventsOption,
    ],
  },
  filePoliciesGroup,
  engineGroup,
  connectionGroup,
  configGroup,
];

/** What `rbac` was asked for. `scan` is the scan that shall be allowed. */
export type RbacConfig = {
  readonly scan: ScanConfig;
  /** Only what the current user lacks. */
  readonly missing: boolean;
  readonly serviceAccount: { readonly namespace: string; readonly name: string };
};

/** What `rbac` has of `scan`, and what of its own. */
export const rbacLook = { usage: 'rbac [flags]', words: 0, groups, own: [missing, serviceAccount] };

/** Checks the flags of `rbac` and the environment variables that it shares with `scan`. */
export function configureRbac(
  flags: FlagValues,
  environment: Environment,
  words: readonly string[],
): Checked<RbacConfig> {
  const checked = configureLook(rbacLook, { flags, environment, words });
  if (!checked.ok) return checked;
  const { scan, own } = checked.value;
  if (own.missing && own.serviceAccount !== undefined) return { ok: false, problems: [grantedToTwo()] };
  const grantee = { namespace: scan.kubewardenNamespace, name: 'audit-scanner', ...own.serviceAccount };
  return { ok: true, value: deepFreeze({ scan, missing: own.missing, serviceAccount: grantee }) };
}

function parseServiceAccount(given: string): { namespace?: string; name: string } | Invalid {
  const [, namespace, name = ''] = /^(?:([^/]*)\/)?([^/]*)$/.exec(given) ?? [];
  const valid = isNamespaceName(namespace ?? 'x') && /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/.test(name);
  if (!valid) return new Invalid('It must be NAME or NAMESPACE/NAME, like kubewarden/audit-scanner.');
  return namespace === undefined ? { name } : { namespace, name };
}

function grantedToTwo(): AuditError {
  return new AuditError(
    errorCodes.conflictingFlags,
    '--missing is about the current user and --service-account about another',
    { tries: ['audit-scanner rbac --missing --as system:serviceaccount:NAMESPACE:NAME'] },
  );
}
