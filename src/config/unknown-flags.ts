import { AuditError, type AuditErrorOptions, errorCodes } from '../domain/index.ts';
import { findNearest } from '../text/index.ts';
import { formatOption, type OptionSpec } from './option.ts';
import type { FlagGrammar } from './uses.ts';

/** Says what may have been meant by a flag that a command does not have. `flag` is as it was typed, without its value. */
export function unknownFlag(flag: string, { options, explainUnknown }: FlagGrammar): AuditError {
  const visible = options.filter(({ hidden }) => hidden !== true);
  const explained = explainUnknown?.(flag) ?? explainForeignFlag(flag, visible);
  if (explained !== undefined) return explained;
  const nearest = findNearest(
    flag.replace(/^-+/, ''),
    visible.map(({ name }) => name),
  );
  const meant = visible.find(({ name }) => name === nearest);
  return unknown(flag, { facts: meant === undefined ? [] : [`Did you mean ${formatOption(meant)}?`] });
}

/** What does here what a flag of another tool does there: one of our flags, or words where it is none. */
type Counterpart = { readonly flag: string; readonly use: string } | { readonly use: string };

function flag(name: string, use: string): Counterpart {
  return { flag: name, use };
}

const output = flag('output', '-o json, -o sarif=FILE; formats: audit-scanner help formats');
const threshold = flag('fail-on', '--fail-on high (any, critical, high, medium, low, never)');
const namespaces = flag('namespace', '-n payments,shop; -A for all');
const otherNamespaces = flag('exclude-namespaces', '--exclude-namespaces kube-system');
const context = flag('context', '--context NAME');
const manifests: Counterpart = { use: 'audit-scanner scan PATH... --policies PATH' };
const exitCodes: Counterpart = {
  use: 'violations already exit with 1; --fail-on chooses which, --exit-zero makes it 0',
};

/**
 * The words that users of kubectl, helm, trivy, kubescape, kyverno, polaris, conftest and checkov bring along. A flag of ours with
 * the same name is never looked up here.
 */
const counterparts: ReadonlyMap<string, Counterpart> = new Map([
  ['--file', manifests],
  ['--resource', manifests],
  ['--resources', manifests],
  ['--recursive', { use: 'folders are always read recursively' }],
  ['-R', { use: 'folders are always read recursively' }],
  ['--policy-path', flag('policies', '--policies PATH')],
  ['--format', output],
  ['--output-format', output],
  ['--output-file', output],
  ['--json', flag('output', '-o json')],
  ['--exit-code', exitCodes],
  ['--set-exit-code-on-danger', exitCodes],
  ['--soft-fail', flag('exit-zero', '--exit-zero')],
  ['--no-fail', flag('exit-zero', '--exit-zero')],
  ['--severity-threshold', threshold],
  ['--fail-threshold', threshold],
  ['--compliance-threshold', threshold],
  ['--fail-on-severity', threshold],
  ['--include-namespaces', namespaces],
  ['--namespaces', namespaces],
  ['--exclude-namespace', otherNamespaces],
  ['--skip-namespaces', otherNamespaces],
  ['--kube-context', context],
  ['--kubecontext', context],
  ['--kube-config', flag('kubeconfig', '--kubeconfig FILE')],
  ['--labels', flag('selector', '-l app=api')],
  ['--label-selector', flag('selector', '-l app=api')],
  ['--kinds', flag('include-kinds', '--include-kinds deployments.apps')],
  ['--include-resources', flag('include-kinds', '--include-kinds deployments.apps')],
  ['--skip-resources', flag('exclude-kinds', '--exclude-kinds events')],
  ['--skip-files', flag('exclude', '--exclude PATTERN')],
  ['--skip-dirs', flag('exclude', '--exclude PATTERN')],
  ['--ignorefile', flag('exceptions', '--exceptions FILE')],
  ['--skip-policy', flag('exclude-policy', '--exclude-policy NAME')],
  ['--parallelism', flag('concurrency', '--concurrency N')],
  ['--parallel', flag('concurrency', '--concurrency N')],
  ['--debug', flag('verbose', '-vv')],
  ['--dry-run', flag('store', 'nothing is written without --store')],
]);

/**
 * Says which of `options` does what a flag of another tool does, or undefined where it is nobody's word, or this command cannot do
 * it. `flag` is as it was typed, without its value.
 */
export function explainForeignFlag(typed: string, options: readonly OptionSpec[]): AuditError | undefined {
  const counterpart = counterparts.get(typed);
  if (counterpart === undefined) return undefined;
  const { use } = counterpart;
  if (!('flag' in counterpart))
    return options.some(({ name }) => name === 'policies') ? unknown(typed, { tries: [use] }) : undefined;
  const option = options.find(({ name }) => name === counterpart.flag);
  if (option === undefined) return undefined;
  return unknown(typed, { facts: [`Here that is ${formatOption(option)}`], tries: [use] });
}

function unknown(flag: string, options: AuditErrorOptions): AuditError {
  return new AuditError(errorCodes.unknownFlag, `unknown flag ${flag}`, options);
}
