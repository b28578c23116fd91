import { errorCodes } from '../domain/index.ts';
import { couldNotStart, type ManualChapter } from './entry.ts';

const atAnyTime =
  'At the start, nothing was scanned and no report was touched: exit code 4, or 1 without the subcommand `scan`. Later, the same reason appears in AS-3103, AS-5101 or AS-5102 for what was missed, and the scan is incomplete (exit code 3).';

/** Finding the API server and authenticating to it. */
export const connection = {
  [errorCodes.noClusterConfigured]: {
    title: 'No Kubernetes cluster is configured',
    meaning: 'audit-scanner does not know which cluster to scan. It never falls back to localhost.',
    detection:
      'It looked for --kubeconfig, KUBECONFIG, the token of a Pod and ~/.kube/config, in this order. With --context it does not use the token of the Pod.',
    effect: couldNotStart,
    fixes: [
      { step: 'Name the kubeconfig.', commands: ['audit-scanner scan --kubeconfig /path/to/config'] },
      {
        step: 'In a Pod, check that it has a service account and that its token is mounted (automountServiceAccountToken).',
        commands: ['kubectl -n kubewarden get pod POD -o yaml | grep -i serviceaccount'],
      },
      { step: 'With sudo or in a container, HOME is a different folder: mount the kubeconfig and name it.' },
    ],
    related: [errorCodes.kubeconfigMissing, errorCodes.contextUnknown],
  },
  [errorCodes.kubeconfigMissing]: {
    title: 'The kubeconfig file does not exist',
    meaning:
      '--kubeconfig or the environment variable KUBECONFIG points to a file that does not exist. If KUBECONFIG lists several files, none of them exists.',
    detection: 'The operating system did not find the file.',
    effect: couldNotStart,
    fixes: [
      {
        step: 'Check the path; the message says where it comes from.',
        commands: ['ls -l /path/to/config', 'echo "$KUBECONFIG"'],
      },
      { step: 'To use ~/.kube/config, unset the variable.', commands: ['unset KUBECONFIG'] },
    ],
    related: [errorCodes.noClusterConfigured, errorCodes.kubeconfigInvalid],
  },
  [errorCodes.contextUnknown]: {
    title: 'The context is not in the kubeconfig',
    meaning:
      'The context named with --context is not in the kubeconfig, or the kubeconfig has no current context and none was named.',
    detection: 'The name was looked up among the contexts of the kubeconfig.',
    effect: couldNotStart,
    fixes: [
      {
        step: 'Choose one of the contexts there are.',
        commands: ['kubectl config get-contexts', 'audit-scanner scan --context NAME'],
      },
      {
        step: 'Check that it is the right kubeconfig: --kubeconfig wins over KUBECONFIG, which wins over ~/.kube/config.',
      },
    ],
    related: [errorCodes.kubeconfigMissing, errorCodes.kubeconfigInvalid],
  },
  [errorCodes.kubeconfigInvalid]: {
    title: 'The kubeconfig cannot be used',
    meaning:
      'The kubeconfig, or a token, key or certificate file that it names, cannot be read or is not valid: it is not YAML, lacks a cluster or user that it refers to, has a server that is not a URL, or has a key that does not belong to its certificate.',
    detection: 'The files were read and checked; the message says which one and where.',
    effect: atAnyTime,
    fixes: [
      {
        step: 'Correct the place that the message names. kubectl can show how it reads the file.',
        commands: ['kubectl config view --kubeconfig /path/to/config'],
      },
      {
        step: 'Check that the files in it exist and may be read.',
        commands: [
          "grep -nE 'certificate-authority|client-certificate|client-key|tokenFile' /path/to/config",
        ],
      },
      { step: 'If a tool of your cloud provider wrote it, have that tool write it again.' },
    ],
    related: [errorCodes.contextUnknown, errorCodes.credentialPluginFailed],
  },
  [errorCodes.credentialPluginFailed]: {
    title: 'The kubeconfig yields no credentials',
    meaning:
      'The user in the kubeconfig gets its credentials from a command (aws, gke-gcloud-auth-plugin, kubelogin, …) or from an OIDC login, and that failed. Kubernetes has removed all auth-providers other than oidc.',
    detection:
      'The command is not on PATH, is not executable, ended with an error, printed no ExecCredential or took more than 60 seconds; or the OIDC token could not be renewed.',
    effect: atAnyTime,
    fixes: [
      {
        step: 'Log in again with the tool that the kubeconfig names, then check that kubectl works.',
        commands: ['kubectl auth whoami'],
      },
      {
        step: 'Install the command, or put its directory on PATH. The container image contains no such commands.',
        commands: ['kubectl config view --minify'],
      },
      {
        step: 'In pipelines and containers use the token of a service account instead.',
        commands: ['kubectl -n kubewarden create token audit-scanner'],
      },
    ],
    related: [errorCodes.unauthorized, errorCodes.kubeconfigInvalid],
  },
  [errorCodes.apiUnreachable]: {
    title: 'The Kubernetes API cannot be reached',
    meaning:
      'audit-scanner could not connect to the API server: the connection was refused, the name does not resolve, there is no route, or the proxy does not connect.',
    detection: 'Six attempts to connect failed, with growing pauses between them.',
    effect: atAnyTime,
    fixes: [
      {
        step: 'See whether kubectl reaches it, and whether the address in the message is the one you mean.',
        commands: ['kubectl cluster-info', 'kubectl config get-contexts'],
      },
      { step: 'Check VPN and firewall; for kind, minikube and k3d, check that the cluster is started.' },
      {
        step: 'If the message names a proxy that is not meant for this server, exclude the server.',
        commands: ['export NO_PROXY="$NO_PROXY,API-SERVER-HOST"'],
      },
      {
        step: 'In a Pod, check DNS and the network policies of its namespace.',
        commands: ['kubectl -n kubewarden get networkpolicy'],
      },
    ],
    related: [errorCodes.apiCertificateUntrusted, errorCodes.apiRequestFailed, errorCodes.listFailed],
  },
  [errorCodes.apiCertificateUntrusted]: {
    title: 'The certificate of the Kubernetes API is not trusted',
    meaning:
      'The API server presented a certificate that does not prove its identity: it was issued by an authority that the kubeconfig does not name, or for another host name, or it is expired or not yet valid.',
    detection: 'audit-scanner broke off the TLS handshake. It sent nothing, and no credentials.',
    effect: atAnyTime,
    fixes: [
      {
        step: 'Look at its issuer, dates and names.',
        commands: [
          'openssl s_client -connect HOST:PORT </dev/null 2>/dev/null | openssl x509 -noout -issuer -dates -ext subjectAltName',
        ],
      },
      { step: 'If the cluster was recreated, get its new kubeconfig: the authority has changed.' },
      {
        step: "If it was issued for another name, use that name as `server`, or set `tls-server-name` in the kubeconfig's cluster.",
      },
      {
        step: 'If the dates are wrong, check the clock of this machine, then renew the certificates of the control plane.',
        commands: ['date -u'],
      },
    ],
    related: [errorCodes.apiUnreachable, errorCodes.policyServerCertificateUntrusted],
  },
  [errorCodes.unauthorized]: {
    title: 'The Kubernetes API does not accept the credentials',
    meaning:
      'The API server does not recognize the user: the token or certificate is missing, has expired, or belongs to another cluster.',
    detection: 'It answered 401, and 401 again after the credentials had been renewed.',
    effect: atAnyTime,
    fixes: [
      {
        step: 'Log in again, then see which user the API server recognizes.',
        commands: ['kubectl auth whoami'],
      },
      {
        step: 'If the kubeconfig has a client certificate, see whether it has expired.',
        commands: [
          "kubectl config view --raw --minify -o jsonpath='{.users[0].user.client-certificate-data}' | base64 -d | openssl x509 -noout -dates",
        ],
      },
      {
        step: 'In a Pod, see whether its service account still exists; if it was recreated, restart the Pod.',
        commands: ['kubectl -n kubewarden get serviceaccount audit-scanner'],
      },
    ],
    related: [errorCodes.listForbidden, errorCodes.credentialPluginFailed],
  },
  [errorCodes.noCredentials]: {
    title: 'The kubeconfig has no credentials for this API server',
    meaning:
      'The selected context names no user, or a user without a token, certificate, password or login plug-in. The API server refused the anonymous request.',
    detection:
      'The kubeconfig holds no credentials, and the API server answered 401, or 403 to system:anonymous.',
    effect: atAnyTime,
    fixes: [
      {
        step: 'See which context is used, and whether you mean another one.',
        commands: ['kubectl config view --minify', 'audit-scanner scan --context NAME'],
      },
      {
        step: 'Log in with the tool that created the kubeconfig; it writes the credentials into it.',
        commands: ['kubectl auth whoami'],
      },
      {
        step: 'If the kubeconfig was copied, copy the user too: `kubectl config view` leaves credentials out unless --raw is given.',
        commands: ['kubectl config view --minify --flatten --raw'],
      },
    ],
    related: [errorCodes.unauthorized, errorCodes.kubeconfigInvalid],
  },
  [errorCodes.apiRequestFailed]: {
    title: 'A request to the Kubernetes API failed',
    meaning:
      'The API server was reached, but it refused the request or its answer could not be used: an error status, or an answer that was cut off, took too long, is not JSON or is larger than 256 MiB.',
    detection:
      'audit-scanner read and checked the answer. It tries a read six times if it fails with 429, 5xx or a broken connection.',
    effect: atAnyTime,
    fixes: [
      {
        step: 'Read the reason in the message: it is what the API server said. See whether the API server is healthy.',
        commands: ["kubectl get --raw '/readyz?verbose'"],
      },
      {
        step: 'If it did not answer in time, or sent too much, ask for fewer objects at a time, or wait longer.',
        commands: ['audit-scanner scan --page-size 100 --request-timeout 2m'],
      },
      {
        step: 'If the port does not speak TLS, correct `server` in the kubeconfig (http:// for `kubectl proxy`).',
      },
    ],
    related: [errorCodes.apiUnreachable, errorCodes.listFailed],
  },
} satisfies ManualChapter;
