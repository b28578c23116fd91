import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ResultMark } from '../../../../src/sinks/kubernetes/content.ts';
import {
  addReport,
  createReportIndex,
  findReport,
  touchReport,
  untouchedReports,
} from '../../../../src/sinks/kubernetes/report-index.ts';
import type { StoredReport } from '../../../../src/sinks/kubernetes/stored-report.ts';
import { aUid } from '../report-builders.ts';

function aMark(overrides: Partial<ResultMark> = {}): ResultMark {
  const nothing = { policy: 0, generation: 0, verdict: undefined, earlier: undefined };
  return { fingerprint: 1, seconds: 1, ...nothing, ...overrides };
}

function aStoredReport(
  namespace: string | undefined,
  name: string,
  overrides: Partial<StoredReport> = {},
): StoredReport {
  return {
    namespace,
    name,
    uid: aUid(9),
    resourceVersion: '12345',
    subject: {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      namespace,
      name: 'web',
      uid: name,
      resourceVersion: '',
    },
    content: {
      digest: Buffer.from('0123456789abcdef'),
      object: 77,
      results: [
        aMark({ fingerprint: 0xffff_ffff, seconds: 1_700_000_000, policy: 0xffff_ffff, generation: 5 }),
        aMark({ fingerprint: 0, seconds: 0, verdict: 'fail' }),
        aMark({ earlier: { verdict: 'pass', fingerprint: 0xffff_ffff, seconds: 1_700_000_001 } }),
      ],
    },
    ...overrides,
  };
}

describe('the index of stored reports', () => {
  it('gives back what it was given', () => {
    const index = createReportIndex();
    const report = aStoredReport('shop', aUid(1));
    addReport(index, report);

    expect(findReport(index, { namespace: 'shop', name: aUid(1) })).toStrictEqual(report);
  });

  it('tells reports of the same name in different places apart', () => {
    const index = createReportIndex();
    const places = ['shop', 'payments', undefined];
    for (const place of places)
      addReport(index, aStoredReport(place, 'same', { uid: `uid in ${place ?? 'cluster'}` }));

    expect(places.map((namespace) => findReport(index, { namespace, name: 'same' })?.uid)).toStrictEqual([
      'uid in shop',
      'uid in payments',
      'uid in cluster',
    ]);
    expect(findReport(index, { namespace: 'other', name: 'same' })).toBeUndefined();
  });

  it('keeps the newer of two reports with one name', () => {
    const index = createReportIndex();
    addReport(index, aStoredReport('shop', 'a', { resourceVersion: '1' }));
    addReport(index, aStoredReport('shop', 'a', { resourceVersion: '2' }));

    expect([...untouchedReports(index)].map(({ resourceVersion }) => resourceVersion)).toStrictEqual(['2']);
  });

  it('names the reports that were not touched', () => {
    const index = createReportIndex();
    for (const name of ['a', 'b', 'c']) addReport(index, aStoredReport('shop', name));
    touchReport(index, { namespace: 'shop', name: 'b' });
    touchReport(index, { namespace: undefined, name: 'a' });
    touchReport(index, { namespace: 'shop', name: 'not there' });

    expect([...untouchedReports(index)].map(({ name }) => name).sort()).toStrictEqual(['a', 'c']);
    expect(findReport(index, { namespace: 'shop', name: 'b' })?.name).toBe('b');
  });

  it('knows the UID of the subject only where the report is named after it', () => {
    const index = createReportIndex();
    const report = aStoredReport('shop', 'derived');
    addReport(index, { ...report, subject: { ...report.subject, uid: '', resourceVersion: '7' } });

    expect(findReport(index, report)?.subject).toStrictEqual({
      ...report.subject,
      uid: '',
      resourceVersion: '',
    });
  });

  it('holds more reports than fit into one chunk or into the first table', () => {
    const index = createReportIndex();
    const count = 10_000;
    for (let number = 0; number < count; number += 1) {
      addReport(
        index,
        aStoredReport(`namespace-${number % 7}`, aUid(number), { resourceVersion: String(number) }),
      );
    }

    for (let number = 0; number < count; number += 1) {
      const found = findReport(index, { namespace: `namespace-${number % 7}`, name: aUid(number) });
      expect(found?.resourceVersion).toBe(String(number));
    }
    expect(index.chunks.length).toBeGreaterThan(1);
  });

  it('wastes the end of a chunk rather than cutting a record', () => {
    const index = createReportIndex();
    const reports = Array.from({ length: 600 }, (_, number) => {
      const results = Array.from({ length: (number * 7) % 300 }, () => aMark({ fingerprint: number }));
      return aStoredReport('shop', aUid(number), {
        content: { digest: Buffer.alloc(16), object: 1, results },
      });
    });
    for (const report of reports) addReport(index, report);

    // As texts: to compare a hundred thousand results one by one takes seconds.
    const found = reports.map((report) => findReport(index, report));
    expect(JSON.stringify(found) === JSON.stringify(reports)).toBe(true);
  });

  it('survives a report that is as large as it can be', () => {
    const index = createReportIndex();
    const huge = 'ü'.repeat(70_000);
    const results = Array.from({ length: 70_000 }, (_, number) => aMark({ fingerprint: number }));
    const report = aStoredReport('shop', 'huge');
    addReport(index, aStoredReport('shop', 'before'));
    addReport(index, {
      ...report,
      subject: { ...report.subject, name: huge },
      content: { ...report.content, results },
    });
    addReport(index, aStoredReport('shop', 'after'));

    const found = findReport(index, report);
    expect(found?.subject.name).toBe('ü'.repeat(32_767));
    expect(found?.content.results).toStrictEqual(results.slice(0, 16_384));
    expect(findReport(index, { namespace: 'shop', name: 'before' })?.name).toBe('before');
    expect(findReport(index, { namespace: 'shop', name: 'after' })?.name).toBe('after');
  });

  it('gives back any report', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 40 });
    const name = text.filter((value) => value !== '');
    const uint32 = fc.nat({ max: 0xffff_ffff });
    const verdict = fc.constantFrom('pass' as const, 'fail' as const);
    const anyVerdict = fc.option(verdict, { nil: undefined });
    const earlier = fc.option(
      fc.record({ verdict, fingerprint: uint32, seconds: uint32 }, { noNullPrototype: true }),
      { nil: undefined },
    );
    const report = fc.record({
      namespace: fc.option(name, { nil: undefined }),
      name,
      uid: text,
      resourceVersion: text,
      apiVersion: text,
      kind: text,
      subjectName: text,
      digest: fc.uint8Array({ minLength: 16, maxLength: 16 }),
      object: uint32,
      isOfThisRun: fc.boolean(),
      results: fc.array(
        fc.record(
          {
            fingerprint: uint32,
            seconds: uint32,
            policy: uint32,
            generation: uint32,
            verdict: anyVerdict,
            earlier,
          },
          { noNullPrototype: true },
        ),
        { maxLength: 5 },
      ),
    });
    fc.assert(
      fc.property(
        fc.uniqueArray(report, { selector: ({ namespace, name: key }) => JSON.stringify([namespace, key]) }),
        (reports) => {
          const index = createReportIndex();
          const expected = reports.map(
            ({ apiVersion, kind, subjectName, digest, object, isOfThisRun, results, ...identity }) =>
              aStoredReport(identity.namespace, identity.name, {
                ...identity,
                subject: {
                  apiVersion,
                  kind,
                  namespace: identity.namespace,
                  name: subjectName,
                  uid: identity.name,
                  resourceVersion: '',
                },
                content: { digest: Buffer.from(digest), object, results },
                ...(isOfThisRun && { isOfThisRun }),
              }),
          );
          for (const each of expected) addReport(index, each);
          expect(expected.map((each) => findReport(index, each))).toStrictEqual(expected);
        },
      ),
      { numRuns: 50 },
    );
  });
});
