import { Json } from './kit/json';
import { checkTexts } from './kit/policy';
import { answer } from './kit/wapc';

function validate(object: Json, settings: Json): string {
  const labels = object.get('metadata').get('labels');
  const required = settings.get('labels').items;
  const missing: string[] = [];
  for (let i = 0; i < required.length; i++) {
    if (!labels.get(required[i].text).exists) missing.push(required[i].text);
  }
  if (missing.length == 0) return '';
  return `${missing.length == 1 ? 'the label' : 'the labels'} ${missing.join(', ')} must be set`;
}

function validateSettings(settings: Json, _same: Json): string {
  return checkTexts(settings, 'labels');
}

export function __guest_call(operationLength: i32, messageLength: i32): i32 {
  return answer(operationLength, messageLength, validate, validateSettings);
}
