import { monotonicMs } from '../guest/clock.ts';
import { evaluateGroup, validateGroupSettings } from '../guest/group.ts';
import { describeTrap, type Guest } from '../guest/guest.ts';
import { createHost } from '../guest/host.ts';
import { createRoom } from '../guest/instance-keeper.ts';
import { createRegoGuest } from '../guest/rego/guest.ts';
import { createWapcGuest } from '../guest/wapc.ts';
import { createWasiGuest } from '../guest/wasi.ts';
import type { AdmissionResponse, SettingsResponse } from '../program/admission-response.ts';
import { failedResponse } from '../program/admission-response.ts';
import type { RunnableModule, RunnableProgram } from '../program/program.ts';
import type { HostChannel } from './host-channel.ts';
import type { GuestLog, Task, TaskResult, WorkerStart } from './protocol.ts';
import { markIdle, markRunning, type SharedState } from './shared-state.ts';

export type RunnerOptions = Pick<WorkerStart, 'roomBytes'> & {
  readonly state: SharedState;
  readonly channel: HostChannel;
  readonly onLog: (log: GuestLog) => void;
};

export type Runner = {
  readonly define: (program: RunnableProgram) => void;
  readonly run: (task: Task, bytes: Uint8Array) => TaskResult;
};

/** A program and its guests, in the order of the members; a policy that is not a group has one. */
type Loaded = { readonly program: RunnableProgram; readonly guests: (Guest | undefined)[] };

const maxLinesPerTask = 100;

/** Runs one task after another, and says in shared memory which one it is at. */
export function createRunner({ state, channel, roomBytes, onLog }: RunnerOptions): Runner {
  const loaded: Loaded[] = [];
  const room = createRoom(roomBytes);
  /** Of the task that runs. */
  const noted = { lines: 0, hasLooked: false };

  function open(index: number, program: RunnableModule): Guest {
    const log = (level: string, message: string): void => {
      noted.lines += 1;
      if (noted.lines <= maxLinesPerTask) onLog({ program: index, level, message });
    };
    const onLook = (): void => {
      noted.hasLooked = true;
    };
    return guestFactories[program.mode]({
      program,
      room,
      host: createHost({ program, channel, onLog: log, onLook }),
    });
  }

  /** The guest's clock starts before it is made, because that runs its code as well. */
  function ask<T>(task: Task, member: number, question: (guest: Guest) => T): T {
    const { program, guests } = at(loaded, task.program);
    const guestProgram = program.kind === 'single' ? program.guest : at(program.members, member).guest;
    const deadlineMs = monotonicMs() + guestProgram.timeoutMs;
    markRunning(state, { task: task.id, member, deadlineMs });
    try {
      return question((guests[member] ??= open(task.program, guestProgram)));
    } finally {
      markIdle(state);
    }
  }
  return {
    define: (program) => void loaded.push({ program, guests: [] }),
    run: (task, bytes) => {
      Object.assign(noted, { lines: 0, hasLooked: false });
      channel.begin(task.program);
      const { program } = at(loaded, task.program);
      return answer(task, bytes, { program, noted, ask: (member, question) => ask(task, member, question) });
    },
  };
}

type Asking = {
  readonly program: RunnableProgram;
  readonly ask: <T>(member: number, question: (guest: Guest) => T) => T;
  /** `hasLooked`: a guest has learnt something that its question does not say. */
  readonly noted: { readonly hasLooked: boolean };
};

/** What a guest throws is an answer already; this is for faults of its host. */
function answer(
  { id, review, expired }: Task,
  bytes: Uint8Array,
  { program, ask, noted }: Asking,
): TaskResult {
  if (review === undefined) return { id, settings: validateSettings({ program, ask }) };
  const text = bytes.subarray(...review);
  const askMember = (member: number): AdmissionResponse => ask(member, (guest) => guest.validate(text));
  try {
    const response = program.kind === 'single' ? askMember(0) : evaluateGroup(program, expired, askMember);
    // What took too long may be in time on another day.
    return { id, response, isPure: !noted.hasLooked && expired.length === 0 };
  } catch (thrown) {
    return { id, response: failedResponse(`internal server error: ${describeTrap(thrown)}`), isPure: false };
  }
}

function validateSettings({ program, ask }: Pick<Asking, 'program' | 'ask'>): SettingsResponse {
  const askMember = (member: number): SettingsResponse => ask(member, (guest) => guest.validateSettings());
  try {
    return program.kind === 'single' ? askMember(0) : validateGroupSettings(program, askMember);
  } catch (thrown) {
    return { valid: false, unloadable: true, message: describeTrap(thrown) };
  }
}

const guestFactories = {
  'kubewarden-wapc': createWapcGuest,
  wasi: createWasiGuest,
  opa: createRegoGuest,
  gatekeeper: createRegoGuest,
} as const;

function at<T>(list: readonly T[], index: number): T {
  const found = list[index];
  if (found === undefined) throw new Error(`there is no program ${index}`);
  return found;
}
