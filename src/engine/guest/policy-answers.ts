import fastJsonPatch from 'fast-json-patch';
import type { AdmissionResponse, AdmissionStatus, SettingsResponse } from '../program/admission-response.ts';
import { SerdeError } from '../serde/cursor.ts';
import {
  listOf,
  mapOf,
  optional,
  parseTyped,
  type Read,
  readBoolean,
  readText,
  readU16,
  structOf,
} from '../serde/types.ts';
import { type JsonValue, readValue, writeValue } from '../serde/value.ts';
import { isJsonObject, parseObject } from './json-object.ts';

/** What a policy of the Kubewarden SDKs answers. */
const readValidation = structOf('ValidationResponse', {
  accepted: readBoolean,
  message: optional(readText),
  code: optional(readU16),
  mutated_object: optional(readValue),
  audit_annotations: optional(mapOf(readText)),
  warnings: optional(listOf(readText)),
});

const readSettings = structOf('SettingsValidationResponse', {
  valid: readBoolean,
  message: optional(readText),
});

export type ValidationContext = {
  /** The text of `{"request":…}`; it is read only when the policy changed the object. */
  readonly review: Uint8Array;
  /** The words for an answer that cannot be understood. */
  readonly invalid: (why: string) => string;
};

const deleteMutation =
  'Incoming object is null, which happens only with DELETE operations, but the policy is attempting a mutation. This is not allowed';

/** Turns what a policy answered to `validate` into what policy-server answers. */
export function interpretValidation(answer: Uint8Array, context: ValidationContext): AdmissionResponse {
  const response = parse(answer, readValidation);
  if (response instanceof SerdeError)
    return { allowed: false, status: { message: context.invalid(response.message), code: 500 } };
  const { accepted, audit_annotations: auditAnnotations, warnings, mutated_object: mutatedObject } = response;
  const mutation = mutatedObject === undefined ? {} : toPatch(mutatedObject, context.review);
  if (mutation === undefined) return { allowed: false, status: { message: deleteMutation } };
  return {
    allowed: accepted,
    ...mutation,
    ...toStatus(response),
    ...(auditAnnotations && { auditAnnotations }),
    ...(warnings && { warnings }),
  };
}

/** Turns what a policy answered about its settings into a verdict on them. */
export function interpretSettings(
  answer: Uint8Array,
  invalid: (why: SerdeError) => string,
): SettingsResponse {
  const response = parse(answer, readSettings);
  return response instanceof SerdeError ? { valid: false, message: invalid(response) } : response;
}

function parse<T>(answer: Uint8Array, read: Read<T>): T | SerdeError {
  try {
    return parseTyped(answer, read);
  } catch (error) {
    if (error instanceof SerdeError) return error;
    throw error;
  }
}

type Words = { readonly message: string | undefined; readonly code: number | undefined };

function toStatus({ message, code }: Words): { status?: AdmissionStatus } {
  if (message === undefined && code === undefined) return {};
  return { status: { ...(message !== undefined && { message }), ...(code !== undefined && { code }) } };
}

/** Undefined when there is no object that could be changed. */
function toPatch(
  mutated: JsonValue,
  review: Uint8Array,
): Pick<AdmissionResponse, 'patch' | 'patchType'> | undefined {
  const request = parseObject(review)['request'];
  const object = isJsonObject(request) ? (request['object'] ?? undefined) : undefined;
  if (object === undefined) return undefined;
  const operations = diff(object, JSON.parse(writeValue(mutated)));
  if (operations.length === 0) return {};
  return { patchType: 'JSONPatch', patch: Buffer.from(JSON.stringify(operations)).toString('base64') };
}

function diff(before: unknown, after: unknown): readonly object[] {
  if (isJsonObject(before) && isJsonObject(after)) return fastJsonPatch.compare(before, after);
  return JSON.stringify(before) === JSON.stringify(after) ? [] : [{ op: 'replace', path: '', value: after }];
}
