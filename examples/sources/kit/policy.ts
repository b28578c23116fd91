import { Json, Kind, quote } from './json';

/** Why a request or settings are refused; an empty text accepts them. */
export type Check = (value: Json, settings: Json) => string;

/** The answer to `validate`. */
export function validationResponse(refusal: string): string {
  return refusal == '' ? '{"accepted":true}' : `{"accepted":false,"message":${quote(refusal)}}`;
}

/** The answer to `validate_settings`. */
export function settingsResponse(refusal: string): string {
  return refusal == '' ? '{"valid":true}' : `{"valid":false,"message":${quote(refusal)}}`;
}

/** Why settings have to be refused that must hold a list of texts under this key. */
export function checkTexts(settings: Json, key: string): string {
  const list = settings.get(key);
  if (list.kind != Kind.List || list.items.length == 0) return `settings.${key} must be a list with at least one text`;
  for (let i = 0; i < list.items.length; i++) {
    if (list.items[i].kind != Kind.Text) return `settings.${key} must hold texts only`;
  }
  return '';
}

/** Every container of a Pod, or of the Pods that a workload makes. */
export function containersOf(object: Json): Json[] {
  const pod = podSpecOf(object);
  return pod
    .get('initContainers')
    .items.concat(pod.get('containers').items)
    .concat(pod.get('ephemeralContainers').items);
}

function podSpecOf(object: Json): Json {
  const spec = object.get('spec');
  const kind = object.get('kind').text;
  if (kind == 'Pod') return spec;
  const template = kind == 'CronJob' ? spec.get('jobTemplate').get('spec') : spec;
  return template.get('template').get('spec');
}
