import { describe, expect, it } from 'vitest';
import { AuditError, errorCodes } from '../../../src/domain/errors.ts';
import { findNews } from '../../../src/telemetry/news.ts';
import { RunTally } from '../../../src/telemetry/run-tally.ts';
import { aPolicy } from '../../support/builders.ts';
import { anOutcome } from '../cli/support.ts';
import { aFailedRun, aResult, aRun, count } from './runs.ts';

const critical = aPolicy('no-root', { severity: 'critical' });

describe('what there is to tell of a run', () => {
  it('is nothing where everything was seen and nothing is new', () => {
    const tally = new RunTally();
    tally.compareWith(() => true);
    count(tally, 'a', aResult(critical, 'fail'));
    expect(findNews(aRun({ tally }))).toEqual([]);
  });

  it('is that it could not start, and why', () => {
    const failure = new AuditError(errorCodes.apiUnreachable, 'the API server is away');
    expect(findNews(aFailedRun(failure))).toEqual([
      { reason: 'ScanNotStarted', note: 'Nothing was scanned: the API server is away [AS-3006]' },
    ]);
  });

  it('is what was missed, and whether another try helps', () => {
    const error = new AuditError(errorCodes.listForbidden, 'not allowed');
    const incidents = [{ error, scope: { resource: 'secrets' }, count: 1 }];
    const outcome = anOutcome({ complete: false, incidents });
    expect(findNews(aRun({ outcome }))).toEqual([
      {
        reason: 'ScanIncomplete',
        note: 'Not everything was looked at. A retry will not help. Missed: secrets [AS-3101]',
      },
    ]);
  });

  it('is that critical violations are new, and not that others are', () => {
    const tally = new RunTally();
    tally.compareWith(() => false);
    count(tally, 'a', aResult(critical, 'fail'), aResult(aPolicy('low', { severity: 'low' }), 'fail'));
    const [news, ...others] = findNews(aRun({ tally }));
    expect(others).toEqual([]);
    expect(news).toMatchObject({ reason: 'NewCriticalViolations' });
    expect(news?.note).toContain('1 new critical violation');
    expect(news?.note).toContain('ClusterAdmissionPolicy/no-root');
  });

  it('is which policies drift, and fits into an Event however many there are', () => {
    const refuted = Array.from({ length: 40 }, (_, index) => aPolicy(`drifting-${'x'.repeat(200)}${index}`));
    const [news] = findNews(aRun({ outcome: anOutcome({ refuted }) }));
    expect(news?.reason).toBe('VerdictsDrifted');
    expect(news?.note).toHaveLength(1024);
  });
});
