/** Labels of an object, by key. */
export type Labels = Readonly<Record<string, string>>;

/** A Kubernetes LabelSelector as written in a policy; operators are not validated by the CRD, so they arrive as any string. */
export type LabelSelector = {
  readonly matchLabels?: Readonly<Record<string, string>> | undefined;
  readonly matchExpressions?: readonly LabelSelectorRequirement[] | undefined;
};

export type LabelSelectorRequirement = {
  readonly key: string;
  readonly operator: string;
  readonly values?: readonly string[] | undefined;
};

const operatorsWithValues = new Set(['In', 'NotIn']);
const operatorsWithoutValues = new Set(['Exists', 'DoesNotExist']);

/** Says why a selector is invalid by the API server's rules, or undefined when it is valid. */
export function findSelectorError(selector: LabelSelector): string | undefined {
  for (const { key, operator, values = [] } of selector.matchExpressions ?? []) {
    if (operatorsWithValues.has(operator)) {
      if (values.length === 0) return `operator "${operator}" of key "${key}" needs values`;
    } else if (operatorsWithoutValues.has(operator)) {
      if (values.length > 0) return `operator "${operator}" of key "${key}" takes no values`;
    } else {
      return `"${operator}" is not a valid label selector operator (key "${key}")`;
    }
  }
  return undefined;
}

/** Whether something holds; `unknown` where that depends on what nobody told. */
export type Decision = 'yes' | 'no' | 'unknown';

/**
 * Whether labels of which only some are known satisfy a valid selector. A label that `isKnown` refuses may be there or not, with any
 * value; one wrong label that is known is enough for a no.
 */
export function decideSelector(
  { matchLabels = {}, matchExpressions = [] }: LabelSelector,
  labels: Labels,
  isKnown: (key: string) => boolean,
): Decision {
  const equal = Object.entries(matchLabels).map(([key, value]) => ({ key, operator: 'In', values: [value] }));
  const requirements = [...equal, ...matchExpressions];
  if (requirements.some((one) => isKnown(one.key) && !satisfies(one, labels))) return 'no';
  return requirements.every(({ key }) => isKnown(key)) ? 'yes' : 'unknown';
}

/** Whether the labels satisfy a valid selector. An absent or empty selector matches everything. */
export function matchesSelector(selector: LabelSelector | undefined, labels: Labels): boolean {
  if (selector === undefined) return true;
  const equal = Object.entries(selector.matchLabels ?? {}).every(
    ([key, value]) => labelOf(labels, key) === value,
  );
  return equal && (selector.matchExpressions ?? []).every((requirement) => satisfies(requirement, labels));
}

function satisfies({ key, operator, values = [] }: LabelSelectorRequirement, labels: Labels): boolean {
  const value = labelOf(labels, key);
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    // Only the text form of a selector has these two.
    case 'Gt':
      return compareNumbers(value, values[0]) > 0;
    case 'Lt':
      return compareNumbers(value, values[0]) < 0;
    default:
      return false;
  }
}

/** NaN, which is neither more nor less, unless both are whole numbers. */
function compareNumbers(a: string | undefined, b: string | undefined): number {
  const [left, right] = [a, b].map((text) =>
    text !== undefined && /^[+-]?\d+$/.test(text) ? Number(text) : NaN,
  );
  return Math.sign((left ?? NaN) - (right ?? NaN));
}

/** Own properties only: a label may be called `constructor`. */
function labelOf(labels: Labels, key: string): string | undefined {
  return Object.hasOwn(labels, key) ? labels[key] : undefined;
}
