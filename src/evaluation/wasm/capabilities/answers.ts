import type { HostCapabilities } from './host-capabilities.ts';
import { type HostRequest, type RequestType, readRequest } from './requests.ts';

/** One function for each type of request. They reject with an Error whose message the policy is given. */
export type Answers = {
  readonly [Type in RequestType]: (request: HostRequest<Type>, signal: AbortSignal) => Promise<Uint8Array>;
};

/** Dispatches the calls of policies. */
export function toHostCapabilities(answers: Answers): HostCapabilities {
  const answer = <Type extends RequestType>(
    request: HostRequest<Type>,
    signal: AbortSignal,
  ): Promise<Uint8Array> => answers[request.type](request, signal);
  return { call: async (call, signal) => answer(readRequest(call), signal) };
}
