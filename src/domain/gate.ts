/**
 * What became of the gate, the one word that every output says. `failed`: more violations than allowed, whatever else was missed;
 * `incomplete`: not failed, but not everything was looked at; `none`: nothing was judged, because the scan did not start or there
 * was nothing to ask; `passed`: everything was looked at, and it is good enough.
 */
export type GateWord = 'passed' | 'failed' | 'incomplete' | 'none';

export type GateFacts = {
  /** Whether the violations that were found are more than are allowed. */
  readonly exceeded: boolean;
  readonly complete: boolean;
  readonly evaluations: number;
};

/** No setting makes an incomplete scan a passed one: settings choose the exit code. */
export function decideGate({ exceeded, complete, evaluations }: GateFacts): GateWord {
  if (exceeded) return 'failed';
  if (!complete) return 'incomplete';
  return evaluations === 0 ? 'none' : 'passed';
}
