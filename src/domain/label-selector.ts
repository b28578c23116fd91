const name = String.raw`[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?`;
const prefix = String.raw`[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*`;
const key = `(?:${prefix}/)?${name}`;
const value = `(?:${name})?`;
const requirement = new RegExp(
  `^\\s*(?:!\\s*${key}|${key}|${key}\\s*(?:==|=|!=)\\s*${value}|${key}\\s*[<>]\\s*\\d+|` +
    `${key}\\s+(?:not)?in\\s*\\(\\s*${value}\\s*(?:,\\s*${value}\\s*)*\\))\\s*$`,
);

/** The requirement of a label selector that the API server would refuse, or undefined when there is none. */
export function findBrokenRequirement(selector: string): string | undefined {
  // A comma inside parentheses separates values, not requirements.
  const requirements = selector.split(/,(?![^(]*\))/);
  return requirements.find((candidate) => !requirement.test(candidate));
}
