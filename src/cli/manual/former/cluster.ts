import { errorCodes } from '../../../domain/errors.ts';
import type { ManualPage } from '../page.ts';

export const clusterPages = {
  [errorCodes.noClusterConfigured]: {
    title: 'no Kubernetes cluster is configured',
    meaning: 'There is no kubeconfig, and the program does not run inside a cluster. Nothing was scanned.',
    evidence:
      '--kubeconfig, the environment variable KUBECONFIG, the token of a service account and ~/.kube/config were looked for, in this order.',
    remedies: ['audit-scanner scan --kubeconfig FILE', 'export KUBECONFIG=FILE'],
    related: [errorCodes.kubeconfigMissing],
  },
  [errorCodes.kubeconfigMissing]: {
    title: 'the kubeconfig does not exist',
    meaning: 'A kubeconfig was named, and the file is not there. No other one is used in its place.',
    evidence: 'The message says whether --kubeconfig or KUBECONFIG names the file.',
    remedies: ['Correct the path', 'unset KUBECONFIG to use ~/.kube/config'],
    related: [errorCodes.noClusterConfigured],
  },
  [errorCodes.contextUnknown]: {
    title: 'the context does not exist',
    meaning: 'The kubeconfig has no context of that name, so it is unknown which cluster was meant.',
    evidence: 'The contexts of the kubeconfig are listed in the message.',
    remedies: ['kubectl config get-contexts', 'audit-scanner scan --context NAME'],
    related: [errorCodes.kubeconfigInvalid],
  },
  [errorCodes.kubeconfigInvalid]: {
    title: 'the kubeconfig cannot be used',
    meaning: 'The file is not a kubeconfig, or its context points to a cluster or user that is missing.',
    evidence: 'The message names the field that is wrong.',
    remedies: ['kubectl config view --minify', 'Let the tool of your cluster write it again'],
    related: [errorCodes.contextUnknown, errorCodes.credentialPluginFailed],
  },
  [errorCodes.credentialPluginFailed]: {
    title: 'a credential plugin failed',
    meaning: 'The user of the kubeconfig gets a token from another program, and that did not work.',
    evidence: 'The program is not on PATH, ended with an error, or gave nothing that can be used.',
    remedies: [
      'Run the command of the message in a shell',
      'Log in again with the command line tool of your cloud',
      'Use a context with a token or a certificate',
    ],
    related: [errorCodes.unauthorized],
  },
  [errorCodes.apiUnreachable]: {
    title: 'the Kubernetes API cannot be reached',
    meaning: 'No connection to the API server could be made. Nothing was scanned.',
    evidence: 'The name does not resolve, the connection is refused, or there is no route.',
    remedies: [
      'kubectl cluster-info with the same kubeconfig and context',
      'Check the VPN, and HTTPS_PROXY and NO_PROXY',
    ],
    related: [errorCodes.apiCertificateUntrusted, errorCodes.apiRequestFailed],
  },
  [errorCodes.apiCertificateUntrusted]: {
    title: 'the certificate of the Kubernetes API is not trusted',
    meaning: 'Somebody answers at the address of the API server, and cannot prove to be it.',
    evidence: 'The certificate was checked against certificate-authority-data of the kubeconfig.',
    remedies: [
      'Fetch the kubeconfig again: the cluster may have been made anew',
      'A proxy that opens TLS connections needs its own CA in the kubeconfig',
    ],
    related: [errorCodes.apiUnreachable],
  },
  [errorCodes.unauthorized]: {
    title: 'the Kubernetes API does not accept the credentials',
    meaning: 'The API server does not know who is asking (401). Nothing was scanned.',
    evidence: 'The message names the user and the context.',
    remedies: ['Log in again', 'kubectl auth whoami', 'In a Pod: check the ServiceAccount and its token'],
    related: [errorCodes.credentialPluginFailed, errorCodes.listForbidden],
  },
  [errorCodes.apiRequestFailed]: {
    title: 'a request to the Kubernetes API failed',
    meaning: 'The API server answered with an error, or not at all, and retries did not help.',
    evidence: 'The message names the request and what the API server says.',
    remedies: [
      'Run it again',
      'kubectl get --raw /readyz?verbose',
      'A longer --request-timeout, a smaller --page-size',
    ],
    related: [errorCodes.apiUnreachable, errorCodes.listFailed],
  },
  [errorCodes.listForbidden]: {
    title: 'some resources may not be listed',
    meaning:
      'Objects of these types were NOT audited. Their existing reports were kept. The scan is incomplete.',
    evidence:
      'The API server answered 403 to the LIST of the whole cluster, and of every namespace where that was tried too. The built-in role `view` does not cover Secrets, RBAC objects, Nodes and more.',
    remedies: [
      'Grant list on the types in the message to the user in the message',
      'kubectl auth can-i list TYPE --all-namespaces --as USER',
      'Leave the types out on purpose: --exclude-kinds TYPE',
    ],
    related: [errorCodes.listFailed],
  },
  [errorCodes.reportKindMissing]: {
    title: 'reports cannot be stored: their types are not installed',
    meaning: 'The CustomResourceDefinitions of the chosen --report-kind are not in the cluster.',
    evidence: 'The API server does not serve the type in the version that is written.',
    remedies: [
      'Choose the other kind: --report-kind openreports or policyreport',
      'Install them: installOpenReportsCRDs or installPolicyReportCRDs of the chart',
      'Scan without storing: leave out --store',
    ],
    related: [errorCodes.kubewardenMissing],
  },
  [errorCodes.listFailed]: {
    title: 'some resources could not be listed',
    meaning: 'Objects of these types were not audited, or not all of them. Their existing reports were kept.',
    evidence: 'A LIST failed after its retries, or could not be resumed where it had been cut off.',
    remedies: ['Run it again', 'kubectl get TYPE -A', 'A smaller --page-size if the API server is slow'],
    related: [errorCodes.listForbidden, errorCodes.apiRequestFailed],
  },
  [errorCodes.discoveryFailed]: {
    title: 'the types of an API group are not known',
    meaning:
      'Policies that name this group could not be matched with its types. Nothing is called stale in a group that did not answer.',
    evidence:
      'API discovery names the group and did not answer for it, which is usual for a broken APIService.',
    remedies: [
      'kubectl get apiservices | grep False',
      'Repair or remove the extension API server of the group',
    ],
    related: [errorCodes.listFailed],
  },
  [errorCodes.kubewardenMissing]: {
    title: 'Kubewarden is not installed',
    meaning: 'The cluster has no policies API, so there is nothing to audit with.',
    evidence: 'The CustomResourceDefinitions of policies.kubewarden.io are not served.',
    remedies: [
      'Check that the context is the right one: --context',
      'Install Kubewarden with its Helm chart',
    ],
    related: [errorCodes.nothingToScan],
  },
} as const satisfies Partial<Record<string, ManualPage>>;
