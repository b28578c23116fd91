import { Json } from './kit/json';
import { checkTexts, containersOf } from './kit/policy';
import { answer } from './kit/wapc';

function validate(object: Json, settings: Json): string {
  const trusted = settings.get('registries').items;
  const containers = containersOf(object);
  for (let i = 0; i < containers.length; i++) {
    const registry = registryOf(containers[i].get('image').text);
    let found = false;
    for (let j = 0; j < trusted.length; j++) if (trusted[j].text == registry) found = true;
    if (!found) return `container "${containers[i].get('name').text}" comes from ${registry}, which is not trusted`;
  }
  return '';
}

/** Without a host in front, an image comes from Docker Hub. */
function registryOf(image: string): string {
  const slash = image.indexOf('/');
  const first = slash < 0 ? '' : image.substring(0, slash);
  const isHost = first.includes('.') || first.includes(':') || first == 'localhost';
  return isHost ? first : 'docker.io';
}

function validateSettings(settings: Json, _same: Json): string {
  return checkTexts(settings, 'registries');
}

export function __guest_call(operationLength: i32, messageLength: i32): i32 {
  return answer(operationLength, messageLength, validate, validateSettings);
}
