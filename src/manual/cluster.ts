import { errorCodes } from '../domain/index.ts';
import { couldNotStart, incompleteScan, type ManualChapter } from './entry.ts';

const keptReports =
  'Objects of this type are not audited there, and their reports are kept as they are: none is changed and none is deleted.';
const neededLists =
  'Where the list is one that every scan needs (the four policy kinds, namespaces), the scan cannot start:';

/** What is in the cluster and what may be read of it. */
export const cluster = {
  [errorCodes.listForbidden]: {
    title: 'A type may not be listed',
    meaning:
      'The user or service account that audit-scanner runs as has no permission to list objects of this type. The built-in role `view`, which scanners often have, leaves out Secrets, Nodes, roles and more.',
    detection:
      'The API server answered 403. If the cluster-wide list of a namespaced type is forbidden, each namespace is tried on its own, and this code is about those that are forbidden too.',
    effect: `${keptReports} ${incompleteScan} ${neededLists} exit code 4, 1 without \`scan\`.`,
    fixes: [
      {
        step: 'Print what is missing for the user in the message, read it, and apply it as somebody who may grant it. Mind that listing secrets means reading them.',
        commands: [
          'audit-scanner rbac --missing --as system:serviceaccount:kubewarden:audit-scanner',
          'audit-scanner rbac --missing --as system:serviceaccount:kubewarden:audit-scanner | kubectl apply -f -',
        ],
      },
      {
        step: 'To look at some namespaces only, the rights in these are enough.',
        commands: ['audit-scanner rbac --missing -n NAMESPACE | kubectl apply -f -'],
      },
      {
        step: 'Or say that this type is not to be looked at. The results cannot be stored then.',
        commands: ['audit-scanner scan --exclude-kinds RESOURCE.GROUP'],
      },
    ],
    related: [errorCodes.listFailed, errorCodes.reportListFailed, errorCodes.policyServerUnresolved],
  },
  [errorCodes.reportKindMissing]: {
    title: 'The cluster has no kind to store reports in',
    meaning:
      'The reports are to be stored as a kind that this API server does not serve: its CustomResourceDefinitions are not installed, or not in the version that is written.',
    detection: 'Listing the stored reports, which comes before the scan, was answered with 404.',
    effect: couldNotStart,
    fixes: [
      {
        step: 'See which of the two the cluster has.',
        commands: ['kubectl get crd reports.openreports.io policyreports.wgpolicyk8s.io'],
      },
      {
        step: 'Store the kind that is there.',
        commands: ['audit-scanner scan --store --report-kind policyreport'],
      },
      {
        step: 'Or install the CustomResourceDefinitions of the kind that you want; the Kubewarden chart does it with `installOpenReportsCRDs` or `installPolicyReportCRDs`.',
      },
      { step: 'Or scan without storing.', commands: ['audit-scanner scan'] },
    ],
    related: [errorCodes.reportListFailed, errorCodes.kubewardenMissing],
  },
  [errorCodes.listFailed]: {
    title: 'A type could not be listed to the end',
    meaning:
      'Listing objects of this type failed for another reason than a missing permission. The reason is in the message, after the colon.',
    detection:
      'The API server gave an error or no answer, also after six tries; or the objects came in an order in which two versions of a type cannot be put together.',
    effect: `What was listed before is audited. The rest is not, and reports of this type are not deleted. ${incompleteScan} ${neededLists} exit code 4, 1 without \`scan\`.`,
    fixes: [
      {
        step: 'See whether kubectl can list it.',
        commands: ['kubectl get RESOURCE.GROUP -A --chunk-size=500 -o name | wc -l'],
      },
      {
        step: 'If an aggregated API or a conversion webhook is behind the type, see whether it is available.',
        commands: [
          'kubectl get apiservices | grep False',
          'kubectl get crd RESOURCE.GROUP -o jsonpath={.spec.conversion}',
        ],
      },
      {
        step: 'If the answers took too long, ask for less at a time.',
        commands: ['audit-scanner scan --page-size 100 --request-timeout 2m'],
      },
      { step: 'Run it again: what failed in passing may work then.' },
    ],
    related: [errorCodes.apiUnreachable, errorCodes.apiRequestFailed, errorCodes.listForbidden],
  },
  [errorCodes.discoveryFailed]: {
    title: 'The API server does not say which types it has',
    meaning:
      'The list of types, or that of one API group, could not be read, so that it is not known what the rules of the policies mean. Mostly an aggregated API, such as metrics.k8s.io, is down.',
    detection: '/api and /apis were asked, and where they do not say it, each group version on its own.',
    effect: `If one group version is unknown: policies are not audited for its types, and reports of the group are kept. ${incompleteScan} Group versions that no policy can mean do not matter. If nothing at all is known the scan cannot start: exit code 4, 1 without \`scan\`.`,
    fixes: [
      {
        step: 'See which API is not available, and why.',
        commands: ['kubectl get apiservices | grep False', 'kubectl describe apiservice VERSION.GROUP'],
      },
      {
        step: 'Restart the service behind it, or delete the APIService if that service is gone for good.',
        commands: ['kubectl delete apiservice VERSION.GROUP'],
      },
      {
        step: 'If the answer was 403, bind the role that every user should have.',
        commands: ['kubectl get clusterrolebinding system:discovery'],
      },
    ],
    related: [errorCodes.listFailed, errorCodes.policyInvalid],
  },
  [errorCodes.kubewardenNamespaceMissing]: {
    title: 'The namespace of Kubewarden does not exist',
    meaning:
      'Policy servers, with their Services and Secrets, are looked for in the namespace of --kubewarden-namespace, `kubewarden` unless it is given. The cluster has no such namespace.',
    detection: 'The name is not among the namespaces that the API server listed.',
    effect:
      'No policy server is found, so no policy can be asked (AS-4102), unless --policy-server-url or --engine embedded is given: then it is a warning only. Policies that leave the namespace of Kubewarden alone are asked about objects of wherever it really is.',
    fixes: [
      {
        step: 'Find where the policy servers run, and name that namespace. With Rancher it is cattle-kubewarden-system.',
        commands: [
          'kubectl get services -A -l app.kubernetes.io/instance | grep policy-server',
          'audit-scanner scan --kubewarden-namespace NAMESPACE',
        ],
      },
      { step: 'Check that it is the right cluster.', commands: ['kubectl config current-context'] },
    ],
    related: [errorCodes.policyServerUnresolved, errorCodes.kubewardenMissing],
  },
  [errorCodes.kubewardenMissing]: {
    title: 'Kubewarden is not installed in this cluster',
    meaning: 'The API server knows none of the four policy kinds, so there is nothing to audit with.',
    detection: 'Each of the four kinds in policies.kubewarden.io/v1 was listed and answered with 404.',
    effect: couldNotStart,
    fixes: [
      {
        step: 'Check that it is the right cluster.',
        commands: ['kubectl config current-context', 'audit-scanner scan --context NAME'],
      },
      {
        step: 'See whether the CustomResourceDefinitions are there, and in which versions.',
        commands: ['kubectl get crd | grep policies.kubewarden.io'],
      },
      {
        step: 'Install Kubewarden: the chart of its CustomResourceDefinitions first, then that of its controller.',
      },
    ],
    related: [errorCodes.contextUnknown, errorCodes.nothingToScan],
  },
  [errorCodes.apiCertificateExpiresSoon]: {
    title: 'The certificate of the API server ends soon',
    meaning: 'The certificate that the API server shows has less than 30 days left, or has already expired.',
    detection: '`doctor` opens a TLS connection of its own and looks at the certificate.',
    effect:
      'None yet: this is a warning of `doctor`. After the last day nobody trusts the API server, and no scan can start (AS-3007).',
    fixes: [
      {
        step: 'Renew it as the cluster was made. With kubeadm, that is done on a control plane node.',
        commands: ['kubeadm certs check-expiration', 'kubeadm certs renew apiserver'],
      },
      { step: 'A managed cluster does it by itself; if it did not, ask its provider.' },
    ],
    related: [errorCodes.apiCertificateUntrusted],
  },
  [errorCodes.reportsForbidden]: {
    title: 'Reports may not be stored',
    meaning:
      'The user or service account that audit-scanner runs as lacks a permission on the reports: to read, to write or to delete them.',
    detection:
      '`doctor --store` asks the API server with SelfSubjectAccessReviews, which store nothing. Where even these are refused, it says that nobody knows.',
    effect: `A scan with --store cannot start (AS-5103), or what cannot be written or deleted is reported (AS-5101, AS-5102, AS-5104). ${incompleteScan}`,
    fixes: [
      {
        step: 'Print what is missing, read it, and apply it as somebody who may grant it.',
        commands: [
          'audit-scanner rbac --missing --store --as system:serviceaccount:kubewarden:audit-scanner',
          'audit-scanner rbac --missing --store --as system:serviceaccount:kubewarden:audit-scanner | kubectl apply -f -',
        ],
      },
      { step: 'Or scan without storing.', commands: ['audit-scanner scan'] },
    ],
    related: [errorCodes.listForbidden, errorCodes.reportWriteFailed, errorCodes.reportListFailed],
  },
} satisfies ManualChapter;
