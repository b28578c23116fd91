import { Json } from './kit/json';
import { containersOf } from './kit/policy';
import { answer, noSettings } from './kit/wapc';

function validate(object: Json, _settings: Json): string {
  const containers = containersOf(object);
  for (let i = 0; i < containers.length; i++) {
    const container = containers[i];
    if (container.get('securityContext').get('privileged').isTrue)
      return `container "${container.get('name').text}" is privileged`;
  }
  return '';
}

export function __guest_call(operationLength: i32, messageLength: i32): i32 {
  return answer(operationLength, messageLength, validate, noSettings);
}
