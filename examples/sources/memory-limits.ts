import { Json } from './kit/json';
import { containersOf } from './kit/policy';
import { fail, main } from './kit/wasi';

function validate(object: Json, _settings: Json): string {
  const containers = containersOf(object);
  for (let i = 0; i < containers.length; i++) {
    const name = containers[i].get('name').text;
    const limit = containers[i].get('resources').get('limits').get('memory');
    if (!limit.exists) return `container "${name}" has no memory limit`;
    if (!isQuantity(limit.text)) fail(`the memory limit of container "${name}" is no quantity: ${limit.text}`);
  }
  return '';
}

/** Digits, perhaps with a point, and one of the units of Kubernetes. */
function isQuantity(text: string): bool {
  let end = 0;
  while (end < text.length && (isDigit(text.charCodeAt(end)) || text.charAt(end) == '.')) end++;
  const unit = text.substring(end);
  return end > 0 && ['', 'm', 'k', 'M', 'G', 'T', 'P', 'E', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'].includes(unit);
}

function isDigit(code: i32): bool {
  return code >= 0x30 && code <= 0x39;
}

function validateSettings(_settings: Json, _same: Json): string {
  return '';
}

export function _start(): void {
  main(validate, validateSettings);
}
