import { describe, expect, it } from 'vitest';
import type { ExplainedModule, PolicyExplanation } from '../../../../src/commands/explain/explanation.ts';
import { toExplanationJson } from '../../../../src/commands/explain/json.ts';
import { renderExplanation } from '../../../../src/commands/explain/render.ts';
import type { StoredPolicyResults } from '../../../../src/sinks/kubernetes/policy-results.ts';
import { aPolicy, deployments, pods } from '../../../support/builders.ts';
import { aSubject } from '../../sinks/report-builders.ts';

const now = new Date('2026-11-28T12:00:00Z');
const digest = `sha256:${'ab'.repeat(32)}`;

function aModuleOf(overrides: Partial<ExplainedModule> = {}): ExplainedModule {
  return {
    member: undefined,
    reference: 'registry://ghcr.io/team/limits:v1',
    settings: { maximum: 3 },
    contextAwareResources: [],
    pinned: undefined,
    content: { digest, documentation: {} },
    ...overrides,
  };
}

const results: StoredPolicyResults = {
  counts: { pass: 40, fail: 2, error: 1 },
  failing: [aSubject('shop/web'), aSubject('shop')],
  outdated: 0,
  changedAt: new Date('2026-11-27T12:00:00Z'),
  answeredAt: new Date('2026-11-28T09:30:00Z'),
};

function anExplanation(overrides: Partial<PolicyExplanation> = {}): PolicyExplanation {
  return {
    policy: aPolicy('limits', {
      severity: 'high',
      matchConditions: [{ name: 'not-me', expression: 'true' }],
    }),
    audited: { state: 'audited', reason: undefined, notes: ['v1 pods/exec: subresources are not audited'] },
    targets: [pods, deployments],
    documentation: { title: 'Limits', description: 'First.\nSecond.', url: 'https://docs.example/limits' },
    modules: [aModuleOf()],
    signatures: { by: 'the ConfigMap kubewarden/strict' },
    results,
    ...overrides,
  };
}

function textOf(overrides: Partial<PolicyExplanation> = {}, width?: number): string {
  return renderExplanation(anExplanation(overrides), { now, width });
}

describe('all about a policy', () => {
  it('is shown for people', () => {
    expect(textOf()).toBe(`ClusterAdmissionPolicy/limits
Limits

  First.
  Second.

  failing now      2 objects (40 pass, 1 without an answer), as of 2026-11-28 09:30 UTC, 2h 30m ago
  audited          yes
  mode             protect: admission rejects what violates it
  severity         high
  policy server    default
  known there as   clusterwide-limits

Failing now
  Deployment shop/web
  Namespace shop

Matches
  requests           CREATE of pods (v1)
  namespaces         all, but not that of Kubewarden
  condition not-me   true
  types here         pods, deployments.apps
  left out           v1 pods/exec: subresources are not audited

Module
  reference    registry://ghcr.io/team/limits:v1
  digest       ${digest}, of the module on this machine
  signatures   verified before it is run: those that the ConfigMap kubewarden/strict asks for
  may read     only the object that it is asked about

Settings
  maximum: 3

Documentation
  url   https://docs.example/limits
`);
  });

  it.each<[string, Partial<PolicyExplanation>, RegExp]>([
    [
      'results',
      { results: { unknown: 'no stored report has a result of it' } },
      /failing now +unknown: no stored report/,
    ],
    [
      'when',
      { results: { ...results, answeredAt: undefined } },
      /last confirmed at an unknown time, because there is no run record; the last change was 1d ago/,
    ],
    [
      'whether they are of this policy',
      { results: { ...results, outdated: 3 } },
      /3 of these results are of the policy as it was before/,
    ],
    [
      'who failed',
      { results: { ...results, counts: { pass: 0, fail: 50, error: 0 } } },
      /50 objects \(0 pass\).*; the first 2 are below/,
    ],
    ['types', { targets: { unknown: 'discovery failed' } }, /types here +unknown: discovery failed/],
    ['audit', { audited: { unknown: 'discovery failed' } }, /audited +unknown: discovery failed/],
    [
      'why not',
      { audited: { state: 'skipped', reason: 'backgroundAudit: false', notes: [] } },
      /audited +no: backgroundAudit: false/,
    ],
    [
      'module',
      { modules: { unknown: 'its policy server knows it' } },
      /reference +unknown: its policy server knows it/,
    ],
    ['content', { modules: [aModuleOf({ content: { unknown: 'not here' } })] }, /digest +unknown: not here/],
    ['pin', { modules: [aModuleOf({ pinned: digest })] }, /digest +pinned to sha256:abab/],
    ['signatures', { signatures: { by: undefined } }, /signatures +not verified$/m],
    ['terms', { signatures: { unknown: 'forbidden' } }, /signatures +unknown: forbidden/],
    ['documentation', { documentation: {} }, /url +unknown: neither the policy nor its module names one/],
    [
      'reading',
      { modules: [aModuleOf({ contextAwareResources: [{ apiVersion: 'v1', kind: 'Namespace' }] })] },
      /may read +Namespace \(v1\)/,
    ],
    [
      'its namespace',
      { policy: aPolicy('own', { kind: 'AdmissionPolicy', namespace: 'shop' }) },
      /namespaces +shop, its own/,
    ],
    [
      'selectors',
      {
        policy: aPolicy('p', {
          namespaceSelector: { matchLabels: { env: 'prod' } },
          objectSelector: { matchLabels: { app: 'x' } },
        }),
      },
      /namespaces +with env=prod, but.*\n +objects +with app=x/,
    ],
  ])('says %s', (_, overrides, line) => {
    expect(textOf(overrides)).toMatch(line);
  });

  it('tells each member of a group', () => {
    const use = { contextAwareResources: [], hostCapabilities: ['*'], timeoutEvalSeconds: undefined };
    const members = { one: { ...use, module: 'registry://x/one:v1', settings: {} } };
    const policy = aPolicy('both', {
      kind: 'ClusterAdmissionPolicyGroup',
      execution: { kind: 'group', members, expression: 'one() || two()', message: 'neither' },
    });
    const modules = ['one', 'two'].map((member) =>
      aModuleOf({
        member,
        settings: {},
        content: { digest, documentation: { title: member, url: 'https://x' } },
      }),
    );
    const text = textOf({ policy, modules, documentation: {} });
    expect(text).toMatch(/Group\n {2}allows what is +one\(\) \|\| two\(\)\n {2}else says +neither/);
    expect(text).toMatch(/Module of member two\n[^]*Settings of member two\n {2}none/);
    expect(text).toMatch(/member one +one, https:\/\/x/);
  });

  it('fits a narrow terminal and obeys no text', () => {
    const documentation = {
      title: 'a\u001b[2Jb',
      description: `${'word '.repeat(40)}\n\u001b]0;x\u0007::error::y`,
    };
    const text = textOf({ documentation }, 60);
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(76);
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f]|^\s*::error::/m);
  });

  it('is written for programs, with what is unknown and why', () => {
    const json = JSON.parse(toExplanationJson(anExplanation({ targets: { unknown: 'why' } }))) as object;
    expect(json).toMatchObject({
      kind: 'PolicyExplanation',
      policy: { name: 'limits', severity: 'high' },
      targets: null,
      unknown: { targets: 'why' },
      modules: [{ member: null, settings: { maximum: 3 }, pinned: null, digest }],
      signatures: { verified: true },
      results: { fail: 2, pass: 40, error: 1, asOf: '2026-11-28T09:30:00.000Z' },
    });
  });
});
