import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeAll, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { ensureBinaries } from '../cluster/build.mjs';
import type { ApiObject } from '../support/cluster/api-client.ts';
import { describeOnCluster, sharedCluster } from '../support/cluster/shared.ts';

const run = promisify(execFile);
const overlays = join(import.meta.dirname, '../../manifests/overlays');
const overlayNames = ['read-only', 'openreports', 'policyreport', 'sharded'] as const;
const account = 'system:serviceaccount:kubewarden:audit-scanner';

const sharedArgs = [
  'scan',
  '--fail-on=never',
  '--on-incomplete=retryable',
  '--kubewarden-namespace=$(NAMESPACE)',
  '--exclude-namespaces=kube-system,kube-public,kube-node-lease',
  '--extra-ca=/pki/ca.crt',
  '--client-cert=/client-cert/tls.crt',
  '--client-key=/client-cert/tls.key',
];

type CronJob = ApiObject & {
  readonly spec: {
    readonly concurrencyPolicy: string;
    readonly jobTemplate: {
      readonly spec: {
        readonly backoffLimit: number;
        readonly podFailurePolicy: unknown;
        readonly template: { readonly spec: PodSpec };
      };
    };
  };
};
type PodSpec = {
  readonly restartPolicy: string;
  readonly containers: readonly Record<string, unknown>[];
  readonly volumes: unknown;
};

describeOnCluster('the manifests', () => {
  const cluster = sharedCluster();
  let kubectlPath = '';

  beforeAll(async () => {
    ({ kubectl: kubectlPath } = await ensureBinaries(['kubectl']));
    await cluster.apply([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'kubewarden' } }]);
  });

  afterEach(async () => {
    await kubectl('delete', '--ignore-not-found', '-k', join(overlays, 'openreports'));
  });

  /** Fails also on a warning, e.g. of a field that the API server does not know. */
  async function kubectl(...argv: readonly string[]): Promise<string> {
    const env = { HOME: cluster.directory, KUBECONFIG: cluster.kubeconfigPath };
    const { stdout, stderr } = await run(kubectlPath, [...argv], { env });
    expect(stderr).toBe('');
    return stdout;
  }

  async function build(folder: string): Promise<ApiObject[]> {
    return parseAllDocuments(await kubectl('kustomize', folder)).map(
      (document) => document.toJS() as ApiObject,
    );
  }

  async function storedCronJob(): Promise<CronJob> {
    return cluster.request<CronJob>('GET', '/apis/batch/v1/namespaces/kubewarden/cronjobs/audit-scanner');
  }

  async function mayDo(verb: string, group: string, resource: string): Promise<boolean> {
    const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
    const body = {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: { resourceAttributes: { verb, group, resource } },
    };
    type Answer = { readonly status: { readonly allowed: boolean } };
    const { status } = await cluster.request<Answer>('POST', path, body, { as: account });
    return status.allowed;
  }

  /** The verbs, out of all that RBAC knows, that the scanner's account has on a type in all namespaces. */
  async function verbsOn(group: string, resource: string): Promise<string[]> {
    const verbs = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection'];
    const allowed = await Promise.all(verbs.map((verb) => mayDo(verb, group, resource)));
    return verbs.filter((_, index) => allowed[index] === true);
  }

  it.each(overlayNames)(
    '%s is accepted by the API server, first as a dry run and then for real',
    async (name) => {
      const kinds = (output: string): string[] => output.trim().split('\n').toSorted();
      const folder = join(overlays, name);
      const expected = (await build(folder)).length;

      const tried = kinds(await kubectl('apply', '--dry-run=server', '-k', folder));
      expect(tried).toHaveLength(expected);
      expect(tried.filter((line) => !line.endsWith(' created (server dry run)'))).toEqual([]);

      const applied = kinds(await kubectl('apply', '-k', folder));
      expect(applied).toEqual(tried.map((line) => line.replace(' (server dry run)', '')));
    },
  );

  it.each([
    ['read-only', sharedArgs],
    ['openreports', [...sharedArgs, '--store', '--events', '--report-kind=openreports']],
    ['policyreport', [...sharedArgs, '--store', '--events', '--report-kind=policyreport']],
    ['sharded', [...sharedArgs, '--store', '--events', '--report-kind=openreports']],
  ] as const)('%s runs the scanner with its arguments', async (name, args) => {
    await kubectl('apply', '-k', join(overlays, name));
    const { spec } = await storedCronJob();
    const [container] = spec.jobTemplate.spec.template.spec.containers;
    expect(container).toMatchObject({
      command: ['/audit-scanner'],
      args,
      terminationMessagePolicy: 'FallbackToLogsOnError',
      resources: { limits: { cpu: '500m', memory: '512Mi' }, requests: { cpu: '100m', memory: '192Mi' } },
    });
  });

  it('does not repeat what a second try cannot mend, and never runs twice at once', async () => {
    await kubectl('apply', '-k', join(overlays, 'openreports'));
    const { concurrencyPolicy, jobTemplate } = (await storedCronJob()).spec;
    expect(concurrencyPolicy).toBe('Forbid');
    expect(jobTemplate.spec.template.spec.restartPolicy).toBe('Never');
    expect(jobTemplate.spec.backoffLimit).toBe(2);
    expect(jobTemplate.spec.podFailurePolicy).toEqual({
      rules: [
        {
          action: 'FailJob',
          onExitCodes: { containerName: 'audit-scanner', operator: 'In', values: [1, 2, 70] },
        },
        { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
      ],
    });
  });

  it('shares the work among the Pods of an Indexed Job, whose number stands in one place', async () => {
    const objects = await build(join(overlays, 'sharded'));
    const cronJob = objects.find(({ kind }) => kind === 'CronJob') as CronJob | undefined;
    const { template, ...job } = cronJob!.spec.jobTemplate.spec;
    expect(job).toMatchObject({
      completionMode: 'Indexed',
      completions: 4,
      parallelism: 4,
      backoffLimitPerIndex: 2,
      podFailurePolicy: {
        rules: [
          {
            action: 'FailJob',
            onExitCodes: { containerName: 'audit-scanner', operator: 'In', values: [2, 70] },
          },
          {
            action: 'FailIndex',
            onExitCodes: { containerName: 'audit-scanner', operator: 'In', values: [1] },
          },
          { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget' }] },
        ],
      },
    });
    expect(job).not.toHaveProperty('backoffLimit');
    expect(template.spec.containers[0]).toMatchObject({
      env: expect.arrayContaining([
        { name: 'AUDIT_SCANNER_SHARDS', value: '4' },
        {
          name: 'AUDIT_SCANNER_JOB_UID',
          valueFrom: { fieldRef: { fieldPath: "metadata.labels['batch.kubernetes.io/controller-uid']" } },
        },
      ]) as unknown,
    });
    expect(objects.filter(({ kind }) => kind === 'ConfigMap')).toEqual([]);
  });

  it('makes Pods that a namespace with restricted Pod Security admits', async () => {
    const namespace = 'manifests-restricted';
    const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
    await cluster.apply([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels } }]);
    await kubectl('apply', '-k', join(overlays, 'openreports'));
    const { spec } = (await storedCronJob()).spec.jobTemplate.spec.template;
    const createPod = (podSpec: unknown): Promise<unknown> =>
      cluster.request('POST', `/api/v1/namespaces/${namespace}/pods?dryRun=All`, {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'audit-scanner' },
        spec: podSpec,
      });

    await expect(createPod(spec)).resolves.toMatchObject({ kind: 'Pod' });
    await expect(createPod({ ...spec, securityContext: {} })).rejects.toMatchObject({ status: 403 });
  });

  const policyKinds = [
    'clusteradmissionpolicies',
    'clusteradmissionpolicygroups',
    'admissionpolicies',
    'admissionpolicygroups',
    'policyservers',
  ];
  const writing = ['get', 'list', 'create', 'patch', 'delete'];

  it.each([
    ['read-only', { 'openreports.io': [], 'wgpolicyk8s.io': [] }],
    ['openreports', { 'openreports.io': writing, 'wgpolicyk8s.io': ['list', 'delete'] }],
    ['policyreport', { 'openreports.io': [], 'wgpolicyk8s.io': writing }],
  ] as const)('%s grants what is needed and no more', async (name, verbs) => {
    await kubectl('apply', '-k', join(overlays, name));

    for (const resource of policyKinds) {
      expect(await verbsOn('policies.kubewarden.io', resource), resource).toEqual(['list']);
    }
    for (const resource of ['reports', 'clusterreports']) {
      expect(await verbsOn('openreports.io', resource), resource).toEqual(verbs['openreports.io']);
    }
    for (const resource of ['policyreports', 'clusterpolicyreports']) {
      expect(await verbsOn('wgpolicyk8s.io', resource), resource).toEqual(verbs['wgpolicyk8s.io']);
    }
    expect(await verbsOn('', 'pods')).toEqual(['get', 'list', 'watch']);
    expect(await verbsOn('', 'services')).toEqual(['get', 'list', 'watch']);
    expect(await verbsOn('', 'namespaces')).toEqual(['get', 'list', 'watch']);
    expect(await verbsOn('', 'secrets')).toEqual([]);
  });

  /** What an overlay of a user's own comes to. */
  async function buildOwn(kustomization: {
    readonly resources: readonly string[];
    readonly components?: readonly string[];
    readonly [field: string]: unknown;
  }): Promise<ApiObject[]> {
    const folder = await mkdtemp(join(cluster.directory, 'kustomization-'));
    const fromFolder = (paths: readonly string[] = []): string[] =>
      paths.map((path) => relative(folder, path));
    const { resources, components } = kustomization;
    const written = {
      ...kustomization,
      resources: fromFolder(resources),
      components: fromFolder(components),
    };
    await writeFile(join(folder, 'kustomization.yaml'), JSON.stringify(written));
    try {
      return await build(folder);
    } finally {
      await rm(folder, { recursive: true });
    }
  }

  it.each(overlayNames)('%s loses its client certificate, and nothing else, to a component', async (name) => {
    const overlay = join(overlays, name);
    const component = join(overlays, '../components/no-client-certificate');
    const podOf = (objects: ApiObject[]): PodSpec => {
      const cronJob = objects.find(({ kind }) => kind === 'CronJob') as CronJob | undefined;
      return cronJob!.spec.jobTemplate.spec.template.spec;
    };
    const before = podOf(await build(overlay));
    const after = podOf(await buildOwn({ resources: [overlay], components: [component] }));

    const without = (list: unknown, ...gone: readonly string[]): unknown[] =>
      (list as unknown[]).filter((item) => !gone.some((text) => JSON.stringify(item).includes(text)));
    const [container = {}] = before.containers;
    expect(after).toEqual({
      ...before,
      volumes: without(before.volumes, 'client-certificate'),
      containers: [
        {
          ...container,
          args: without(container['args'], '--client-cert', '--client-key'),
          volumeMounts: without(container['volumeMounts'], 'client-certificate'),
        },
      ],
    });
    expect(after).not.toEqual(before);
  });

  it('follows a kustomization that puts it into another namespace', async () => {
    const objects = await buildOwn({
      namespace: 'policies',
      images: [{ name: 'audit-scanner', newName: 'registry.example/audit-scanner', newTag: '1.2.3' }],
      resources: [join(overlays, 'openreports')],
    });

    const bindings = objects.filter(({ kind }) => kind === 'ClusterRoleBinding');
    expect(bindings.map(({ metadata }) => metadata.name).toSorted()).toEqual([
      'audit-scanner-policies',
      'audit-scanner-reports',
      'audit-scanner-view',
    ]);
    for (const { subjects } of bindings) {
      expect(subjects).toEqual([{ kind: 'ServiceAccount', name: 'audit-scanner', namespace: 'policies' }]);
    }
    const cronJob = objects.find(({ kind }) => kind === 'CronJob') as CronJob | undefined;
    expect(cronJob?.metadata.namespace).toBe('policies');
    expect(cronJob?.spec.jobTemplate.spec.template.spec.containers[0]).toMatchObject({
      image: 'registry.example/audit-scanner:1.2.3',
    });
  });
});
