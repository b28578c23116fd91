/** A call of a policy to its host, after it was found to be permitted. `namespace/operation` is one of those in paths.ts. */
export type CapabilityCall = {
  /** The unique name of the policy, or of the group that it is in. */
  readonly policy: string;
  readonly namespace: string;
  readonly operation: string;
  readonly payload: Uint8Array;
};

/** What the host does for policies. */
export interface HostCapabilities {
  /** Answers a call. Rejects with an Error whose message the policy is given; what cannot be found out is never an empty answer. */
  call(call: CapabilityCall, signal: AbortSignal): Promise<Uint8Array>;
  /** Calls the listener whenever a part of something arrives that somebody may wait for. */
  readonly onProgress?: (listener: () => void) => void;
}

/** The policy's request itself is wrong, so that nobody was asked. */
export class UnreadableRequest extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'UnreadableRequest';
  }
}
