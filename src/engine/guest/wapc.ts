import {
  type AdmissionResponse,
  failedResponse,
  type SettingsResponse,
} from '../program/admission-response.ts';
import { debugText } from '../serde/debug-text.ts';
import {
  describeTrap,
  type Guest,
  GuestExit,
  type GuestOptions,
  getFunction,
  getMemory,
  spliceSettings,
} from './guest.ts';
import { createGuestMemory, decodeLossy, encodeText, type GuestMemory } from './guest-memory.ts';
import { callHost } from './host-call.ts';
import { provideImports } from './imports.ts';
import { createInstanceKeeper, type InstanceKeeper } from './instance-keeper.ts';
import { interpretSettings, interpretValidation } from './policy-answers.ts';
import { getPages } from './rewinder.ts';
import { createStartWitness } from './start-witness.ts';
import { maxTextBytes } from './text-limit.ts';
import { createWasi } from './wasi-functions.ts';

const nothing = new Uint8Array();
/** The words of a failure, as many as a WASI policy has. */
const maxErrorBytes = 64 * 2 ** 10;

/** What one call of the guest reads and leaves behind. */
type CallState = {
  operation: Uint8Array;
  payload: Uint8Array;
  response: Uint8Array | undefined;
  error: string | undefined;
  hostResponse: Uint8Array;
  hostError: Uint8Array;
};

/** The guest's own words, or why it has none. */
class GuestCallError extends Error {
  readonly text: string;

  constructor(text: string) {
    super(`Guest call failure: ${text}`);
    this.name = 'GuestCallError';
    this.text = text;
  }
}

/** A policy that speaks the waPC protocol: the host calls `__guest_call`, and the guest fetches and leaves bytes. */
export function createWapcGuest({ program, host, room }: GuestOptions): Guest {
  const memory = createGuestMemory();
  const state: CallState = emptyState(nothing, nothing);
  const wasi = createWasi(memory, {
    arguments: () => [],
    stdin: () => nothing,
    write: (_descriptor, bytes) => {
      host.log('debug', bytes);
    },
  });
  const witness = createStartWitness(host.look);
  const functions = {
    wapc: { ...createGuestFunctions(state, memory, host), ...createHostFunctions(state, memory, host) },
    wasi,
  };
  const imports = provideImports(program.module, witness.watch(functions));
  const keeper = createInstanceKeeper({
    rewindable: program.rewindable,
    create: () => instantiate(program.module, imports, memory),
    witness,
    memory,
    room,
  });
  const settings = encodeText(program.settings);

  function call(operation: string, payload: Uint8Array): Uint8Array {
    Object.assign(state, emptyState(encodeText(operation), payload));
    const status = runGuest(keeper, state);
    if (status !== 0 && state.response !== undefined) return state.response;
    const silent =
      status === 0
        ? 'No error message set for call failure'
        : 'No error message OR response set for call success';
    throw new GuestCallError(state.error ?? silent);
  }
  return {
    validate: (review) => askForVerdict(() => call('validate', spliceSettings(review, settings)), review),
    validateSettings: () => askAboutSettings(() => call('validate_settings', settings)),
  };
}

function askForVerdict(call: () => Uint8Array, review: Uint8Array): AdmissionResponse {
  let answer: Uint8Array;
  try {
    answer = call();
  } catch (error) {
    return failedResponse(`internal server error: ${error instanceof Error ? error.message : String(error)}`);
  }
  return interpretValidation(answer, {
    review,
    invalid: (why) => `internal server error: invalid response from policy: ${why}`,
  });
}

function askAboutSettings(call: () => Uint8Array): SettingsResponse {
  let answer: Uint8Array;
  try {
    answer = call();
  } catch (error) {
    if (!(error instanceof GuestCallError)) throw error;
    const why = `GuestCallFailure(${debugText(error.text)})`;
    return { valid: false, message: `Error invoking settings validation callback: ${why}` };
  }
  return interpretSettings(answer, (error) => `error: InvalidResponseWithError(${error.toDebug()})`);
}

/** A trap counts as an error of the guest, whatever it left behind before. */
function runGuest(keeper: InstanceKeeper, state: CallState): number {
  try {
    return keeper.use((instance) => {
      const guestCall = getFunction(instance, '__guest_call');
      if (guestCall === undefined) throw new TypeError('the module exports no function __guest_call');
      return guestCall(state.operation.length, state.payload.length);
    });
  } catch (thrown) {
    state.error = describeTrap(thrown);
    return 0;
  }
}

function emptyState(operation: Uint8Array, payload: Uint8Array): CallState {
  return {
    operation,
    payload,
    response: undefined,
    error: undefined,
    hostResponse: nothing,
    hostError: nothing,
  };
}

function instantiate(
  module: WebAssembly.Module,
  imports: WebAssembly.Imports,
  memory: GuestMemory,
): WebAssembly.Instance {
  const instance = new WebAssembly.Instance(module, imports);
  memory.attach(getMemory(instance), getPages(instance));
  for (const name of ['_start', 'wapc_init']) {
    try {
      getFunction(instance, name)?.();
    } catch (thrown) {
      // A command module ends its main function with an exit, and stays usable.
      if (!(thrown instanceof GuestExit) || thrown.code !== 0) throw thrown;
    }
  }
  return instance;
}

type WapcFunctions = Record<string, (...parameters: number[]) => number | undefined>;

/** By these the guest fetches its question and leaves its answer. */
function createGuestFunctions(
  state: CallState,
  memory: GuestMemory,
  host: GuestOptions['host'],
): WapcFunctions {
  return {
    __guest_request: (operation = 0, payload = 0) => {
      memory.write(payload, state.payload);
      memory.write(operation, state.operation);
      return undefined;
    },
    __guest_response: (address = 0, length = 0) => {
      const response = memory.view(address, length);
      if (response.length > maxTextBytes)
        throw new Error(`the policy answered with more than ${maxTextBytes} bytes`);
      state.response = response.slice();
      return undefined;
    },
    __guest_error: (address = 0, length = 0) => {
      state.error = decodeLossy(memory.view(address, length).subarray(0, maxErrorBytes));
      return undefined;
    },
    __console_log: (address = 0, length = 0) => {
      host.log('debug', memory.view(address, length));
      return undefined;
    },
  };
}

/** By these it asks the host, and fetches what that said. */
function createHostFunctions(
  state: CallState,
  memory: GuestMemory,
  host: GuestOptions['host'],
): WapcFunctions {
  return {
    __host_call: (...at) => {
      const answer = callHost(memory, host, at);
      if ('error' in answer) state.hostError = encodeText(answer.error);
      else state.hostResponse = answer.payload;
      return 'error' in answer ? 0 : 1;
    },
    __host_response_len: () => state.hostResponse.length,
    __host_response: (address = 0) => {
      memory.write(address, state.hostResponse);
      return undefined;
    },
    __host_error_len: () => state.hostError.length,
    __host_error: (address = 0) => {
      memory.write(address, state.hostError);
      return undefined;
    },
  };
}
