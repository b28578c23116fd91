import type { HostCapabilities } from './host-capabilities.ts';
import { type HostRequest, type RequestType, readRequest } from './requests.ts';

/** Answers a request of a policy with JSON. Rejects with an Error whose message the policy is given. */
export type AnswerRequest = (
  request: HostRequest,
  signal: AbortSignal,
  policy?: string,
) => Promise<Uint8Array>;

/** One function for each type of request. */
export type Answers = {
  readonly [Type in RequestType]: (
    request: HostRequest<Type>,
    signal: AbortSignal,
    policy?: string,
  ) => Promise<Uint8Array>;
};

export function toAnswerRequest(answers: Answers): AnswerRequest {
  const answer = <Type extends RequestType>(
    request: HostRequest<Type>,
    signal: AbortSignal,
    policy?: string,
  ): Promise<Uint8Array> => answers[request.type](request, signal, policy);
  return answer;
}

export function toHostCapabilities(
  answer: AnswerRequest,
  onProgress?: HostCapabilities['onProgress'],
): HostCapabilities {
  return {
    call: async (call, signal) => answer(readRequest(call), signal, call.policy),
    ...(onProgress && { onProgress }),
  };
}
