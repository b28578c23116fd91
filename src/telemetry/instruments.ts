import type { AuditPorts } from '../audit/index.ts';
import type { Policy } from '../domain/index.ts';
import type { WasViolated } from './run-tally.ts';

/** What the adapters of a run report to telemetry; they get it when they are built. */
export type Instruments = {
  /** One try of a request to the API server, with its status; undefined where there was no answer. */
  readonly onApiAnswer: (method: string, status: number | undefined) => void;
  readonly onRetry: () => void;
  readonly onAnswer: (policy: Policy, seconds: number) => void;
  /** Sent with each evaluation to policy servers; undefined without traces. */
  readonly traceHeaders: Readonly<Record<string, string>> | undefined;
  /** The same ports with a span around each use; unchanged without traces. */
  readonly tracePorts: (ports: AuditPorts) => AuditPorts;
  /** Called once it is known what earlier runs have stored. */
  readonly compareWith: (wasViolated: WasViolated) => void;
};
