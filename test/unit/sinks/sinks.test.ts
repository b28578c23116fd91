import { describe, expect, it } from 'vitest';
import { AuditError, errorCodes } from '../../../src/domain/errors.ts';
import type { ResourceReport } from '../../../src/domain/report.ts';
import { createCollector, createStream } from '../../../src/sinks/printing.ts';
import type { ReportSink } from '../../../src/sinks/sink.ts';
import { createTee } from '../../../src/sinks/tee.ts';
import { aFail, aPass, aReport, aSubject } from './report-builders.ts';

const { signal } = new AbortController();
const run = { runUid: 'run', startedAt: new Date(0) };
const scope = { cluster: true, namespaces: 'all' } as const;
const report = aReport('shop/web', [aPass('a'), aFail('b'), aPass('c')]);

describe('createCollector', () => {
  it('keeps the results that are asked for, and no report without one', async () => {
    const collector = createCollector({ keep: ({ result }) => result === 'fail' });
    await collector.open(run, scope, signal);
    expect(await collector.write(report, signal)).toBe('unchanged');
    await collector.write(aReport('shop/api', [aPass('a')]), signal);
    expect(await collector.close(() => true, signal)).toStrictEqual({ deleted: 0, incidents: [], kept: [] });

    expect(collector.reports()).toStrictEqual([aReport('shop/web', [aFail('b')])]);
  });

  it('orders by namespace, kind, name and version, with cluster-scoped objects first', async () => {
    const collector = createCollector({ keep: () => true });
    const subjects = [
      aSubject('shop/web'),
      aSubject('shop/web', { apiVersion: 'apps/v0' }),
      aSubject('shop/api'),
      aSubject('shop/zoo', { kind: 'DaemonSet' }),
      aSubject('payments/web'),
      aSubject('zoo'),
      aSubject('Zoo'),
    ];
    for (const subject of subjects) await collector.write(aReport(subject, [aPass('a')]), signal);

    const names = collector
      .reports()
      .map(
        ({ subject }) => `${subject.apiVersion} ${subject.kind} ${subject.namespace ?? ''}/${subject.name}`,
      );
    expect(names).toStrictEqual([
      'v1 Namespace /Zoo',
      'v1 Namespace /zoo',
      'apps/v1 Deployment payments/web',
      'apps/v1 DaemonSet shop/zoo',
      'apps/v1 Deployment shop/api',
      'apps/v0 Deployment shop/web',
      'apps/v1 Deployment shop/web',
    ]);
  });
});

describe('createStream', () => {
  it('passes each report on and waits for it', async () => {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const emitted: ResourceReport[] = [];
    let isWritten = false;
    const stream = createStream((each) => {
      emitted.push(each);
      return promise;
    });
    const write = stream.write(report, signal).then((outcome) => {
      isWritten = true;
      return outcome;
    });
    await Promise.resolve();
    expect(emitted).toStrictEqual([report]);
    expect(isWritten).toBe(false);

    resolve(undefined);
    expect(await write).toBe('unchanged');
  });

  it('fails as the callback fails', async () => {
    const failure = new AuditError(errorCodes.outputFailed, 'disk full');
    await expect(createStream(() => Promise.reject(failure)).write(report, signal)).rejects.toBe(failure);
  });
});

describe('createTee', () => {
  const incident = (message: string) => ({
    error: new AuditError(errorCodes.reportDeleteFailed, message),
    scope: {},
    count: 1,
  });

  function aSink(calls: string[], name: string, overrides: Partial<ReportSink> = {}): ReportSink {
    return {
      open: () => Promise.resolve(void calls.push(`${name} open`)),
      write: ({ subject }) => {
        calls.push(`${name} write ${subject.name}`);
        return Promise.resolve(name === 'first' ? 'created' : 'gone');
      },
      close: (mayDelete) => {
        calls.push(`${name} close ${String(mayDelete(report.subject))}`);
        return Promise.resolve({ deleted: name === 'first' ? 3 : 4, incidents: [incident(name)], kept: [] });
      },
      ...overrides,
    };
  }

  it('passes everything to all sinks and answers with the first one', async () => {
    const calls: string[] = [];
    const tee = createTee(aSink(calls, 'first'), aSink(calls, 'second'));
    await tee.open(run, scope, signal);
    expect(await tee.write(report, signal)).toBe('created');
    const closed = await tee.close(() => true, signal);

    expect(closed.deleted).toBe(7);
    expect(closed.incidents.map(({ error }) => error.message)).toStrictEqual(['first', 'second']);
    expect(calls).toStrictEqual([
      'first open',
      'second open',
      'first write web',
      'second write web',
      'first close true',
      'second close true',
    ]);
  });

  it('waits for all sinks before it fails', async () => {
    const { promise, resolve } = Promise.withResolvers<'created'>();
    const broken = aSink([], 'broken', { write: () => Promise.reject(new Error('no')) });
    let hasFailed = false;
    const write = createTee(broken, aSink([], 'slow', { write: () => promise })).write(report, signal);
    const failure = write.catch(() => (hasFailed = true));
    await new Promise(setImmediate);
    expect(hasFailed).toBe(false);

    resolve('created');
    expect(await failure).toBe(true);
  });

  it.each([0, 1])('gives a report to every sink though sink %i fails, and then fails', async (failing) => {
    const calls: string[] = [];
    const failure = new AuditError(errorCodes.reportWriteFailed, 'no');
    const broken = aSink(calls, 'broken', { write: () => Promise.reject(failure) });
    const [first, second] = failing === 0 ? [broken, aSink(calls, 'other')] : [aSink(calls, 'other'), broken];

    await expect(createTee(first, second).write(report, signal)).rejects.toBe(failure);
    expect(calls).toStrictEqual(['other write web']);
  });
});
