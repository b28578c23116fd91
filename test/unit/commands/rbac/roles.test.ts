import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { findNeeds, type Need, type NeedsOptions } from '../../../../src/commands/rbac/needs.ts';
import { reviewNeeds } from '../../../../src/commands/rbac/review.ts';
import { renderRoles, toSubject } from '../../../../src/commands/rbac/roles.ts';
import { reportMapperFor } from '../../../../src/reports/report-kinds.ts';
import { type Access, type Permission } from '../../../../src/sources/access.ts';
import { aPlan, aPolicy, aRule, namespaces, pods } from '../../../support/builders.ts';

const policyReportMapper = reportMapperFor('policyreport');

const openReportsMapper = reportMapperFor('openreports');

const never = new AbortController().signal;

function planOf(targets: readonly string[]): NonNullable<NeedsOptions['plan']> {
  const policy = aPolicy('p', { rules: targets.map((target) => aRule(target)) });
  return aPlan([policy], { resources: [pods, namespaces] });
}

function needs(overrides: Partial<NeedsOptions> = {}): readonly string[] {
  return findNeeds({
    scope: { cluster: true, namespaces: 'all' },
    kubewardenNamespace: 'kw',
    evaluation: 'found servers',
    installed: true,
    balanced: false,
    events: false,
    plan: planOf(['v1/pods', 'v1/namespaces']),
    baseline: undefined,
    reports: undefined,
    ...overrides,
  }).map(
    ({ permission: { verb, group, resource, namespace, name }, purpose }) =>
      `${purpose}: ${verb} ${group}/${resource}${name === undefined ? '' : `/${name}`}${namespace === undefined ? '' : ` in ${namespace}`}`,
  );
}

const policyLists = [
  'start: list policies.kubewarden.io/clusteradmissionpolicies',
  'start: list policies.kubewarden.io/clusteradmissionpolicygroups',
  'start: list policies.kubewarden.io/admissionpolicies',
  'start: list policies.kubewarden.io/admissionpolicygroups',
];

describe('the needs of a scan', () => {
  it('of everything', () => {
    expect(needs()).toEqual([
      ...policyLists,
      'start: list /namespaces',
      'servers: list policies.kubewarden.io/policyservers',
      'servers: list /services in kw',
      'types: list /namespaces',
      'types: list /pods',
    ]);
  });

  it('of one under policies of files: none of those that are installed', () => {
    const evaluation = { types: [], objects: [] };
    expect(needs({ installed: false, evaluation })).toEqual([
      'start: list /namespaces',
      'types: list /namespaces',
      'types: list /pods',
    ]);
  });

  it('of one that writes Events', () => {
    const added = needs({ events: true }).filter((need) => !needs().includes(need));
    expect(added).toEqual(['events: get /pods in kw', 'events: create events.k8s.io/events in kw']);
  });

  it('of one that keeps connections to the endpoints of policy servers that are found', () => {
    const slices = 'endpoints: list discovery.k8s.io/endpointslices in kw';
    expect(needs({ balanced: true }).filter((need) => !needs().includes(need))).toEqual([slices]);
    expect(needs({ balanced: true, evaluation: 'given server' })).not.toContain(slices);
    expect(needs({ balanced: true, evaluation: { types: [], objects: [] } })).not.toContain(slices);
  });

  it('of one that evaluates the policies itself: no services, but what PolicyServers and policies refer to', () => {
    const evaluation = {
      types: [pods],
      objects: [
        { resource: 'secrets', name: 'pull' },
        { resource: 'configmaps', name: 'signatures' },
      ],
    } as const;
    expect(needs({ evaluation }).slice(policyLists.length)).toEqual([
      'start: list /namespaces',
      'servers: list policies.kubewarden.io/policyservers',
      'servers: get /secrets/pull in kw',
      'servers: get /configmaps/signatures in kw',
      'types: list /namespaces',
      'types: list /pods',
      'context: list /pods',
    ]);
  });

  it('of one namespace with a policy server of its own lie in that namespace', () => {
    expect(needs({ scope: { cluster: false, namespaces: ['a'] }, evaluation: 'given server' })).toEqual([
      ...policyLists,
      'start: get /namespaces in a',
      'types: list /namespaces',
      'types: list /pods in a',
    ]);
  });

  it('of cluster-scoped objects have nothing to do with namespaces', () => {
    const scope = { cluster: true, namespaces: 'none' } as const;
    const reports = { written: policyReportMapper, legacy: undefined };
    const found = needs({ scope, reports, plan: planOf(['v1/namespaces']), evaluation: 'given server' });
    expect(found.slice(policyLists.length)).toEqual([
      'types: list /namespaces',
      ...['get', 'list', 'create', 'patch', 'delete'].map(
        (verb) => `reports: ${verb} wgpolicyk8s.io/clusterpolicyreports`,
      ),
    ]);
  });

  it('hold the reports that are cleaned up', () => {
    const reports = { written: openReportsMapper, legacy: policyReportMapper };
    const found = needs({ reports, plan: undefined });
    expect(found).toContain('reports: patch openreports.io/reports');
    expect(found.filter((need) => need.includes('wgpolicyk8s'))).toEqual([
      'reports: list wgpolicyk8s.io/clusterpolicyreports',
      'reports: delete wgpolicyk8s.io/clusterpolicyreports',
      'reports: list wgpolicyk8s.io/policyreports',
      'reports: delete wgpolicyk8s.io/policyreports',
    ]);
  });
});

function permission(text: string, namespace?: string): Permission {
  const [verb = '', type = ''] = text.split(' ');
  const [group = '', resource = ''] = type.split('/');
  return { verb, group, resource, version: 'v1', namespace };
}

describe('the review of needs', () => {
  const everywhere: Need = { permission: permission('list /pods'), purpose: 'types', fallsBack: true };

  async function review(need: Need, answers: Readonly<Record<string, Access>>, names?: readonly string[]) {
    const asked: string[] = [];
    const reviewer = {
      review: ({ namespace = 'cluster' }: Permission) => {
        asked.push(namespace);
        return Promise.resolve(answers[namespace] ?? 'allowed');
      },
      whoAmI: () => Promise.resolve(undefined),
    };
    const [reviewed] = await reviewNeeds([need], { reviewer, namespaces: names }, never);
    return [reviewed?.access, asked];
  }

  it('counts rights in each namespace for those in the cluster where the scan does so', async () => {
    expect(await review(everywhere, { cluster: 'denied' }, ['a', 'b'])).toEqual([
      'elsewhere',
      ['cluster', 'a', 'b'],
    ]);
    expect(await review(everywhere, { cluster: 'denied', a: 'denied' }, ['a', 'b'])).toEqual([
      'denied',
      ['cluster', 'a', 'b'],
    ]);
    expect(await review({ ...everywhere, fallsBack: false }, { cluster: 'denied' }, ['a'])).toEqual([
      'denied',
      ['cluster'],
    ]);
  });

  it('asks about each of a great many namespaces, and no further than the first few without the right', async () => {
    const many = Array.from({ length: 1000 }, (_, index) => `n${index}`);
    const [access, asked] = await review(everywhere, { cluster: 'denied' }, many);
    expect([access, asked?.length]).toEqual(['elsewhere', 1001]);
    const [denied, few] = await review(everywhere, { cluster: 'denied', n3: 'denied' }, many);
    expect([denied, (few?.length ?? 0) < 20]).toEqual(['denied', true]);
  });

  it('asks no further where the namespaces are unknown or none', async () => {
    for (const names of [undefined, []])
      expect(await review(everywhere, { cluster: 'denied' }, names)).toEqual(['denied', ['cluster']]);
    expect(await review(everywhere, { cluster: 'unknown' }, ['a'])).toEqual(['unknown', ['cluster']]);
  });
});

describe('the roles', () => {
  const subject = { kind: 'ServiceAccount', namespace: 'kw', name: 'scanner' } as const;
  const options = { subject, additional: false, comment: ['One line.'] };

  it('are the same text in whatever order the permissions come', () => {
    const permissions = [
      permission('list apps/deployments'),
      permission('list /pods'),
      permission('get /namespaces'),
      permission('list /namespaces'),
      permission('list /services', 'kw'),
      permission('list /pods'),
    ];
    const text = renderRoles(permissions, options);
    expect(renderRoles(permissions.toReversed(), options)).toBe(text);
    expect(text).toBe(`# One line.
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: audit-scanner
rules:
  - apiGroups: [""]
    resources: ["namespaces"]
    verbs: ["get", "list"]
  - apiGroups: [""]
    resources: ["pods"]
    verbs: ["list"]
  - apiGroups: ["apps"]
    resources: ["deployments"]
    verbs: ["list"]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: audit-scanner
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: audit-scanner}
subjects:
  - {kind: ServiceAccount, namespace: "kw", name: "scanner"}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: audit-scanner
  namespace: "kw"
rules:
  - apiGroups: [""]
    resources: ["services"]
    verbs: ["list"]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: audit-scanner
  namespace: "kw"
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: audit-scanner}
subjects:
  - {kind: ServiceAccount, namespace: "kw", name: "scanner"}
`);
  });

  it('name objects where only some of a type are needed, and keep them apart from whole types', () => {
    const named = (what: string, name: string): Permission => ({ ...permission(what, 'kw'), name });
    const permissions = [
      named('get /secrets', 'pull'),
      named('get /configmaps', 'signatures'),
      named('get /secrets', 'another'),
      permission('get /configmaps', 'kw'),
    ];
    const [role] = parseAllDocuments(renderRoles(permissions, options));
    expect((role?.toJS() as { rules: unknown }).rules).toEqual([
      { apiGroups: [''], resources: ['configmaps'], verbs: ['get'] },
      { apiGroups: [''], resources: ['configmaps'], resourceNames: ['signatures'], verbs: ['get'] },
      { apiGroups: [''], resources: ['secrets'], resourceNames: ['another', 'pull'], verbs: ['get'] },
    ]);
  });

  it('that come on top have a name of their own, by what they grant and to whom', () => {
    const nameOf = (what: string, user: string): unknown =>
      (
        parseAllDocuments(
          renderRoles([permission(what)], { ...options, additional: true, subject: toSubject(user) }),
        )[0]?.toJS() as { metadata: { name: string } }
      ).metadata.name;
    const names = [
      nameOf('list /pods', 'ana'),
      nameOf('list /secrets', 'ana'),
      nameOf('list /pods', 'bob'),
      nameOf('list /pods', 'ana'),
    ];
    expect(new Set(names).size).toBe(3);
    expect(names[3]).toBe(names[0]);
  });

  it('take a user by name and a service account by its parts, whatever the name looks like', () => {
    expect(toSubject('system:serviceaccount:kw:scanner')).toEqual(subject);
    const text = renderRoles([permission('list /pods')], {
      ...options,
      subject: toSubject('ana: "x"\n- y'),
    });
    expect(parseAllDocuments(text)[1]?.toJS()).toMatchObject({
      subjects: [{ kind: 'User', name: 'ana: "x"\n- y' }],
    });
  });

  it('are nothing without permissions', () => {
    expect(renderRoles([], options)).toBe('');
  });
});
