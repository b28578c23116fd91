import { failedResponse, type SettingsResponse } from '../../program/admission-response.ts';
import type { Guest, GuestOptions } from '../guest.ts';
import { encodeText } from '../guest-memory.ts';
import { hasBuiltin, ownBuiltins } from './builtins.ts';
import { createRegoInstance, RegoError, type RegoInstance } from './instance.ts';
import { interpretGatekeeper, interpretOpa } from './results.ts';

const maxBytes = 64 * 2 ** 20;
const requestKey = '{"request":'.length;

/**
 * A policy in Rego. Its instance is kept, because each evaluation begins with an empty heap behind the data, which is as clean as
 * a new instance and spares reading the data again.
 */
export function createRegoGuest({ program, host }: GuestOptions): Guest {
  let kept: RegoInstance | undefined;
  const isGatekeeper = program.mode === 'gatekeeper';
  const prefix = encodeText(`{"parameters":${program.settings},"review":`);
  const toInput = (review: Uint8Array): Uint8Array =>
    isGatekeeper ? Buffer.concat([prefix, review.subarray(requestKey)]) : review;

  function evaluate(review: Uint8Array): string {
    const instance = kept ?? open(program, host);
    // Not kept if it fails: it is unknown what state it is in then.
    kept = undefined;
    const results = instance.evaluate(toInput(review));
    if (instance.memorySize() <= maxBytes + program.data.length * 8) kept = instance;
    return results;
  }
  return {
    validate: (review) => {
      try {
        const results = evaluate(review);
        return isGatekeeper ? interpretGatekeeper(results) : interpretOpa(results);
      } catch (error) {
        return failedResponse(`internal server error: ${describe(error)}`);
      }
    },
    validateSettings: (): SettingsResponse => {
      try {
        kept = open(program, host);
      } catch (error) {
        return { valid: false, unloadable: true, message: describe(error) };
      }
      const unusual = kept.builtins.filter((name) => ownBuiltins.has(name));
      if (unusual.length > 0)
        host.log('warning', encodeText(`policy-server does not have the builtins ${unusual.join(', ')}`));
      return { valid: true };
    },
  };
}

function open(program: GuestOptions['program'], host: GuestOptions['host']): RegoInstance {
  const log = (line: Uint8Array): void => {
    host.log('debug', line);
  };
  const instance = createRegoInstance(program.module, { log, look: host.look });
  const missing = instance.builtins.filter((name) => !hasBuiltin(name));
  if (missing.length > 0) throw new RegoError(`Missing Rego builtins: ${missing.sort().join(', ')}`);
  instance.setData(program.data);
  return instance;
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
