import { z } from 'zod';
import { AuditError, errorCodes } from '../domain/errors.ts';
import { deepFreeze, type ScanConfig } from './config.ts';
import { type InspectionOptions, inspectionOptions } from './inspection-options.ts';
import { environmentVariable, type OptionSpec, optionKey } from './option.ts';
import { configureScan } from './scan.ts';
import { type Checked, check, each, oneOf, required } from './schema.ts';
import { type Environment, type FlagValues, mergeSources } from './sources.ts';
import { asIs } from './values.ts';

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

/** Checks the flags of `policies` and the environment variables that it shares with `scan`. */
export function configurePolicies(
  flags: FlagValues,
  environment: Environment,
  [name, ...more]: readonly string[],
): Checked<PoliciesConfig> {
  const { own, shared, env } = split(inspectionOptions.policies, flags, environment);
  const checked = check(policiesSchema, mergeSources(inspectionOptions.policies.own, own, {}));
  const scan = configurePolicyScan(
    name === undefined ? shared : { ...shared, policy: [name] },
    env,
    checked.ok ? checked.value.manifests : [],
  );
  const problems = [...problemsOf(checked), ...problemsOf(scan), ...more.map(surplus('policies [NAME]'))];
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

type Split = { readonly own: FlagValues; readonly shared: FlagValues; readonly env: Environment };

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
