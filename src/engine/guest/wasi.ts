import { failedResponse } from '../program/admission-response.ts';
import { type ByteSink, createByteSink } from './byte-sink.ts';
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
import type { Host } from './host.ts';
import { callHost } from './host-call.ts';
import { type HostFunctions, provideImports } from './imports.ts';
import { createInstanceKeeper } from './instance-keeper.ts';
import { interpretSettings, interpretValidation } from './policy-answers.ts';
import { getPages } from './rewinder.ts';
import { createStartWitness } from './start-witness.ts';
import { maxTextBytes } from './text-limit.ts';
import { createWasi } from './wasi-functions.ts';

/** Of what waits already when an answer comes: a policy reads what it was told before it asks again. */
const maxUnreadBytes = 64 * 2 ** 20;
const maxStderrBytes = 64 * 2 ** 10;

/** The streams of one run. Standard input is a queue: the answer to a host call is read from it too. */
type Streams = { readonly input: Queue; readonly output: ByteSink; readonly errors: ByteSink };

type Run = { readonly succeeded: boolean; readonly stdout: Uint8Array; readonly stderr: string };

/** A policy that is a program: it runs once per question, which it reads from standard input. */
export function createWasiGuest({ program, host, room }: GuestOptions): Guest {
  const settings = encodeText(program.settings);
  const execute = createExecutor({ program, host, room });

  function run(command: string, input: Uint8Array): Run {
    const streams: Streams = {
      input: createQueue(input),
      output: createByteSink(maxTextBytes),
      errors: createByteSink(maxStderrBytes),
    };
    const succeeded = execute(command, streams);
    const stderr = decodeLossy(streams.errors.bytes()).trim();
    return { succeeded, stdout: streams.output.bytes(), stderr };
  }
  return {
    validate: (review) => {
      const { succeeded, stdout, stderr } = run('validate', spliceSettings(review, settings));
      if (!succeeded) return failedResponse(stderr);
      if (stderr !== '') host.log('debug', encodeText(stderr));
      const invalid = (why: string): string =>
        `internal server error: Cannot deserialize policy validation response: ${why}`;
      return interpretValidation(stdout, { review, invalid });
    },
    validateSettings: () => {
      const { succeeded, stdout, stderr } = run('validate-settings', settings);
      if (!succeeded) return { valid: false, message: stderr };
      return interpretSettings(
        stdout,
        ({ message }) => `Cannot deserialize settings validation response: ${message}`,
      );
    },
  };
}

/** Runs the program with a command. True if it came to its end, or exited with status 0. */
type Execute = (command: string, streams: Streams) => boolean;

function createExecutor({ program: { module, rewindable }, host, room }: GuestOptions): Execute {
  let running: { readonly command: string; readonly streams: Streams } | undefined;
  const current = (): NonNullable<typeof running> => {
    if (running === undefined) throw new Error('the program has not been asked yet');
    return running;
  };
  const memory = createGuestMemory();
  const wasi = createWasi(memory, {
    arguments: () => ['policy.wasm', current().command],
    stdin: (maxBytes) => current().streams.input.take(maxBytes),
    write: (descriptor, bytes) => {
      const { errors, output } = current().streams;
      if (descriptor === 2) errors.append(bytes);
      else if (!output.append(bytes)) throw new Error(`the policy wrote more than ${maxTextBytes} bytes`);
    },
  });
  const functions = createHostCall(memory, () => current().streams, host);
  const witness = createStartWitness(host.look);
  const watched = witness.watch({ wasi, host: functions, 'kubewarden:javy/host': functions });
  const imports = provideImports(module, watched);
  const create = (): WebAssembly.Instance => {
    const instance = new WebAssembly.Instance(module, imports);
    memory.attach(getMemory(instance), getPages(instance));
    return instance;
  };
  const keeper = createInstanceKeeper({ rewindable, create, witness, memory, room });
  return (command, streams) => {
    running = { command, streams };
    try {
      keeper.use((instance) => getFunction(instance, '_start')?.());
      return true;
    } catch (thrown) {
      if (thrown instanceof GuestExit && thrown.code === 0) return true;
      host.log('debug', encodeText(describeTrap(thrown)));
      return false;
    }
  };
}

/** Returns 0 for success and 1 for an error, the inverse of waPC. */
function createHostCall(memory: GuestMemory, streams: () => Streams, host: Host): HostFunctions {
  return {
    call: (...at: number[]) => {
      const answer = callHost(memory, host, at);
      streams().input.push('error' in answer ? encodeText(answer.error) : answer.payload);
      return 'error' in answer ? 1 : 0;
    },
  };
}

type Queue = {
  /** Throws when too much waits to be read. */
  readonly push: (bytes: Uint8Array) => void;
  readonly take: (maxBytes: number) => Uint8Array;
};

function createQueue(first: Uint8Array): Queue {
  const waiting = [first];
  let unread = first.length;
  return {
    push: (bytes) => {
      if (unread > maxUnreadBytes)
        throw new Error(`the policy left more than ${maxUnreadBytes} bytes unread`);
      unread += bytes.length;
      waiting.push(bytes);
    },
    take: (maxBytes) => {
      while (waiting[0]?.length === 0) waiting.shift();
      const [next] = waiting;
      if (next === undefined) return new Uint8Array();
      const taken = next.subarray(0, maxBytes);
      waiting[0] = next.subarray(maxBytes);
      unread -= taken.length;
      return taken;
    },
  };
}
