import { expect, it } from 'vitest';
import { DiffBook, Passes } from '../../../src/audit/diff-book.ts';
import { BaselineEntries } from '../../../src/domain/baseline.ts';
import type { ResourceReport } from '../../../src/domain/report.ts';
import type { RunFilters } from '../../../src/domain/run-filters.ts';
import { aCoverage, aPolicy } from '../../support/builders.ts';
import { aFail, aPass, aReport, aSubject } from '../sinks/report-builders.ts';

const policy = aPolicy('no-privileged');
const other = aPolicy('quotas');
const target = { context: 'kind', server: 'https://kind' };
const filters: RunFilters = {
  scope: { cluster: true, namespaces: 'all' },
  ignoreNamespaces: [],
  labelSelector: undefined,
  policies: { include: [], exclude: [] },
  kinds: { include: [], exclude: [] },
};

function failing(name: string, message = 'privileged', of = policy): ResourceReport {
  return aReport(aSubject(name), [aFail(of, message)]);
}

type Side = { readonly policies?: readonly (typeof policy)[]; readonly filters?: RunFilters };
type Comparing = { readonly context?: string; readonly hidesAccepted?: boolean; readonly isStored?: boolean };

function look({ policies = [policy], filters: asked = filters }: Side) {
  const statuses = policies.map((one) => ({
    policy: one,
    state: 'audited' as const,
    reason: undefined,
    notes: [],
  }));
  return { policies: statuses, coverage: aCoverage(), filters: asked };
}

function compare(
  [before, old = {}]: readonly [readonly ResourceReport[], Side?],
  [after, current = {}]: readonly [readonly ResourceReport[], Side?],
  { context = 'kind', hidesAccepted = false, isStored = false }: Comparing = {},
): readonly string[] {
  const entries = new BaselineEntries();
  const passes = new Passes();
  for (const report of before) {
    entries.add(report);
    passes.add(report);
  }
  const baseline = {
    ...{ source: 'old.json', takenAt: new Date(0), entries: entries.list(), complete: true },
    ...{ filters: isStored ? undefined : (old.filters ?? filters), target, policies: undefined },
  };
  const book = new DiffBook(
    { baseline, looked: look(old), passes: isStored ? passes : undefined },
    { context, server: context === 'kind' ? 'https://kind' : 'https://elsewhere' },
  );
  for (const report of after) book.add(report);
  return book
    .finish({ looked: look(current), hidesAccepted })
    .map(({ state, entry }) => `${state} ${entry.namespace ?? ''}/${entry.name} ${entry.policy}`);
}

const name = policy.uniqueName;

it('tells what is new, changed, known and fixed', () => {
  expect(
    compare(
      [[failing('shop/a'), failing('shop/b'), failing('shop/c')]],
      [[failing('shop/a'), failing('shop/b', 'other'), failing('shop/d')]],
    ),
  ).toEqual([`known shop/a ${name}`, `changed shop/b ${name}`, `new shop/d ${name}`, `fixed shop/c ${name}`]);
});

it('calls nothing new where the older result did not look', () => {
  const both = { policies: [policy, other] };
  expect(compare([[]], [[failing('shop/a', 'no', other)], both])).toEqual([
    `notSeenBefore shop/a ${other.uniqueName}`,
  ]);
  const part = { filters: { ...filters, scope: { cluster: false, namespaces: ['pay'] } } };
  expect(compare([[], part], [[failing('shop/a')]])).toEqual([`notSeenBefore shop/a ${name}`]);
});

it('calls nothing fixed where the newer one did not look, or does not say what it accepts', () => {
  expect(compare([[failing('shop/a')]], [[], { policies: [other] }])).toEqual([`notSeenNow shop/a ${name}`]);
  expect(compare([[failing('shop/a')]], [[]], { hidesAccepted: true })).toEqual([
    `notSeenNow shop/a ${name}`,
  ]);
});

it('compares what both have of two targets, and nothing else', () => {
  expect(
    compare([[failing('shop/a'), failing('shop/b')]], [[failing('shop/a'), failing('shop/c')]], {
      context: 'other',
    }),
  ).toEqual([`known shop/a ${name}`, `notSeenBefore shop/c ${name}`, `notSeenNow shop/b ${name}`]);
});

it('counts nothing as new if the stored reports do not say what they left out', () => {
  expect(compare([[]], [[failing('shop/a')]], { isStored: true })).toEqual([`notSeenBefore shop/a ${name}`]);
});

it('calls new what an object does that has passed in stored reports, unless it may be an entry under another name', () => {
  const passing = aReport(aSubject('shop/a'), [aPass(policy), aFail(other)]);
  const after = [failing('shop/a'), failing('shop/b'), failing('shop/a', 'no', other)];
  expect(compare([[passing]], [after, { policies: [policy, other] }], { isStored: true })).toEqual([
    `new shop/a ${name}`,
    `notSeenBefore shop/b ${name}`,
    `changed shop/a ${other.uniqueName}`,
  ]);
  const owner = { apiVersion: 'v1', kind: 'Pod', groupResource: 'pods', name: 'x', isCertain: false };
  const unsure = { ...failing('shop/x'), owner };
  expect(compare([[passing, unsure]], [[failing('shop/a')]], { isStored: true })).toContain(
    `notSeenBefore shop/a ${name}`,
  );
});
