import type { AuditedObject } from '../domain/index.ts';
import { encodeGoString, reencodeAsGo } from '../text/index.ts';
import type { Review } from './evaluator.ts';

/**
 * Builds the AdmissionReview that asks whether the object may be created. The object's text is spliced in as it is, never parsed.
 * `compat` gives the bytes of the Go audit-scanner instead: the Kind where the plural belongs, and the object as Go writes it.
 */
export function buildReview(object: AuditedObject, options: { readonly compat: boolean }): Review {
  const { resource, reference, json } = object;
  const { group, version } = resource;
  const quote = options.compat ? encodeGoString : JSON.stringify;
  const kind = `{"group":${quote(group)},"version":${quote(version)},"kind":${quote(resource.kind)}}`;
  const plural = options.compat ? resource.kind : resource.resource;
  const optional = (name: string, value: string | undefined): string =>
    value === undefined || value === '' ? '' : `"${name}":${quote(value)},`;
  // The API server puts a new Namespace into itself; the Go scanner does not.
  const namespace =
    group === '' && resource.resource === 'namespaces' && !options.compat
      ? reference.name
      : reference.namespace;
  const head = `{"request":{"uid":${quote(reference.uid)},"kind":${kind},"resource":{"group":${quote(group)},"version":${quote(version)},"resource":${quote(plural)}},"requestKind":${kind},${optional('name', reference.name)}${optional('namespace', namespace)}"operation":"CREATE","userInfo":{},"object":`;
  const text = options.compat ? Buffer.from(reencodeAsGo(Buffer.from(json).toString())) : json;
  return { object, body: Buffer.concat([Buffer.from(head), text, tail]) };
}

const tail = Buffer.from(',"oldObject":null,"options":null}}');
