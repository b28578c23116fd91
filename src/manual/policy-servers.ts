import { errorCodes } from '../domain/index.ts';
import { errorResults, incompleteScan, type ManualChapter, serverLogs, serverStatus } from './entry.ts';

const fetchCa =
  "kubectl -n kubewarden get secret kubewarden-ca -o jsonpath='{.data.ca\\.crt}' | base64 -d > ca.crt";

/** Reaching the policy servers and trusting each other. */
export const policyServers = {
  [errorCodes.policyServerUnreachable]: {
    title: 'A policy server cannot be reached',
    meaning:
      'audit-scanner could not connect to the policy server, or the connection broke before the answer was complete.',
    detection:
      'Each evaluation is tried three times. While the server answers no request, the scan waits up to 30 seconds for it to come back; after that, evaluations fail at once, and one attempt per second checks whether it is back. The scan does not wait for a name that does not resolve.',
    effect: errorResults,
    fixes: [
      {
        step: 'If "its name does not resolve", you are probably outside the cluster, where names that end in .svc do not resolve. Forward a port.',
        commands: [
          'kubectl -n kubewarden port-forward svc/policy-server-NAME 3000:443 &',
          fetchCa,
          'audit-scanner scan --policy-server-url https://localhost:3000 --extra-ca ca.crt',
        ],
      },
      { step: 'Check that the policy server runs and is ready.', commands: [serverStatus, serverLogs] },
      {
        step: 'If it "does not speak TLS", use an http:// URL.',
        commands: ['audit-scanner scan --policy-server-url http://localhost:3000'],
      },
      {
        step: 'If the proxy refused, exclude the cluster from it.',
        commands: ['export NO_PROXY="$NO_PROXY,.svc"'],
      },
      {
        step: 'If "no local port is left", allow fewer concurrent evaluations.',
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
      'The Service of a policy server cannot be determined: there is no such PolicyServer, it has no Service or several, or listing them is forbidden.',
    detection:
      'PolicyServers, and Services with the label app.kubernetes.io/instance in the Kubewarden namespace, are listed once when the scan starts.',
    effect: `The policies of this server get \`error\` results with this reason, never a pass, and no stored report about the types that they cover is deleted. ${incompleteScan}`,
    fixes: [
      {
        step: 'See whether the PolicyServer exists; its name is in the message, and in spec.policyServer of the policy.',
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
        step: 'If listing is forbidden, grant the permission.',
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
      'The policy server accepted the request but did not finish its answer in time: the policy is slow, or the server is overloaded.',
    detection:
      "The limit is the policy's own timeoutSeconds plus 5 seconds for the transfer. The request is not retried, because that would only add to the load. Once the server has answered no request for 30 seconds, evaluations fail at once, and one attempt per second checks whether it answers again.",
    effect: errorResults,
    fixes: [
      { step: 'Allow fewer concurrent evaluations.', commands: ['audit-scanner scan --load gentle'] },
      {
        step: 'Give the policy server more replicas or more CPU.',
        commands: [
          `kubectl patch policyserver NAME --type=merge -p '{"spec":{"replicas":3}}'`,
          'kubectl -n kubewarden top pods',
        ],
      },
      {
        step: 'If the policy calls other servers, give it more time (30 is the maximum).',
        commands: [
          `kubectl patch clusteradmissionpolicy POLICY --type=merge -p '{"spec":{"timeoutSeconds":30}}'`,
        ],
      },
      { step: 'Check the log of the server.', commands: [serverLogs] },
    ],
    related: [errorCodes.policyServerError, errorCodes.policyServerUnreachable],
  },
  [errorCodes.policyServerCertificateUntrusted]: {
    title: 'The certificate of a policy server is not accepted',
    meaning:
      'The policy server presented a certificate that does not prove its identity: its authority is not known, it was issued for another name, or it is expired or not yet valid.',
    detection:
      'The certificate was checked after the TLS handshake, against the authorities of the system and of --extra-ca. No object was sent.',
    effect: errorResults,
    fixes: [
      {
        step: "If its authority is not known, trust Kubewarden's own.",
        commands: [fetchCa, 'audit-scanner scan --extra-ca ca.crt'],
      },
      {
        step: 'If it was issued for another name, use that name. Through a port-forward, add a hosts entry for it on this machine.',
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
        step: 'For debugging only, skip the check.',
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
    title: 'The certificate of a policy server expires soon',
    meaning:
      'The certificate that the policy server presents has less than 30 days left, or has already expired. The Kubewarden controller should have renewed it by now.',
    detection: '`doctor` opens a TLS connection of its own and looks at the certificate.',
    effect:
      'None yet: this is a warning of `doctor`. Once the certificate has expired, every evaluation on this server fails with AS-4111, and so does the admission of objects.',
    fixes: [
      {
        step: 'See why the controller does not renew it, and restart it.',
        commands: [
          'kubectl -n kubewarden logs deployment/kubewarden-controller --tail=100',
          'kubectl -n kubewarden rollout restart deployment kubewarden-controller',
        ],
      },
      {
        step: 'If it was renewed, restart the policy server so that it loads the new one.',
        commands: ['kubectl -n kubewarden rollout restart deployment policy-server-NAME'],
      },
    ],
    related: [errorCodes.policyServerCertificateUntrusted, errorCodes.certificateExpiresSoon],
  },
  [errorCodes.endpointsUnusable]: {
    title: 'Connections to a policy server cannot be reused',
    meaning:
      'With `--connections balanced` the scanner connects directly to the Pods of a policy server, which it finds in EndpointSlices. Here it cannot: it is not allowed to list them, their network is not reachable from where it runs, a proxy is in between, or `--policy-server-url` names an address that has no endpoints.',
    detection:
      'Before the first evaluation the scanner listed the EndpointSlices and tried to connect to up to five endpoints, for two seconds each. None accepted a connection with the certificate of the policy server, but its Service did.',
    effect:
      'Each evaluation uses a connection of its own, through the Service. That costs more, but the results and the exit code are the same.',
    fixes: [
      {
        step: 'If listing is forbidden, grant it.',
        commands: ['audit-scanner rbac --connections balanced --missing | kubectl apply -f -'],
      },
      {
        step: 'From outside the cluster the Pods cannot be reached: run the scanner inside, or leave the flag out.',
        commands: ['audit-scanner scan --connections per-request'],
      },
      {
        step: 'Inside, check the endpoints, and whether a NetworkPolicy blocks the scanner.',
        commands: [
          'kubectl -n kubewarden get endpointslices -l kubernetes.io/service-name=policy-server-NAME',
          'kubectl -n kubewarden get networkpolicies',
        ],
      },
    ],
    related: [errorCodes.endpointUntrusted, errorCodes.listForbidden, errorCodes.policyServerUnreachable],
  },
  [errorCodes.endpointUntrusted]: {
    title: 'An endpoint presents the wrong certificate',
    meaning:
      "An EndpointSlice of the policy server's Service lists an address that presents a certificate for something other than the Service. The Pod may have ended and another one may have taken over its address; or somebody tampered with the EndpointSlice.",
    detection:
      'The certificate was checked against the name of the Service after the TLS handshake. No object was sent.',
    effect:
      'The endpoint is skipped and tried again after a minute. The other endpoints take over its evaluations; the exit code does not change.',
    fixes: [
      {
        step: 'Find out which Pod has the address, and who wrote the EndpointSlice.',
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
    title: 'A policy server rejects the client certificate',
    meaning:
      'The policy server requires a client certificate (mutual TLS), and the scanner presented none, an expired one, or one from an authority that the server does not trust.',
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
        step: 'See which authority the server trusts for client certificates.',
        commands: [
          'kubectl -n kubewarden get deployment policy-server-NAME -o yaml | grep -A1 KUBEWARDEN_CLIENT_CA_FILE',
        ],
      },
    ],
    related: [errorCodes.certificateExpiresSoon, errorCodes.policyServerCertificateUntrusted],
  },
} satisfies ManualChapter;
