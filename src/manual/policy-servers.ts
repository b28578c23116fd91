import { errorCodes } from '../domain/index.ts';
import { errorResults, incompleteScan, type ManualChapter, serverLogs, serverStatus } from './entry.ts';

const fetchCa =
  "kubectl -n kubewarden get secret kubewarden-ca -o jsonpath='{.data.ca\\.crt}' | base64 -d > ca.crt";

/** Reaching the policy servers and trusting each other. */
export const policyServers = {
  [errorCodes.policyServerUnreachable]: {
    title: 'A policy server cannot be reached',
    meaning: 'No connection to the policy server came about, or it broke before the answer was complete.',
    detection:
      'Each evaluation is tried three times. While the server answers nobody, the scan waits up to 30 seconds for it to come back; after that evaluations fail at once, and one try per second finds out whether it is back. A name that does not resolve is not waited for.',
    effect: errorResults,
    fixes: [
      {
        step: 'If "its name does not resolve", you are probably outside of the cluster, where names that end in .svc mean nothing. Make a way in.',
        commands: [
          'kubectl -n kubewarden port-forward svc/policy-server-NAME 3000:443 &',
          fetchCa,
          'audit-scanner scan --policy-server-url https://localhost:3000 --extra-ca ca.crt',
        ],
      },
      { step: 'See whether the policy server runs and is ready.', commands: [serverStatus, serverLogs] },
      {
        step: 'If it "does not speak TLS", its URL begins with http://.',
        commands: ['audit-scanner scan --policy-server-url http://localhost:3000'],
      },
      {
        step: 'If the proxy refused, exclude the cluster from it.',
        commands: ['export NO_PROXY="$NO_PROXY,.svc"'],
      },
      {
        step: 'If "no local port is left", have fewer evaluations in flight.',
        commands: ['audit-scanner scan --concurrency 20'],
      },
    ],
    related: [
      errorCodes.policyServerUnresolved,
      errorCodes.policyServerCertificateUntrusted,
      errorCodes.evaluationTimeout,
    ],
  },
  [errorCodes.policyServerUnresolved]: {
    title: 'The address of a policy server is not known',
    meaning:
      'A policy names a policy server whose Service cannot be told: there is no such PolicyServer, it has no Service or several, or they may not be listed.',
    detection:
      'PolicyServers, and Services with the label app.kubernetes.io/instance in the Kubewarden namespace, are listed once when the scan starts.',
    effect: `The policies of this server give \`error\` results with this reason, never a pass, and no stored report about the types of these policies is deleted. ${incompleteScan}`,
    fixes: [
      {
        step: 'See whether the PolicyServer exists; the name is in the message, the policy has it in spec.policyServer.',
        commands: ['kubectl get policyservers'],
      },
      {
        step: 'See whether there is exactly one Service for it.',
        commands: ['kubectl -n kubewarden get services -l app.kubernetes.io/instance=policy-server-NAME'],
      },
      {
        step: 'If Kubewarden runs in another namespace, name it.',
        commands: ['audit-scanner scan --kubewarden-namespace NAMESPACE'],
      },
      {
        step: 'If listing is not allowed, allow it.',
        commands: [
          'audit-scanner rbac --missing --as system:serviceaccount:kubewarden:audit-scanner | kubectl apply -f -',
        ],
      },
    ],
    related: [errorCodes.policyServerUnreachable, errorCodes.listForbidden],
  },
  [errorCodes.evaluationTimeout]: {
    title: 'An evaluation took too long',
    meaning:
      'The policy server took the request but gave no complete answer in time: the policy is slow, or the server has more to do than it can.',
    detection:
      "The limit is the policy's own timeoutSeconds plus 5 seconds for the way. It is not tried again, as that would only add to the load. Once nobody got an answer from the server for 30 seconds, evaluations fail at once, and one try per second finds out whether it answers again.",
    effect: errorResults,
    fixes: [
      { step: 'Have fewer evaluations in flight.', commands: ['audit-scanner scan --load gentle'] },
      {
        step: 'Give the policy server more replicas or more CPU.',
        commands: [
          `kubectl patch policyserver NAME --type=merge -p '{"spec":{"replicas":3}}'`,
          'kubectl -n kubewarden top pods',
        ],
      },
      {
        step: 'Give the policy more time, if it asks other servers (30 is the most).',
        commands: [
          `kubectl patch clusteradmissionpolicy POLICY --type=merge -p '{"spec":{"timeoutSeconds":30}}'`,
        ],
      },
      { step: 'See what the server says about it.', commands: [serverLogs] },
    ],
    related: [errorCodes.policyServerError, errorCodes.policyServerUnreachable],
  },
  [errorCodes.policyServerCertificateUntrusted]: {
    title: 'The certificate of a policy server is not accepted',
    meaning:
      'The policy server showed a certificate that does not prove who it is: its authority is not known, it was issued for another name, or it is outside its dates.',
    detection:
      'The certificate was checked after the TLS handshake, against the authorities of the system and of --extra-ca. No object was sent.',
    effect: errorResults,
    fixes: [
      {
        step: "If its authority is not known, trust Kubewarden's own.",
        commands: [fetchCa, 'audit-scanner scan --extra-ca ca.crt'],
      },
      {
        step: 'If it is for another name, use that name. Through a port-forward, give this machine an entry for it.',
        commands: [
          'echo "127.0.0.1 policy-server-NAME.kubewarden.svc" | sudo tee -a /etc/hosts',
          'audit-scanner scan --policy-server-url https://policy-server-NAME.kubewarden.svc:3000 --extra-ca ca.crt',
        ],
      },
      {
        step: 'If it has expired, check the clock of this machine, then let the controller renew it.',
        commands: ['date -u', 'kubectl -n kubewarden rollout restart deployment kubewarden-controller'],
      },
      {
        step: 'For debugging only, do not check it at all.',
        commands: ['audit-scanner scan --insecure-skip-tls-verify'],
      },
    ],
    related: [
      errorCodes.clientCertificateRefused,
      errorCodes.fileUnreadable,
      errorCodes.policyServerUnreachable,
    ],
  },
  [errorCodes.policyServerCertificateExpiresSoon]: {
    title: 'The certificate of a policy server ends soon',
    meaning:
      'The certificate that the policy server shows has less than 30 days left, or has already expired. The controller of Kubewarden renews it; one that is this old means that it does not.',
    detection: '`doctor` opens a TLS connection of its own and looks at the certificate.',
    effect:
      'None yet: this is a warning of `doctor`. After the last day every evaluation on this server fails with AS-4111, and so does the admission of objects.',
    fixes: [
      {
        step: 'See why the controller does not renew it, and restart it.',
        commands: [
          'kubectl -n kubewarden logs deployment/kubewarden-controller --tail=100',
          'kubectl -n kubewarden rollout restart deployment kubewarden-controller',
        ],
      },
      {
        step: 'If it was renewed, the policy server has to load it.',
        commands: ['kubectl -n kubewarden rollout restart deployment policy-server-NAME'],
      },
    ],
    related: [errorCodes.policyServerCertificateUntrusted, errorCodes.certificateExpiresSoon],
  },
  [errorCodes.endpointsUnusable]: {
    title: 'Connections to a policy server are not kept',
    meaning:
      'With `--connections balanced` the scanner connects to the Pods behind a policy server, as its EndpointSlices name them. Here it cannot: it may not list them, their network cannot be reached from where it runs, a proxy stands between, or `--policy-server-url` names an address that has no endpoints.',
    detection:
      'Before the first evaluation the EndpointSlices were listed and up to five endpoints were connected to, for two seconds each. None took a connection with the certificate of the policy server, while its Service did.',
    effect:
      'Each evaluation has a connection of its own, through the Service. That costs more, and the results are the same; the exit code stays as it is.',
    fixes: [
      {
        step: 'If listing is forbidden, grant it.',
        commands: ['audit-scanner rbac --connections balanced --missing | kubectl apply -f -'],
      },
      {
        step: 'From outside of the cluster the Pods cannot be reached: run the scanner in it, or leave the flag out.',
        commands: ['audit-scanner scan --connections per-request'],
      },
      {
        step: 'Inside, see which endpoints there are, and whether a NetworkPolicy keeps the scanner from them.',
        commands: [
          'kubectl -n kubewarden get endpointslices -l kubernetes.io/service-name=policy-server-NAME',
          'kubectl -n kubewarden get networkpolicies',
        ],
      },
    ],
    related: [errorCodes.endpointUntrusted, errorCodes.listForbidden, errorCodes.policyServerUnreachable],
  },
  [errorCodes.endpointUntrusted]: {
    title: 'An endpoint of a policy server is somebody else',
    meaning:
      "An EndpointSlice of the policy server's Service names an address that shows a certificate which is not that of the Service. A Pod may have ended and its address may be that of another one; or somebody wrote an EndpointSlice who should not.",
    detection:
      'The certificate was checked after the TLS handshake, by the name of the Service. No object was sent.',
    effect:
      'The endpoint is left out and tried again after a minute. Its evaluations go to the others; the exit code stays as it is.',
    fixes: [
      {
        step: 'See whose address it is, and who wrote the EndpointSlice.',
        commands: [
          'kubectl get pods -A -o wide | grep ADDRESS',
          'kubectl -n kubewarden get endpointslices -l kubernetes.io/service-name=policy-server-NAME -o yaml --show-managed-fields',
        ],
      },
      {
        step: 'If it is a replica with an old certificate, restart the policy server.',
        commands: ['kubectl -n kubewarden rollout restart deployment policy-server-NAME'],
      },
    ],
    related: [errorCodes.policyServerCertificateUntrusted, errorCodes.endpointsUnusable],
  },
  [errorCodes.clientCertificateRefused]: {
    title: 'A policy server does not accept our client certificate',
    meaning:
      'The policy server wants to know who asks (mutual TLS), and the scanner showed no certificate, an expired one, or one of an authority that the server does not know.',
    detection: 'The policy server ended the TLS connection with an alert about the certificate.',
    effect: errorResults,
    fixes: [
      {
        step: "Give the scanner's own certificate.",
        commands: [
          "kubectl -n kubewarden get secret kubewarden-audit-scanner-client-cert -o jsonpath='{.data.tls\\.crt}' | base64 -d > tls.crt",
          "kubectl -n kubewarden get secret kubewarden-audit-scanner-client-cert -o jsonpath='{.data.tls\\.key}' | base64 -d > tls.key",
          'audit-scanner scan --client-cert tls.crt --client-key tls.key',
        ],
      },
      {
        step: 'See whether it has expired. Nothing renews the one of the Kubewarden chart: delete the Secret and upgrade the release.',
        commands: ['openssl x509 -noout -issuer -dates -in tls.crt'],
      },
      {
        step: 'See which authorities the server takes certificates from.',
        commands: [
          'kubectl -n kubewarden get deployment policy-server-NAME -o yaml | grep -A1 KUBEWARDEN_CLIENT_CA_FILE',
        ],
      },
    ],
    related: [errorCodes.certificateExpiresSoon, errorCodes.policyServerCertificateUntrusted],
  },
} satisfies ManualChapter;
