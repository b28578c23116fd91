import { z } from 'zod';
import { AuditError, errorCodes } from '../domain/index.ts';
import { deepFreeze, type ScanConfig } from './config.ts';
import { type InspectionOptions, inspectionOptions } from './inspection-options.ts';
import { findMisspeltVariables } from './misspelt-variables.ts';
import { environmentVariable, type OptionSpec, optionKey } from './option.ts';
import { configureScan } from './scan.ts';
import { scanOptions } from './scan-options.ts';
import { type Checked, check, each, oneOf, required, single } from './schema.ts';
import { type Environment, type FlagValues, mergeSources } from './sources.ts';
import { asIs, Invalid, isNamespaceName, parseAge, parseBoolean } from './values.ts';

/** What `policies` was asked for. `scan` is the scan whose plan is looked at. */
export type PoliciesConfig = {
  readonly scan: ScanConfig;
  /** With `*` and `?`; undefined for all. */
  readonly name: string | undefined;
  readonly output: 'table' | 'wide' | 'json';
};

const policiesSchema = z.object({
  output: required(oneOf(['table', 'wide', 'json'])),
  manifests: each(asIs),
});

/** What `doctor` was asked for. `scan` is the scan that shall work. */
export type DoctorConfig = {
  readonly scan: ScanConfig;
  readonly output: 'table' | 'json';
  /** Whether each policy is asked about a made-up object. */
  readonly evaluate: boolean;
};

const doctorSchema = z.object({
  output: required(oneOf(['table', 'json'])),
  evaluate: required(parseBoolean),
});

/** Checks the flags of `doctor` and the environment variables that it shares with `scan`. */
export function configureDoctor(
  flags: FlagValues,
  environment: Environment,
  words: readonly string[],
): Checked<DoctorConfig> {
  const { own, shared, env, misspelt } = split(inspectionOptions.doctor, flags, environment);
  const checked = check(doctorSchema, mergeSources(inspectionOptions.doctor.own, own, {}));
  const scan = configureScan(shared, env);
  const problems = [
    ...misspelt,
    ...problemsOf(checked),
    ...problemsOf(scan),
    ...words.map(surplus('doctor [flags]')),
  ];
  if (!checked.ok || !scan.ok || problems.length > 0) return { ok: false, problems };
  return { ok: true, value: deepFreeze({ scan: scan.value, ...checked.value }) };
}

/** What `rbac` was asked for. `scan` is the scan that shall be allowed. */
export type RbacConfig = {
  readonly scan: ScanConfig;
  /** Only what the current user lacks. */
  readonly missing: boolean;
  readonly serviceAccount: { readonly namespace: string; readonly name: string };
};

const rbacSchema = z.object({
  missing: required(parseBoolean),
  serviceAccount: single(parseServiceAccount),
});

/** Checks the flags of `rbac` and the environment variables that it shares with `scan`. */
export function configureRbac(
  flags: FlagValues,
  environment: Environment,
  words: readonly string[],
): Checked<RbacConfig> {
  const { own, shared, env, misspelt } = split(inspectionOptions.rbac, flags, environment);
  const checked = check(rbacSchema, mergeSources(inspectionOptions.rbac.own, own, {}));
  const scan = configureScan(shared, env);
  const problems = [
    ...misspelt,
    ...problemsOf(checked),
    ...problemsOf(scan),
    ...words.map(surplus('rbac [flags]')),
  ];
  if (!checked.ok || !scan.ok || problems.length > 0) return { ok: false, problems };
  const { missing, serviceAccount } = checked.value;
  if (missing && serviceAccount !== undefined) return { ok: false, problems: [grantedToTwo()] };
  const namespace = scan.value.kubewardenNamespace;
  const value = {
    scan: scan.value,
    missing,
    serviceAccount: { namespace, name: 'audit-scanner', ...serviceAccount },
  };
  return { ok: true, value: deepFreeze(value) };
}

function parseServiceAccount(text: string): { namespace?: string; name: string } | Invalid {
  const [, namespace, name = ''] = /^(?:([^/]*)\/)?([^/]*)$/.exec(text) ?? [];
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

/** What `status` was asked for. `scan` says which cluster, and which kind of reports. */
export type StatusConfig = {
  readonly scan: ScanConfig;
  readonly output: 'text' | 'json';
  readonly maxAgeMs: number;
};

const statusSchema = z.object({
  output: required(oneOf(['text', 'json'])),
  maxAge: required(parseAge),
});

/** Checks the flags of `status` and the environment variables that it shares with `scan`. */
export function configureStatus(
  flags: FlagValues,
  environment: Environment,
  words: readonly string[],
): Checked<StatusConfig> {
  const { own, shared, env } = split(inspectionOptions.status, flags, environment);
  const checked = check(statusSchema, mergeSources(inspectionOptions.status.own, own, {}));
  const scan = configureScan(shared, env);
  const problems = [...problemsOf(checked), ...problemsOf(scan), ...words.map(surplus('status [flags]'))];
  if (!checked.ok || !scan.ok || problems.length > 0) return { ok: false, problems };
  const { output, maxAge } = checked.value;
  return { ok: true, value: deepFreeze({ scan: scan.value, output, maxAgeMs: maxAge }) };
}

/** Checks the flags of `policies` and the environment variables that it shares with `scan`. */
export function configurePolicies(
  flags: FlagValues,
  environment: Environment,
  [name, ...more]: readonly string[],
): Checked<PoliciesConfig> {
  const { own, shared, env, misspelt } = split(inspectionOptions.policies, flags, environment);
  const checked = check(policiesSchema, mergeSources(inspectionOptions.policies.own, own, {}));
  const scan = configurePolicyScan(
    name === undefined ? shared : { ...shared, policy: [name] },
    env,
    checked.ok ? checked.value.manifests : [],
  );
  const problems = [
    ...misspelt,
    ...problemsOf(checked),
    ...problemsOf(scan),
    ...more.map(surplus('policies [NAME]')),
  ];
  if (!checked.ok || !scan.ok || problems.length > 0) return { ok: false, problems };
  return { ok: true, value: deepFreeze({ scan: scan.value, name, output: checked.value.output }) };
}

/** Where policies come from files but no manifests are named, it is a scan of files that are not known yet. */
function configurePolicyScan(
  flags: FlagValues,
  env: Environment,
  paths: readonly string[],
): Checked<ScanConfig> {
  const ofFiles = flags['policies'] ?? env[environmentVariable('policies')];
  if (ofFiles === undefined || paths.length > 0) return configureScan(flags, env, paths);
  const scan = configureScan(flags, env, ['.']);
  if (!scan.ok || scan.value.files === undefined) return scan;
  return { ok: true, value: { ...scan.value, files: { ...scan.value.files, paths } } };
}

type Split = {
  readonly own: FlagValues;
  readonly shared: FlagValues;
  readonly env: Environment;
  /** Variables that are nearly one of `scan`. */
  readonly misspelt: readonly AuditError[];
};

/** Parts what `scan` knows from what only the command knows; of the environment, the command reads what stands for its flags. */
function split({ groups, own }: InspectionOptions, flags: FlagValues, environment: Environment): Split {
  const ownKeys = own.map(({ name }) => optionKey(name));
  const isOwn = ([key]: readonly [string, unknown]): boolean => ownKeys.includes(key);
  const entries = Object.entries(flags);
  const sharedOptions = groups.flatMap(({ options }) => options.filter((option) => !own.includes(option)));
  return {
    own: Object.fromEntries(entries.filter(isOwn)),
    shared: Object.fromEntries(entries.filter((entry) => !isOwn(entry))),
    env: only(environment, sharedOptions),
    misspelt: findMisspeltVariables(environment, scanOptions),
  };
}

function only(environment: Environment, options: readonly OptionSpec[]): Environment {
  const variables = options.map(({ name }) => environmentVariable(name));
  return Object.fromEntries(Object.entries(environment).filter(([name]) => variables.includes(name)));
}

function problemsOf<T>(checked: Checked<T>): readonly AuditError[] {
  return checked.ok ? [] : checked.problems;
}

function surplus(usage: string): (word: string) => AuditError {
  return (word) =>
    new AuditError(errorCodes.invalidValue, `"${word}" is one word too many`, {
      facts: [`Usage: audit-scanner ${usage}`],
    });
}
