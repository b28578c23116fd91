import { Json, parseJson } from './json';
import { Check, settingsResponse, validationResponse } from './policy';

// The protocol of Kubewarden's default execution mode: the host names an operation, and both sides hand over UTF-8.
@external('wapc', '__guest_request')
declare function guestRequest(operation: usize, message: usize): void;
@external('wapc', '__guest_response')
declare function guestResponse(text: usize, length: usize): void;
@external('wapc', '__guest_error')
declare function guestError(text: usize, length: usize): void;

/** Answers one call of the host. 1: there is a response; 0: there is an error. */
export function answer(operationLength: i32, messageLength: i32, validate: Check, validateSettings: Check): i32 {
  const operation = new ArrayBuffer(operationLength);
  const message = new ArrayBuffer(messageLength);
  guestRequest(changetype<usize>(operation), changetype<usize>(message));
  const name = String.UTF8.decode(operation);
  if (name == 'protocol_version') return respond('"v1"');
  const payload = parseJson(message);
  if (name == 'validate_settings') return respond(settingsResponse(validateSettings(payload, payload)));
  if (name == 'validate')
    return respond(validationResponse(validate(payload.get('request').get('object'), payload.get('settings'))));
  fail(`No handler registered for function ${name}`);
  return 0;
}

/** For policies without settings. */
export function noSettings(_settings: Json, _same: Json): string {
  return '';
}

/** What the compiler calls before it gives up, so that the host learns why. */
export function abort(message: string | null, _file: string | null, _line: u32, _column: u32): void {
  fail(message == null ? 'aborted' : message);
  unreachable();
}

function respond(text: string): i32 {
  const bytes = String.UTF8.encode(text);
  guestResponse(changetype<usize>(bytes), bytes.byteLength);
  return 1;
}

function fail(text: string): void {
  const bytes = String.UTF8.encode(text);
  guestError(changetype<usize>(bytes), bytes.byteLength);
}
