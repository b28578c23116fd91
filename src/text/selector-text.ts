import type { LabelSelector, LabelSelectorRequirement } from './label-selector.ts';

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
  return splitRequirements(selector).find((candidate) => !requirement.test(candidate));
}

const setBased = /^\s*(\S+)\s+(in|notin)\s*\(([^)]*)\)\s*$/;
const comparison = /^\s*([^\s!=<>]+)\s*(==?|!=|<|>)\s*([^\s=]*)\s*$/;
const existence = /^\s*(!?)\s*([^\s!=]+)\s*$/;

/** A label selector in the API's text form (`app=api,tier in (a,b),!legacy`) as data. It must be one without broken requirements. */
export function parseLabelSelector(text: string): LabelSelector {
  return { matchExpressions: splitRequirements(text).map(parseRequirement) };
}

/** A comma inside parentheses separates values, not requirements. */
function splitRequirements(text: string): readonly string[] {
  return text.split(/,(?![^(]*\))/);
}

const operators: Readonly<Record<string, string>> = { '!=': 'NotIn', '<': 'Lt', '>': 'Gt' };

function parseRequirement(text: string): LabelSelectorRequirement {
  const [, setKey, operator, list] = setBased.exec(text) ?? [];
  if (setKey !== undefined) {
    const values = (list ?? '').split(',').map((value) => value.trim());
    return { key: setKey, operator: operator === 'in' ? 'In' : 'NotIn', values };
  }
  return parseSimpleRequirement(text);
}

function parseSimpleRequirement(text: string): LabelSelectorRequirement {
  const [, key, sign = '', value = ''] = comparison.exec(text) ?? [];
  if (key !== undefined) return { key, operator: operators[sign] ?? 'In', values: [value] };
  const [, negated, present = text] = existence.exec(text) ?? [];
  return { key: present, operator: negated === '!' ? 'DoesNotExist' : 'Exists' };
}

/** A selector as `kubectl -l` writes it; one without requirements is `any labels`. */
export function formatLabelSelector({ matchLabels = {}, matchExpressions = [] }: LabelSelector): string {
  const parts = [
    ...Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`),
    ...matchExpressions.map(({ key, operator, values = [] }) => {
      if (operator === 'Exists') return key;
      if (operator === 'DoesNotExist') return `!${key}`;
      return `${key} ${operator.toLowerCase()} (${values.join(',')})`;
    }),
  ];
  return parts.length === 0 ? 'any labels' : parts.join(',');
}
