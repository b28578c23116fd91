import type { MessagePort } from 'node:worker_threads';
import type { AdmissionResponse, SettingsResponse } from '../program/admission-response.ts';
import type { RunnableProgram } from '../program/program.ts';

/*
 * What the main thread and a worker tell each other. A round trip of a message costs about as much as an evaluation, so both
 * directions carry many evaluations per message, and what has to be known meanwhile is in shared memory.
 */

/** Given to a worker when it starts. */
export type WorkerStart = {
  readonly state: SharedArrayBuffer;
  /** Brings the answers to host calls, read synchronously. */
  readonly answers: MessagePort;
  /** What the memories of instances that it keeps may take, in bytes. */
  readonly roomBytes: number;
  readonly programs: readonly RunnableProgram[];
};

/**
 * One evaluation, or with `review` undefined a check of the settings. `review` is where its `{"request":…}` lies in the batch's
 * bytes. `expired` are the members of a group, by index, that exceeded their time in an earlier attempt.
 */
export type Task = {
  readonly id: number;
  readonly program: number;
  readonly review: readonly [start: number, end: number] | undefined;
  readonly expired: readonly number[];
};

export type ToWorker =
  | { readonly type: 'define'; readonly program: RunnableProgram }
  | { readonly type: 'batch'; readonly bytes: Uint8Array<ArrayBuffer>; readonly tasks: readonly Task[] };

export type TaskResult =
  | {
      readonly id: number;
      readonly response: AdmissionResponse;
      /** Whether the policy learnt nothing but its question, so that it would answer it the same at any time. */
      readonly isPure: boolean;
    }
  | { readonly id: number; readonly settings: SettingsResponse };

export type GuestLog = { readonly program: number; readonly level: string; readonly message: string };

/** A call that the worker waits for. `id` tells late answers of calls that were given up from the current one. */
export type HostRequest = {
  readonly id: number;
  readonly program: number;
  readonly namespace: string;
  readonly operation: string;
  readonly payload: Uint8Array;
};
export type HostAnswer = { readonly id: number } & (
  | { readonly payload: Uint8Array }
  | { readonly error: string }
);

export type FromWorker =
  | { readonly type: 'results'; readonly results: readonly TaskResult[]; readonly logs: readonly GuestLog[] }
  | { readonly type: 'host'; readonly request: HostRequest };
