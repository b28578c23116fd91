import { type ApiResource, formatGroupResource, type PatternFilter, type Policy } from '../domain/index.ts';
import { createPattern } from '../text/index.ts';

/** Accepts a policy whose name, `namespace/name` or unique name fits the filter. */
export function createPolicyFilter(filter: PatternFilter) {
  const accepts = createFilter(filter);
  return ({ name, namespace, uniqueName }: Pick<Policy, 'name' | 'namespace' | 'uniqueName'>): boolean =>
    accepts(namespace === undefined ? [name, uniqueName] : [name, `${namespace}/${name}`, uniqueName]);
}

/**
 * Whether a policy counts as one that looks at nothing but the request, by its annotation and by patterns. Who says no is believed: a
 * pattern that begins with `!`, wherever it stands, or the annotation. Undefined where nobody says anything.
 */
export function createPurityFilter(patterns: readonly string[]) {
  const fits = (include: readonly string[]) =>
    include.length === 0 ? () => false : createPolicyFilter({ include, exclude: [] });
  const isNamed = fits(patterns.filter((pattern) => !pattern.startsWith('!')));
  const isDenied = fits(patterns.flatMap((pattern) => (pattern.startsWith('!') ? [pattern.slice(1)] : [])));
  return (policy: Policy): boolean | undefined => {
    if (isDenied(policy)) return false;
    return policy.declaredPure ?? (isNamed(policy) ? true : undefined);
  };
}

/** Accepts a type whose plural, `plural.group`, kind or `kind.group` fits the filter, in any case. */
export function createKindFilter({ include, exclude }: PatternFilter) {
  const accepts = createFilter({ include: include.map(lower), exclude: exclude.map(lower) });
  return ({ group, resource, kind }: ApiResource): boolean =>
    accepts(
      [
        resource,
        formatGroupResource({ group, resource }),
        kind,
        formatGroupResource({ group, resource: kind }),
      ].map(lower),
    );
}

/** The same for a type whose plural is not known, like that of a kind that the API server does not name: undefined where it could decide. */
export function createPluralFreeFilter({ include, exclude }: PatternFilter) {
  const [included, excluded] = [include.map(lower), exclude.map(lower)];
  return ({ group, kind }: Pick<ApiResource, 'group' | 'kind'>): boolean | undefined => {
    const names = [kind, formatGroupResource({ group, resource: kind })].map(lower);
    const fits = (pattern: string): boolean => names.some(createPattern(pattern));
    const couldFit = (pattern: string): boolean => /[*?]/.test(pattern) || isInGroup(pattern, lower(group));
    if (excluded.some(fits)) return false;
    const isIncluded = included.length === 0 || included.some(fits);
    if (!isIncluded && !included.some(couldFit)) return false;
    return isIncluded && !excluded.some(couldFit) ? true : undefined;
  };
}

/** Whether a name without wildcards could be that of a type in a group, as a plural has no dot. */
function isInGroup(name: string, group: string): boolean {
  const [, ...rest] = name.split('.');
  return rest.length === 0 || rest.join('.') === group;
}

function createFilter({ include, exclude }: PatternFilter) {
  const included = include.map(createPattern);
  const excluded = exclude.map(createPattern);
  const fits = (patterns: readonly ((name: string) => boolean)[], names: readonly string[]): boolean =>
    patterns.some((pattern) => names.some(pattern));
  return (names: readonly string[]): boolean =>
    (included.length === 0 || fits(included, names)) && !fits(excluded, names);
}

function lower(text: string): string {
  return text.toLowerCase();
}
