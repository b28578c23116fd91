import { describe, expect, it } from 'vitest';
import type { Change, Comparison } from '../../../../src/domain/comparison.ts';
import type { TopOwner } from '../../../../src/domain/owner.ts';
import { renderComparisonJson } from '../../../../src/reports/comparison/json.ts';
import { renderComparisonMarkdown } from '../../../../src/reports/comparison/markdown.ts';
import { renderComparison } from '../../../../src/reports/comparison/text.ts';
import { anObject, aPolicy, pods } from '../../../support/builders.ts';
import { aGate, anOutcome } from '../../cli/support.ts';
import { plain } from '../documents.ts';

const policy = aPolicy('no-privileged', { severity: 'high' });
const web: TopOwner = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  groupResource: 'deployments.apps',
  name: 'web',
  isCertain: true,
};

function aChange(
  path: string,
  change: Partial<Change> & { readonly message?: string; readonly owner?: TopOwner },
): Change {
  const { message = 'it is privileged', owner, ...rest } = change;
  const result = { policy, result: 'fail', message, errorCode: undefined } as const;
  const kind = change.kind ?? 'newly-failing';
  return {
    kind,
    policy,
    report: { subject: anObject(pods, path).reference, groupResource: 'pods', ...(owner && { owner }) },
    proposed: kind === 'newly-failing' ? result : undefined,
    installed: kind === 'newly-failing' ? undefined : result,
    why: undefined,
    ...rest,
  };
}

function aComparison(changes: readonly Change[]): Comparison {
  const newlyFailing = changes.filter(({ kind }) => kind === 'newly-failing').length;
  const counts = {
    newlyFailing,
    newlyPassing: changes.length - newlyFailing,
    stillFailing: 4,
    stillPassing: 90,
    notCompared: 2,
  };
  return {
    policies: [
      { proposed: policy, installed: undefined, counts, differences: [], newlyAsked: 0, noLongerAsked: 0 },
    ],
    counts,
    namespaces: new Map([
      ['shop', counts],
      ['quiet', { ...counts, newlyFailing: 0, newlyPassing: 0, notCompared: 0 }],
    ]),
    changes,
    notCompared: [
      { policy, side: 'installed', code: 'AS-4302', reason: 'the module is not there', count: 2 },
    ],
  };
}

function aDocument(changes: readonly Change[]) {
  return { outcome: anOutcome(), gate: aGate(), comparison: aComparison(changes) };
}

const options = { width: 72, color: false, counts: true, verbose: false };

describe('a comparison for people', () => {
  it('names what fails first, at its owner, once', () => {
    const text = renderComparison(
      aDocument([
        aChange('shop/web-1', { owner: web }),
        aChange('shop/web-2', { owner: web }),
        aChange('shop/gone', { kind: 'newly-passing', why: 'no-longer-looked-at' }),
      ]),
      options,
    );
    expect(text).toBe(`NEWLY FAILING
  shop  deployments.apps/web · 2 Pods
    HIGH      no-privileged: it is privileged

NEWLY PASSING
  shop  pods/gone
    HIGH      no-privileged: it said: it is privileged (no longer looked
              at)

NOT COMPARED
  ClusterAdmissionPolicy/no-privileged, 2 objects: the installed one
  gave no answer: the module is not there [AS-4302]

NAMESPACE   NEWLY FAILING   NEWLY PASSING   UNCHANGED   NOT COMPARED
shop        2               1               94          2
and 1 namespace without a change

ClusterAdmissionPolicy/no-privileged
  none of this name is installed: what fails would be rejected from now
  on
  2 newly failing, 1 newly passing, 4 fail as before, 90 pass as before,
  2 not compared
0 resources, 0 audited policies, 0 evaluations in 1.4s
`);
  });

  it('counts the owner with what it owns', () => {
    const changes = ['web-1', 'web-2'].map((name) => aChange(`shop/${name}`, { owner: web }));
    const { report } = aChange('shop/web', {});
    const itself = {
      ...aChange('shop/web', {}),
      report: {
        ...report,
        groupResource: 'deployments.apps',
        subject: { ...report.subject, kind: 'Deployment' },
      },
    };
    const text = renderComparison(aDocument([...changes, itself]), options);
    expect(text).toContain(
      '  shop  deployments.apps/web · itself, 2 Pods\n    HIGH      no-privileged: it is privileged\n\n',
    );
  });

  it('is short unless everything is asked for', () => {
    const many = Array.from({ length: 40 }, (_, index) => aChange(`shop/pod-${index}`, {}));
    const short = renderComparison(aDocument(many), options);
    expect(short.match(/pods\/pod-/g)).toHaveLength(15);
    expect(short).toContain('and 25 more owners (-v shows all)');
    const long = renderComparison(aDocument(many), { ...options, verbose: true });
    expect(long.match(/pods\/pod-/g)).toHaveLength(40);
  });
});

describe('hostile names and messages', () => {
  const hostile = aChange('shop/x', { message: '\u001b[2J::error::|<script>alert(1)</script>`' });

  it('stay text on a screen and on a page', () => {
    const document = aDocument([hostile]);
    expect(renderComparison(document, options)).not.toMatch(/\u001b|^::/m);
    expect(renderComparisonMarkdown(document)).not.toMatch(/<script>|\u001b/);
    expect(renderComparisonJson(document, plain)).not.toContain('\u001b');
  });
});

describe('a comparison for programs', () => {
  it('has every change with both verdicts, and the counts', () => {
    const change = aChange('shop/web-1', { owner: web });
    const parsed: unknown = JSON.parse(renderComparisonJson(aDocument([change]), plain));
    expect(parsed).toMatchObject({
      apiVersion: 'audit-scanner.kubewarden.io/v1',
      kind: 'PolicyComparison',
      comparison: {
        counts: { newlyFailing: 1, stillPassing: 90 },
        policies: [{ name: 'no-privileged', installed: null, newlyFailing: 1 }],
        namespaces: [{ namespace: 'quiet' }, { namespace: 'shop', newlyFailing: 1 }],
        notCompared: [{ side: 'installed', code: 'AS-4302', count: 2 }],
        changes: [
          {
            change: 'newly-failing',
            resource: { namespace: 'shop', name: 'web-1' },
            owner: { resource: 'deployments.apps', name: 'web' },
            installed: null,
            proposed: { result: 'fail', severity: 'high', mode: 'protect', message: 'it is privileged' },
          },
        ],
      },
    });
  });
});
