/** Documentation by the author of a policy, in annotations of the policy or in the metadata of its module. */
export type PolicyDocumentation = {
  readonly title?: string;
  readonly description?: string;
  readonly author?: string;
  readonly version?: string;
  /** Where it is documented. */
  readonly url?: string;
  /** Where its source is. */
  readonly source?: string;
};

/** By preference: for people first. */
const annotationsOf: Readonly<Record<keyof PolicyDocumentation, readonly string[]>> = {
  title: ['io.artifacthub.displayName', 'io.kubewarden.policy.title'],
  description: ['io.kubewarden.policy.description'],
  author: ['io.kubewarden.policy.author'],
  version: ['io.kubewarden.policy.version'],
  url: ['io.kubewarden.policy.url'],
  source: ['io.kubewarden.policy.source'],
};

/** The documentation that the annotations hold. Undefined where they hold none. */
export function documentationOf(
  annotations: Readonly<Record<string, string>>,
): PolicyDocumentation | undefined {
  const found = Object.entries(annotationsOf).flatMap(([field, names]) => {
    const text = names.map((name) => annotations[name]?.trim()).find((value) => value);
    return text === undefined ? [] : [[field, text] as const];
  });
  return found.length === 0 ? undefined : Object.fromEntries(found);
}
