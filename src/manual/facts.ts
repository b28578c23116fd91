import { errorCodes } from '../domain/index.ts';
import { incompleteScan, type ManualChapter } from './entry.ts';

const scanWithCluster = {
  step: 'Or look them up in the cluster of your kubeconfig.',
  commands: ['audit-scanner scan PATH --policies POLICIES --facts cluster'],
};

const notAsked = `The policy was not asked about these objects, so there is no result for them, and the check counts as not looked at. ${incompleteScan}`;

/** What decides whether a policy is asked, and is not in the files that are scanned. */
export const facts = {
  [errorCodes.namespaceUnknown]: {
    title: 'Cannot tell whether a policy applies in a namespace',
    meaning:
      'The policy has a namespaceSelector, and the Namespace is not among the files. Of a namespace that objects only mention, kubernetes.io/metadata.name is the only known label, so the policy may or may not apply there.',
    detection:
      'The selector depends on a label that is not known. A selector that needs only the name of the namespace is evaluated as usual.',
    effect: notAsked,
    fixes: [
      {
        step: 'Give the Namespace with its labels. It is read, and not scanned.',
        commands: [
          'kubectl get namespaces -o yaml > namespaces.yaml',
          'audit-scanner scan PATH --policies POLICIES --facts namespaces.yaml',
        ],
      },
      scanWithCluster,
    ],
    related: [errorCodes.typeUnknown, errorCodes.conditionUndecided],
  },
  [errorCodes.typeUnknown]: {
    title: 'Cannot tell whether a policy covers a type',
    meaning:
      'Rules name plurals and scopes, but files name kinds. This type is not one of the built-in ones, and no CustomResourceDefinition says what its plural is, whether it is namespaced and which versions are served.',
    detection:
      'A rule for the API group may or may not cover the type. A rule for all resources of every scope always does, so its policy is asked.',
    effect: notAsked,
    fixes: [
      {
        step: 'Give the CustomResourceDefinition. It is read, and not scanned.',
        commands: [
          'kubectl get customresourcedefinitions -o yaml > crds.yaml',
          'audit-scanner scan PATH --policies POLICIES --facts crds.yaml',
        ],
      },
      scanWithCluster,
      {
        step: 'If objects of this kind are not to be scanned at all, leave them out.',
        commands: ['audit-scanner scan PATH --policies POLICIES --exclude-kinds KIND.GROUP'],
      },
    ],
    related: [errorCodes.namespaceUnknown, errorCodes.conditionUndecided],
  },
  [errorCodes.conditionUndecided]: {
    title: 'A match condition needs something that is not in the files',
    meaning:
      'An expression in the matchConditions of the policy reads namespaceObject, and the Namespace is not among the files; or it reads the plural of a type that nothing defines.',
    detection: 'The expression needed a value that is not known, and no other condition excludes the object.',
    effect: `The policy was asked and its results are shown, but admission might not ask it about these objects, so the check counts as looked at in part. ${incompleteScan}`,
    fixes: [
      {
        step: 'Give the Namespace or the CustomResourceDefinition that the message names.',
        commands: ['audit-scanner scan PATH --policies POLICIES --facts FACTS'],
      },
      {
        step: 'Do not read namespaceObject in a policy: API servers set it to null in the match conditions of webhooks. Select namespaces with a namespaceSelector.',
        commands: ['kubectl explain clusteradmissionpolicy.spec.namespaceSelector'],
      },
    ],
    related: [errorCodes.namespaceUnknown, errorCodes.matchConditionFailed],
  },
} satisfies ManualChapter;
