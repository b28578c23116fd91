import { createPolicyFilter } from '../config/index.ts';
import { AuditError, errorCodes, type PatternFilter } from '../domain/index.ts';
import type { NamespaceSource, PolicySource } from '../sources/index.ts';
import { findNearest } from '../text/index.ts';

/** Names in a message about one that is not among them. */
const mostNames = 10;

/** Says that no policy fits what the user named. */
export type TellMissing = (pattern: string) => string;

const tellOfFlag: TellMissing = (pattern) => `--policy ${pattern} matches no policy`;

/** The same policies. Rejects with `policyNotFound` where one that the user named fits none of them. */
export function requireNamedPolicies(
  source: PolicySource,
  { include }: PatternFilter,
  tellMissing: TellMissing = tellOfFlag,
): PolicySource {
  return {
    async list(signal) {
      const found = await source.list(signal);
      const names = [
        ...found.policies.map(({ name, namespace, uniqueName }) => ({ name, namespace, uniqueName })),
        // Of a broken one only the name is known, in whatever form: it was found, too.
        ...found.broken.map(({ name }) => ({
          name: name.split('/').at(-1) ?? name,
          namespace: undefined,
          uniqueName: name,
        })),
      ];
      const missing = include.find(
        (pattern) => !names.some(createPolicyFilter({ include: [pattern], exclude: [] })),
      );
      if (missing === undefined) return found;
      throw policyNotFound(
        tellMissing(missing),
        missing,
        names.map(({ name }) => name),
      );
    },
  };
}

/** Says that there is no such policy, and which there are, the nearest first. */
export function policyNotFound(message: string, named: string, known: readonly string[]): AuditError {
  return new AuditError(errorCodes.policyNotFound, message, {
    facts: [...didYouMean(named, known), describeNames('policies', known)],
  });
}

/** The same namespaces. `get` rejects with `namespaceNotFound`, and with the nearest name, where a namespace named with -n is not there. */
export function requireNamedNamespaces(source: NamespaceSource): NamespaceSource {
  return {
    list: (signal) => source.list(signal),
    async get(name, signal) {
      const found = await source.get(name, signal);
      if (found !== undefined) return found;
      // Without permission to list them there is no suggestion.
      const others = await source.list(signal).catch((thrown: unknown) => {
        if (thrown instanceof AuditError) return [];
        throw thrown;
      });
      const names = others.map((namespace) => namespace.name);
      throw new AuditError(errorCodes.namespaceNotFound, `namespace "${name}" does not exist`, {
        facts: ['-n names it.', ...didYouMean(name, names)],
        tries: ['kubectl get namespaces'],
      });
    },
  };
}

function didYouMean(name: string, names: readonly string[]): readonly string[] {
  const nearest = findNearest(name, names);
  return nearest === undefined ? [] : [`Did you mean "${nearest}"?`];
}

function describeNames(what: string, names: readonly string[]): string {
  if (names.length === 0) return `There are no ${what}.`;
  const shown = [...new Set(names)].sort();
  const more = shown.length > mostNames ? ` and ${shown.length - mostNames} more` : '';
  return `Known ${what}: ${shown.slice(0, mostNames).join(', ')}${more}.`;
}
