import type { LabelSelector, LabelSelectorRequirement } from '../../domain/selector.ts';

const setBased = /^\s*(\S+)\s+(in|notin)\s*\(([^)]*)\)\s*$/;
const equality = /^\s*([^\s!=]+)\s*(==?|!=)\s*([^\s=]*)\s*$/;
const existence = /^\s*(!?)\s*([^\s!=]+)\s*$/;

/** A label selector in the API's text form (`app=api,tier in (a,b),!legacy`), which must be a valid one, as data. */
export function parseLabelSelector(text: string): LabelSelector {
  const requirements = text.split(/,(?![^(]*\))/).filter((part) => part.trim() !== '');
  return { matchExpressions: requirements.map(parseRequirement) };
}

function parseRequirement(text: string): LabelSelectorRequirement {
  const [, setKey, operator, list] = setBased.exec(text) ?? [];
  if (setKey !== undefined) {
    const values = (list ?? '').split(',').map((value) => value.trim());
    return { key: setKey, operator: operator === 'in' ? 'In' : 'NotIn', values };
  }
  return parseSimpleRequirement(text);
}

function parseSimpleRequirement(text: string): LabelSelectorRequirement {
  const [, key, sign, value = ''] = equality.exec(text) ?? [];
  if (key !== undefined) return { key, operator: sign === '!=' ? 'NotIn' : 'In', values: [value] };
  const [, negated, present = text] = existence.exec(text) ?? [];
  return { key: present, operator: negated === '!' ? 'DoesNotExist' : 'Exists' };
}
