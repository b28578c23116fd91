import type { AuditPorts } from '../audit/index.ts';
import type { Policy } from '../domain/index.ts';
import type { WasViolated } from './run-tally.ts';

/** What the adapters of a run tell whoever measures it; given to them when they are built. */
export type Instruments = {
  /** One try of a request to the API server, with its status; undefined where there was no answer. */
  readonly onApiAnswer: (method: string, status: number | undefined) => void;
  readonly onRetry: () => void;
  readonly onAnswer: (policy: Policy, seconds: number) => void;
  /** Sent with each evaluation to policy servers; undefined where nobody asked for traces. */
  readonly traceHeaders: Readonly<Record<string, string>> | undefined;
  /** The same ports, each use of which is a span; as they are where nobody asked for traces. */
  readonly tracePorts: (ports: AuditPorts) => AuditPorts;
  /** Called once it is known what earlier runs have stored. */
  readonly compareWith: (wasViolated: WasViolated) => void;
};
