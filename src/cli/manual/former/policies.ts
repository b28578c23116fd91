import { errorCodes } from '../../../domain/errors.ts';
import type { ManualPage } from '../page.ts';

export const policyPages = {
  [errorCodes.policyServerUnreachable]: {
    title: 'a policy server cannot be reached',
    meaning:
      'Its policies were not evaluated. The results are `error`, never `pass`. The scan is incomplete.',
    evidence:
      'No connection could be made, or it broke before the answer was complete; retries did not help.',
    remedies: [
      'kubectl -n kubewarden get pods -l app.kubernetes.io/component=policy-server',
      'From outside of the cluster: kubectl -n kubewarden port-forward svc/policy-server-default 3000:443, then --policy-server-url https://localhost:3000',
      'Check the NetworkPolicies of the namespace',
    ],
    related: [errorCodes.policyServerUnresolved, errorCodes.evaluationTimeout],
  },
  [errorCodes.policyServerUnresolved]: {
    title: 'a policy server has no address',
    meaning: 'Policies that run on it were not evaluated.',
    evidence:
      'The PolicyServer or its Service is missing, or there is more than one Service with the label app.kubernetes.io/instance=policy-server-NAME.',
    remedies: [
      'kubectl get policyservers',
      'kubectl -n kubewarden get services --show-labels',
      '--kubewarden-namespace',
    ],
    related: [errorCodes.policyServerUnreachable],
  },
  [errorCodes.evaluationTimeout]: {
    title: 'a policy server did not answer in time',
    meaning: 'The evaluations without an answer are `error` results. The scan is incomplete.',
    evidence: 'The deadline follows timeoutSeconds of the policy, plus a margin for queueing.',
    remedies: [
      'Less at once: a lower --concurrency',
      'More replicas or CPU for the policy server',
      'A higher timeoutSeconds of the policy',
    ],
    related: [errorCodes.policyServerUnreachable, errorCodes.policyServerError],
  },
  [errorCodes.policyServerCertificateUntrusted]: {
    title: 'the certificate of a policy server is not trusted',
    meaning: 'Nothing was sent to it. Its policies were not evaluated.',
    evidence: 'The certificate is signed by an unknown CA, has expired, or is for another name.',
    remedies: [
      "kubectl -n kubewarden get secret kubewarden-ca -o jsonpath='{.data.ca\\.crt}' | base64 -d > ca.crt, then --extra-ca ca.crt",
      'Expired: kubectl -n kubewarden rollout restart deployment kubewarden-controller, and check the clock',
      '--insecure-skip-tls-verify only for debugging',
    ],
    related: [errorCodes.clientCertificateRefused],
  },
  [errorCodes.clientCertificateRefused]: {
    title: 'a policy server refuses our client certificate',
    meaning: 'The policy server asks for a client certificate, and none or a wrong one was shown.',
    evidence: 'It ended the TLS connection with an alert about the certificate.',
    remedies: [
      '--client-cert and --client-key, from the Secret kubewarden-audit-scanner-client-cert',
      'See whether it has expired: openssl x509 -noout -dates -in FILE',
    ],
    related: [errorCodes.certificateExpiresSoon, errorCodes.policyServerCertificateUntrusted],
  },
  [errorCodes.evaluationFailed]: {
    title: 'a policy could not be evaluated',
    meaning: 'The policy server ran the policy, and it did not come to a verdict. The result is `error`.',
    evidence: 'The answer has the status code 500: a time limit, invalid settings, or a fault in the policy.',
    remedies: [
      'The message of the result is what the policy server says',
      'kubectl -n kubewarden logs -l app.kubernetes.io/component=policy-server',
      'kubectl get clusteradmissionpolicies NAME -o yaml, and compare spec.settings with its documentation',
    ],
    related: [errorCodes.evaluationTimeout],
  },
  [errorCodes.policyNotLoaded]: {
    title: 'a policy server does not know a policy',
    meaning: 'The policy is active in the API, and its server has not loaded it. The results are `error`.',
    evidence: 'The policy server answered 404.',
    remedies: [
      'Run it again: the policy server may just be restarting',
      'kubectl -n kubewarden logs -l app.kubernetes.io/component=policy-server',
    ],
    related: [errorCodes.policyServerError],
  },
  [errorCodes.requestRefused]: {
    title: 'a policy server refused a request',
    meaning: 'The object could not be evaluated. The result is `error`.',
    evidence:
      'The policy server, or a proxy before it, answered with a redirect or with 4xx: 413 is an object of more than 2 MiB.',
    remedies: ['413: make the object smaller', 'Check --policy-server-url', '422: try --compat-request'],
    related: [errorCodes.answerMalformed],
  },
  [errorCodes.answerMalformed]: {
    title: 'an answer makes no sense',
    meaning:
      'What came back is no verdict about the object that was sent, so the result is `error`, never `pass`.',
    evidence: 'The answer is not JSON, lacks a response, or is about another request.',
    remedies: ['Check that --policy-server-url is a policy server, and not a proxy or another service'],
    related: [errorCodes.requestRefused],
  },
  [errorCodes.policyServerError]: {
    title: 'a policy server failed',
    meaning: 'The evaluations without a verdict are `error` results. The scan is incomplete.',
    evidence: 'It answered with a 5xx status or 429, also after the retries where those make sense.',
    remedies: [
      'kubectl -n kubewarden logs -l app.kubernetes.io/component=policy-server',
      'Less at once: a lower --concurrency',
    ],
    related: [errorCodes.evaluationFailed, errorCodes.evaluationTimeout],
  },
  [errorCodes.policyInvalid]: {
    title: 'a policy cannot be audited as it is written',
    meaning: 'This policy was not evaluated; the others were. Reports that it may be part of were kept.',
    evidence:
      'A selector has an operator that Kubernetes does not know, or the object lacks fields of a policy.',
    remedies: ['The message names the field', 'kubectl explain clusteradmissionpolicy.spec'],
    related: [errorCodes.nothingToScan],
  },
} as const satisfies Partial<Record<string, ManualPage>>;
