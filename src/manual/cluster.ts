import { errorCodes } from '../domain/index.ts';
import { couldNotStart, incompleteScan, type ManualChapter } from './entry.ts';

const keptReports =
  'Objects of this type are not audited there, and their stored reports are neither changed nor deleted.';
const neededLists =
  'If every scan needs the list (the four policy kinds, namespaces), the scan cannot start:';

/** What is in the cluster and what may be read of it. */
export const cluster = {
  [errorCodes.listForbidden]: {
    title: 'Listing a resource type is forbidden',
    meaning:
      'The user or service account that audit-scanner runs as has no permission to list objects of this type. The built-in role `view`, which scanners often get, does not include Secrets, Nodes, roles and more.',
    detection:
      'The API server answered 403. If a namespaced type cannot be listed across the cluster, audit-scanner tries each namespace on its own; this code is about the namespaces that are forbidden too.',
    effect: `${keptReports} ${incompleteScan} ${neededLists} exit code 4, 1 without \`scan\`.`,
    fixes: [
      {
        step: 'Print what the user in the message lacks, review it, and apply it as somebody who may grant it. Note that permission to list Secrets is permission to read them.',
        commands: [
          'audit-scanner rbac --missing --as system:serviceaccount:kubewarden:audit-scanner',
          'audit-scanner rbac --missing --as system:serviceaccount:kubewarden:audit-scanner | kubectl apply -f -',
        ],
      },
      {
        step: 'To scan some namespaces only, permissions in these are enough.',
        commands: ['audit-scanner rbac --missing -n NAMESPACE | kubectl apply -f -'],
      },
      {
        step: 'Or exclude this type. The results can then not be stored.',
        commands: ['audit-scanner scan --exclude-kinds RESOURCE.GROUP'],
      },
    ],
    related: [errorCodes.listFailed, errorCodes.reportListFailed, errorCodes.policyServerUnresolved],
  },
  [errorCodes.reportKindMissing]: {
    title: 'The cluster does not serve the report kind',
    meaning:
      'This API server does not serve the kind in which the reports should be stored: its CustomResourceDefinitions are not installed, or not in the version that audit-scanner writes.',
    detection: 'Before the scan audit-scanner lists the stored reports, and the API server answered 404.',
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
        step: 'Or install the CustomResourceDefinitions of the kind that you want; the Kubewarden chart does so with `installOpenReportsCRDs` or `installPolicyReportCRDs`.',
      },
      { step: 'Or scan without storing.', commands: ['audit-scanner scan'] },
    ],
    related: [errorCodes.reportListFailed, errorCodes.kubewardenMissing],
  },
  [errorCodes.listFailed]: {
    title: 'Listing a resource type failed',
    meaning:
      'Objects of this type could not all be listed, and a missing permission is not the reason. The reason is in the message, after the colon.',
    detection:
      'The API server still gave an error or no answer after six tries; or it listed the objects in an order in which two versions of a type cannot be joined.',
    effect: `What was listed before is audited. The rest is not, and reports of this type are not deleted. ${incompleteScan} ${neededLists} exit code 4, 1 without \`scan\`.`,
    fixes: [
      {
        step: 'See whether kubectl can list it.',
        commands: ['kubectl get RESOURCE.GROUP -A --chunk-size=500 -o name | wc -l'],
      },
      {
        step: 'If an aggregated API or a conversion webhook serves the type, see whether it is available.',
        commands: [
          'kubectl get apiservices | grep False',
          'kubectl get crd RESOURCE.GROUP -o jsonpath={.spec.conversion}',
        ],
      },
      {
        step: 'If the answers took too long, ask for fewer objects at a time.',
        commands: ['audit-scanner scan --page-size 100 --request-timeout 2m'],
      },
      { step: 'Run it again, in case the failure was temporary.' },
    ],
    related: [errorCodes.apiUnreachable, errorCodes.apiRequestFailed, errorCodes.listForbidden],
  },
  [errorCodes.discoveryFailed]: {
    title: 'The API server does not list its resource types',
    meaning:
      'The resource types of the cluster, or of one API group, could not be read, so audit-scanner cannot tell what the rules of the policies cover. Most often an aggregated API, such as metrics.k8s.io, is down.',
    detection:
      'audit-scanner asked /api and /apis and, for what they did not answer, each group version on its own.',
    effect: `If one group version is unknown, policies are not audited for its types, and the reports of the group are kept. ${incompleteScan} Group versions that no policy refers to do not matter. If no type at all is known, the scan cannot start: exit code 4, 1 without \`scan\`.`,
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
      'audit-scanner looks for policy servers, with their Services and Secrets, in the namespace of --kubewarden-namespace (default `kubewarden`). The cluster has no such namespace.',
    detection: 'The name is not among the namespaces that the API server listed.',
    effect:
      'No policy server is found, so no policy can be asked (AS-4102). With --policy-server-url or --engine embedded it is only a warning, but policies that exempt the namespace of Kubewarden are then asked about the objects in its real namespace.',
    fixes: [
      {
        step: 'Find out where the policy servers run, and name that namespace. With Rancher it is cattle-kubewarden-system.',
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
    meaning: 'The API server knows none of the four policy kinds, so there is no policy to audit against.',
    detection:
      'The API server answered 404 to the list of each of the four kinds in policies.kubewarden.io/v1.',
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
        step: 'Install Kubewarden: first the chart with its CustomResourceDefinitions, then the chart with its controller.',
      },
    ],
    related: [errorCodes.contextUnknown, errorCodes.nothingToScan],
  },
  [errorCodes.apiCertificateExpiresSoon]: {
    title: 'The certificate of the API server expires soon',
    meaning:
      'The certificate that the API server presents has less than 30 days left, or has already expired.',
    detection: '`doctor` opens a TLS connection of its own and looks at the certificate.',
    effect:
      'None yet: this is a warning of `doctor`. Once it has expired, no client trusts the API server, and no scan can start (AS-3007).',
    fixes: [
      {
        step: 'Renew it with the tool that created the cluster. With kubeadm, run this on a control plane node.',
        commands: ['kubeadm certs check-expiration', 'kubeadm certs renew apiserver'],
      },
      { step: 'A managed cluster renews it by itself; if it did not, ask its provider.' },
    ],
    related: [errorCodes.apiCertificateUntrusted],
  },
  [errorCodes.reportsForbidden]: {
    title: 'Storing reports is forbidden',
    meaning:
      'The user or service account that audit-scanner runs as lacks permission to read, write or delete reports.',
    detection:
      '`doctor --store` asks the API server with SelfSubjectAccessReviews, which store nothing. If even these are refused, it reports the permissions as unknown.',
    effect: `A scan with --store cannot start (AS-5103), or it reports what it could not write or delete (AS-5101, AS-5102, AS-5104). ${incompleteScan}`,
    fixes: [
      {
        step: 'Print what is missing, review it, and apply it as somebody who may grant it.',
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
