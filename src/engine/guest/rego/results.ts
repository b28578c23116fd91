import { type AdmissionResponse, failedResponse } from '../../program/admission-response.ts';

const notUnderstood = 'internal server error: cannot interpret OPA policy result';

/** The first result is an AdmissionReview, whose response is the answer. `results` is the text of a JSON list. */
export function interpretOpa(results: string): AdmissionResponse {
  const response = member(firstResult(results), 'response');
  if (response === undefined) return failedResponse(notUnderstood);
  const [uid, allowed] = [member(response, 'uid'), member(response, 'allowed')];
  if (uid === undefined) return failedResponse('internal server error: missing field `uid`');
  if (allowed === undefined) return failedResponse('internal server error: missing field `allowed`');
  if (typeof uid !== 'string' || typeof allowed !== 'boolean') return failedResponse(notUnderstood);
  const rest = readRest(response);
  return rest === undefined ? failedResponse(notUnderstood) : { allowed, ...rest };
}

/** What an AdmissionResponse may have beside its verdict; undefined if any of it is of the wrong type. */
function readRest(response: unknown): Omit<AdmissionResponse, 'allowed'> | undefined {
  const [status, patch, warnings, auditAnnotations] = [
    readMember(response, 'status', isStatus),
    readMember(response, 'patch', isString),
    readMember(response, 'warnings', isStrings),
    readMember(response, 'auditAnnotations', isStringMap),
  ];
  if (![status, patch, warnings, auditAnnotations].every(({ valid }) => valid)) return undefined;
  return {
    ...(patch.value !== undefined && { patch: patch.value, patchType: 'JSONPatch' as const }),
    ...(status.value && { status: toStatus(status.value) }),
    ...(auditAnnotations.value && { auditAnnotations: auditAnnotations.value }),
    ...(warnings.value && { warnings: warnings.value }),
  };
}

type Member<T> = { readonly valid: boolean; readonly value?: T };

/** A member that may be absent or null. */
function readMember<T>(object: unknown, name: string, is: (value: unknown) => value is T): Member<T> {
  const value = member(object, name) ?? undefined;
  if (value === undefined) return { valid: true };
  return is(value) ? { valid: true, value } : { valid: false };
}

/**
 * The first result is a list of violations. Anything else counts as none, as it does on policy-server; but then nobody knows
 * whether the object is fine.
 */
export function interpretGatekeeper(results: string): AdmissionResponse {
  const violations = firstResult(results);
  if (!Array.isArray(violations) || !violations.every(isViolation))
    return { allowed: true, doubt: 'it returned no list of violations, which counts as none' };
  if (violations.length === 0) return { allowed: true };
  const messages = violations.map(({ msg }) => msg).filter((msg) => typeof msg === 'string');
  return { allowed: false, status: { message: messages.join(', ') } };
}

type Violation = { readonly msg?: string | null };
type Status = { readonly message?: string | null; readonly code?: number | null };

function firstResult(results: string): unknown {
  const list: unknown = JSON.parse(results);
  return Array.isArray(list) ? member(list[0], 'result') : undefined;
}

function member(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return Reflect.get(value, name);
}

function toStatus({ message, code }: Status): NonNullable<AdmissionResponse['status']> {
  return {
    ...(typeof message === 'string' && { message }),
    ...(typeof code === 'number' && { code }),
  };
}

function isString(value: unknown): value is string {
  return typeof value === 'string';
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number';
}

function isStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(isString);
}

function isStringMap(value: unknown): value is Readonly<Record<string, string>> {
  return typeof value === 'object' && value !== null && Object.values(value).every(isString);
}

function isStatus(value: unknown): value is Status {
  if (typeof value !== 'object' || value === null) return false;
  return readMember(value, 'message', isString).valid && readMember(value, 'code', isNumber).valid;
}

function isViolation(value: unknown): value is Violation {
  return typeof value === 'object' && value !== null && readMember(value, 'msg', isString).valid;
}
