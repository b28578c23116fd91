import type { ModuleUse, Policy, PolicyPair } from '../domain/index.ts';
import { writeSorted } from '../text/index.ts';

/** What a policy says that decides whom it is asked about and what comes of it, by how a person calls it. */
const parts: readonly (readonly [name: string, read: (policy: Policy) => unknown])[] = [
  ['module', (policy) => modulesOf(policy).map(([name, { module }]) => [name, module])],
  ['settings', (policy) => modulesOf(policy).map(([name, { settings }]) => [name, settings])],
  ['rules', ({ rules }) => rules],
  ['objectSelector', ({ objectSelector }) => objectSelector],
  ['namespaceSelector', ({ namespaceSelector }) => namespaceSelector],
  ['matchConditions', ({ matchConditions }) => matchConditions],
  ['matchPolicy', ({ matchPolicy }) => matchPolicy],
  ['failurePolicy', ({ failurePolicy }) => failurePolicy],
  ['expression', ({ execution }) => (execution?.kind === 'group' ? execution.expression : undefined)],
  ['contextAwareResources', (policy) => modulesOf(policy).map(([, use]) => use.contextAwareResources)],
  ['severity', ({ severity, mode }) => (mode === 'monitor' ? undefined : severity)],
];

/** `settings` and `mode monitor -> protect`: what is not the same in the two, as far as verdicts depend on it. */
export function listDifferences({ proposed, installed }: PolicyPair): readonly string[] {
  if (installed === undefined || installed instanceof Error) return [];
  const mode = installed.mode === proposed.mode ? [] : [`mode ${installed.mode} -> ${proposed.mode}`];
  const others = parts.filter(([, read]) => !isSame(read(installed), read(proposed)));
  return [...mode, ...others.map(([name]) => name)];
}

function modulesOf({ execution }: Policy): readonly (readonly [string, ModuleUse])[] {
  if (execution === undefined) return [];
  return execution.kind === 'single' ? [['', execution]] : Object.entries(execution.members);
}

/** In whatever order an object has its members. */
function isSame(a: unknown, b: unknown): boolean {
  return writeSorted(a, scalars) === writeSorted(b, scalars);
}

const scalars = { string: (text: string) => JSON.stringify(text), number: (source: string) => source };
