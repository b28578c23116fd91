import type { AuditError } from '../../../src/domain/errors.ts';
import type { Policy } from '../../../src/domain/policy.ts';
import type { PolicyResult, ResultStatus } from '../../../src/domain/report.ts';
import type { RunFacts } from '../../../src/telemetry/run-facts.ts';
import { RunTally } from '../../../src/telemetry/run-tally.ts';
import { anObject, pods } from '../../support/builders.ts';
import { anOutcome } from '../cli/support.ts';

/** A complete run that took 90 seconds, unless said otherwise. */
export function aRun(overrides: Partial<RunFacts> = {}): RunFacts {
  return {
    startedAt: new Date('2026-11-24T02:00:00Z'),
    finishedAt: new Date('2026-11-24T02:01:30Z'),
    outcome: anOutcome(),
    failure: undefined,
    stores: true,
    exitCode: 0,
    retryable: false,
    lastCompleteAt: undefined,
    clientCertificateExpiresAt: undefined,
    tally: new RunTally(),
    toolVersion: '1.2.3',
    ...overrides,
  };
}

/** One that could not start. */
export function aFailedRun(failure: AuditError): RunFacts {
  return aRun({ outcome: undefined, failure, exitCode: 4 });
}

export function aResult(
  policy: Policy,
  result: ResultStatus,
  rest: Partial<PolicyResult> = {},
): PolicyResult {
  return { policy, result, message: undefined, errorCode: undefined, ...rest };
}

/** Counts the results of one more object. */
export function count(tally: RunTally, name: string, ...results: readonly PolicyResult[]): void {
  const { reference: object } = anObject(pods, `shop/${name}`);
  tally.observe({
    type: 'object-finished',
    object,
    report: { subject: object, groupResource: 'pods', results },
  });
}
