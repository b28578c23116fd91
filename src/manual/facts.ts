import { errorCodes } from '../domain/index.ts';
import { incompleteScan, type ManualChapter } from './entry.ts';

const scanWithCluster = {
  step: 'Or let the cluster of your kubeconfig tell.',
  commands: ['audit-scanner scan PATH --policies POLICIES --facts cluster'],
};

const notAsked = `The policy was not asked about these objects, so there is no result for them, and the check counts as not looked at. ${incompleteScan}`;

/** What decides whether a policy is asked, and is not in the files that are scanned. */
export const facts = {
  [errorCodes.namespaceUnknown]: {
    title: 'It is not known whether a policy applies in a namespace',
    meaning:
      'The policy has a namespaceSelector, and the Namespace is not among the files: of a namespace that only objects name, no label is known but kubernetes.io/metadata.name. The policy may apply there, or not.',
    detection:
      'The selector depends on a label that is not known. One that the name of the namespace alone decides is decided.',
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
    title: 'It is not known whether a policy is about a type',
    meaning:
      'Rules name plurals and scopes, and files name kinds. The type of these objects is not built in, and no CustomResourceDefinition says what its plural is, whether it is namespaced, and in which versions it is served.',
    detection:
      'A rule for the API group may mean the type. A rule for all resources of every scope is certain to, and its policy is asked.',
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
    title: 'A match condition asks for what is not in the files',
    meaning:
      'An expression in the matchConditions of the policy reads namespaceObject, and the Namespace is not among the files; or it reads the plural of a type that nothing defines.',
    detection: 'The expression came upon what is not known, and no other condition leaves the object out.',
    effect: `The policy was asked, and its results are told; but admission may not ask it about these objects, so the check counts as looked at in part. ${incompleteScan}`,
    fixes: [
      {
        step: 'Give the Namespace, or the CustomResourceDefinition, that the message names.',
        commands: ['audit-scanner scan PATH --policies POLICIES --facts FACTS'],
      },
      {
        step: 'Do not read namespaceObject in a policy: API servers give the conditions of webhooks null there. A namespaceSelector is what selects namespaces.',
        commands: ['kubectl explain clusteradmissionpolicy.spec.namespaceSelector'],
      },
    ],
    related: [errorCodes.namespaceUnknown, errorCodes.matchConditionFailed],
  },
} satisfies ManualChapter;
