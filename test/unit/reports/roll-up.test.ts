import { describe, expect, it } from 'vitest';
import type { TopOwner } from '../../../src/domain/owner.ts';
import type { PolicyResult, ResourceReport } from '../../../src/domain/report.ts';
import {
  countRolledUp,
  formatRolled,
  formatShare,
  type RollUp,
  rollUpReports,
} from '../../../src/reports/roll-up.ts';
import { aFail, aReport } from '../sinks/report-builders.ts';
import { aPodOf, web } from './findings.ts';

const privileged = aFail('no-privileged', 'is privileged');

/** Each thing that is shown, with its lines below it. */
function shown(reports: readonly ResourceReport[], how: RollUp = 'workloads') {
  return rollUpReports(reports, how).flatMap((report) => [
    formatRolled(report),
    ...report.results.map((result) => `  ${result.message ?? ''}${formatShare(result, report)}`),
  ]);
}

const pods = (count: number, result: PolicyResult = privileged, owner: TopOwner = web) =>
  Array.from({ length: count }, (_, index) => aPodOf(owner, `shop/web-${index}`, [result]));

describe('rollUpReports', () => {
  it('shows what several Pods have in common once, at their owner', () => {
    expect(shown(pods(3))).toEqual(['deployments.apps/web · 3 Pods', '  is privileged']);
  });

  it('loses no message: each is shown with its objects', () => {
    const [one, ...others] = pods(3);
    const odd = { ...one!, results: [privileged, aFail('no-root', 'runs as root')] };
    expect(shown([odd, ...others])).toEqual([
      'deployments.apps/web · 3 Pods',
      '  is privileged',
      '  runs as root (1 Pod)',
    ]);
  });

  it('adds them to what is wrong with the owner itself', () => {
    expect(shown([aReport('shop/web', [aFail('replicas', 'too many')]), ...pods(2)])).toEqual([
      'deployments.apps/web · itself, 2 Pods',
      '  too many (itself)',
      '  is privileged (2 Pods)',
    ]);
  });

  it('keeps apart the namespaces, and what an exception or a baseline tells apart', () => {
    const known: PolicyResult = { ...privileged, baseline: 'known' };
    const elsewhere = aPodOf(web, 'other/web-9', [privileged]);
    expect(shown([...pods(1), aPodOf(web, 'shop/web-8', [known]), elsewhere])).toEqual([
      'deployments.apps/web · 2 Pods',
      '  is privileged (1 Pod)',
      '  is privileged (1 Pod)',
      'deployments.apps/web · 1 Pod',
      '  is privileged',
    ]);
  });

  it('says of an owner that may have an owner that it is not sure', () => {
    expect(shown(pods(1, privileged, { ...web, isCertain: false }))[0]).toBe(
      'deployments.apps/web · 1 Pod · perhaps not the top owner',
    );
  });

  it('shows objects of other kinds, and such without an owner, by themselves, even twice', () => {
    const twice = [aReport('shop/web', [privileged]), aReport('shop/web', [privileged])];
    const owned = { ...aReport('shop/api', [privileged]), owner: web };
    expect(shown([...twice, owned])).toEqual([
      ...['deployments.apps/web', '  is privileged', 'deployments.apps/web', '  is privileged'],
      ...['deployments.apps/api', '  is privileged'],
    ]);
    expect(shown([owned], 'all')[0]).toBe('deployments.apps/web · 1 Deployment');
  });

  it('shows each by itself where nobody wants it rolled up', () => {
    expect(shown(pods(2), 'none')).toEqual([
      'pods/web-0',
      '  is privileged',
      'pods/web-1',
      '  is privileged',
    ]);
  });

  it('counts what is not shown by itself', () => {
    expect(countRolledUp(rollUpReports([...pods(3), aReport('shop/x', [privileged])], 'workloads'))).toEqual({
      objects: 3,
      owners: 1,
    });
  });
});
