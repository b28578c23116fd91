import fastJsonPatch from 'fast-json-patch';
import type { AdmissionResponse, AdmissionStatus, SettingsResponse } from '../admission-response.ts';
import { decodeStrict } from './guest-memory.ts';

type JsonObject = Readonly<Record<string, unknown>>;

/** What a policy of the Kubewarden SDKs answers, after its types have been checked. */
type ValidationResponse = {
  readonly accepted: boolean;
  readonly message: string | undefined;
  readonly code: number | undefined;
  readonly mutatedObject: unknown;
  readonly auditAnnotations: Readonly<Record<string, string>> | undefined;
  readonly warnings: readonly string[] | undefined;
};

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
  let response: ValidationResponse;
  try {
    response = readValidation(parseObject(answer));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { allowed: false, status: { message: context.invalid(why), code: 500 } };
  }
  const { accepted, auditAnnotations, warnings, mutatedObject } = response;
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
export function interpretSettings(answer: Uint8Array, invalid: (why: string) => string): SettingsResponse {
  try {
    const response = parseObject(answer);
    const valid = readBoolean(response, 'valid');
    return { valid, message: readOptional(response, 'message', isString) };
  } catch (error) {
    return { valid: false, message: invalid(error instanceof Error ? error.message : String(error)) };
  }
}

/** Bytes that hold a JSON object. Throws an Error that says in a few words why they do not. */
export function parseObject(bytes: Uint8Array): JsonObject {
  const value = parseJson(bytes);
  if (isObject(value)) return value;
  throw new Error('it is no JSON object');
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(decodeStrict(bytes));
  } catch (cause) {
    throw new Error(bytes.length === 0 ? 'it is empty' : 'it is not JSON', { cause });
  }
}

function readValidation(response: JsonObject): ValidationResponse {
  return {
    accepted: readBoolean(response, 'accepted'),
    message: readOptional(response, 'message', isString),
    code: readOptional(response, 'code', isStatusCode),
    mutatedObject: response['mutated_object'] ?? undefined,
    auditAnnotations: readOptional(response, 'audit_annotations', isStringMap),
    warnings: readOptional(response, 'warnings', isStringList),
  };
}

function toStatus({ message, code }: ValidationResponse): { status?: AdmissionStatus } {
  if (message === undefined && code === undefined) return {};
  return { status: { ...(message !== undefined && { message }), ...(code !== undefined && { code }) } };
}

/** Undefined when there is no object that could be changed. */
function toPatch(
  mutated: unknown,
  review: Uint8Array,
): Pick<AdmissionResponse, 'patch' | 'patchType'> | undefined {
  const { request } = parseObject(review);
  const object = isObject(request) ? request['object'] : undefined;
  if (!isObject(object)) return undefined;
  const operations = diff(object, mutated);
  if (operations.length === 0) return {};
  return { patchType: 'JSONPatch', patch: Buffer.from(JSON.stringify(operations)).toString('base64') };
}

function diff(before: JsonObject, after: unknown): readonly object[] {
  return isObject(after) ? fastJsonPatch.compare(before, after) : [{ op: 'replace', path: '', value: after }];
}

function readBoolean(object: JsonObject, field: string): boolean {
  const value = object[field];
  if (typeof value === 'boolean') return value;
  throw new Error(value === undefined ? `missing field \`${field}\`` : `${field} is not a boolean`);
}

/** A field that may be absent or null. */
function readOptional<T>(
  object: JsonObject,
  field: string,
  is: (value: unknown) => value is T,
): T | undefined {
  const value = object[field] ?? undefined;
  if (value === undefined || is(value)) return value;
  throw new Error(`${field} is of the wrong type`);
}

function isString(value: unknown): value is string {
  return typeof value === 'string';
}

/** An unsigned number of 16 bits, as the policies' SDKs have it. */
function isStatusCode(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 0xffff;
}

function isStringList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(isString);
}

function isStringMap(value: unknown): value is Readonly<Record<string, string>> {
  return isObject(value) && Object.values(value).every(isString);
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
