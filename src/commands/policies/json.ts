import type { Policy, PolicyExecution } from '../../domain/index.ts';
import { resultApiVersion } from '../../reports/index.ts';
import { toPlainJson } from '../../text/index.ts';
import type { PolicyRow } from './rows.ts';

/** For programs: every policy with its types. Settings are named and not shown: they may hold secrets. Ends with a newline. */
export function renderPolicyJson(rows: readonly PolicyRow[]): string {
  const list = { apiVersion: resultApiVersion, kind: 'PolicyList', items: rows.map(toItem) };
  return `${toPlainJson(list, 2)}\n`;
}

function toItem({ name, kind, policy, state, reason, notes, targets }: PolicyRow): object {
  return {
    ...(policy === undefined ? { ...unknownPolicy, name, kind } : toKnownPolicy(policy)),
    state,
    reason: reason ?? null,
    notes,
    targets: targets.map(({ type, version, namespaces }) => ({
      resource: type,
      version,
      namespaced: namespaces !== undefined,
      namespaces: namespaces ?? null,
    })),
    modules: modulesOf(policy?.execution).map(({ member, ...module }) => ({
      ...module,
      member: member ?? null,
    })),
  };
}

/** The fields of an object that could not be read as a policy: the same, so that programs need not ask for each. */
const unknownPolicy = {
  namespace: null,
  uniqueName: null,
  mode: null,
  severity: null,
  category: null,
  policyServer: null,
};

function toKnownPolicy(policy: Policy): Record<keyof typeof unknownPolicy | 'name' | 'kind', string | null> {
  const { name, namespace = null, kind, uniqueName, mode, policyServer } = policy;
  const { severity = 'unset', category = null } = policy;
  return { name, namespace, kind, uniqueName, mode, severity, category, policyServer };
}

/** A module that a policy runs; `member` is set in groups, `settings` are the names of the settings. */
export type NamedModule = {
  readonly member: string | undefined;
  readonly module: string;
  readonly settings: readonly string[];
};

/** Empty where only a policy server knows. */
export function modulesOf(execution: PolicyExecution | undefined): readonly NamedModule[] {
  if (execution === undefined) return [];
  const uses: readonly (readonly [string | undefined, { module: string; settings: object }])[] =
    execution.kind === 'single' ? [[undefined, execution]] : Object.entries(execution.members);
  return uses.map(([member, { module, settings }]) => ({
    member,
    module,
    settings: Object.keys(settings).sort(),
  }));
}
