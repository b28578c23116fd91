import type { AdmissionRequest, AnswerFunction, Verdict } from '../policy-server.ts';

type Container = {
  readonly name: string;
  readonly image: string;
  readonly securityContext?: { readonly privileged?: boolean; readonly runAsUser?: number };
};
type PodSpec = { readonly containers: readonly Container[] };
type PodTemplate = { readonly template: { readonly spec: PodSpec } };

type SeenObject = AdmissionRequest['object'];

const pass: Verdict = { allowed: true };

/** By unique name. */
const policies: Readonly<Record<string, (object: SeenObject) => Verdict>> = {
  'clusterwide-no-privileged-pod': (object) => {
    const found = containersOf(object).find(({ securityContext }) => securityContext?.privileged === true);
    return found === undefined ? pass : fail(`container "${found.name}" is privileged`);
  },
  'clusterwide-safe-labels': (object) => requireOwner(object),
  'clusterwide-no-latest-tag': (object) => {
    const found = containersOf(object).find(({ image }) => image.endsWith(':latest'));
    return found === undefined ? pass : fail(`image ${found.image} has no version`);
  },
  'clusterwide-seccomp-default': () => ({
    allowed: true,
    patch: [{ op: 'add', path: '/spec/securityContext/seccompProfile', value: { type: 'RuntimeDefault' } }],
  }),
  'clusterwide-unique-service-selector': () => pass,
  'clusterwide-group-trusted-images': (object) => {
    const found = containersOf(object).find(({ image }) => !image.startsWith('registry.example.com/'));
    return found === undefined ? pass : fail('the image is neither from registry.example.com nor signed');
  },
  'namespaced-payments-ingress-sources': (object) => {
    const { ingress = [] } = object['spec'] as { ingress?: readonly { from?: readonly unknown[] }[] };
    return ingress.every(({ from = [] }) => from.length > 0)
      ? pass
      : fail('an ingress rule lets everybody in');
  },
  'namespaced-monitoring-owner-label': (object) => requireOwner(object),
  'namespaced-group-legacy-not-root': (object) =>
    containersOf(object).some(({ securityContext }) => securityContext?.runAsUser === 0)
      ? fail('runAsUser 0 is not allowed')
      : pass,
};

/** What the policies of seed.ts say; the policy server has loaded no others. */
export const answerForSeed: AnswerFunction = (policyId, { object }) => policies[policyId]?.(object);

function fail(message: string): Verdict {
  return { allowed: false, message };
}

function requireOwner({ metadata }: SeenObject): Verdict {
  return metadata?.labels?.['owner'] === undefined ? fail('mandatory label "owner" is missing') : pass;
}

function containersOf(object: SeenObject): readonly Container[] {
  return podSpecOf(object['kind'], object['spec']).containers;
}

function podSpecOf(kind: unknown, spec: unknown): PodSpec {
  if (kind === 'Pod') return spec as PodSpec;
  if (kind === 'CronJob')
    return (spec as { jobTemplate: { spec: PodTemplate } }).jobTemplate.spec.template.spec;
  return (spec as PodTemplate).template.spec;
}
