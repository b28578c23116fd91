import { errorCodes } from '../domain/index.ts';
import { errorResults, incompleteScan, type ManualChapter, serverLogs, serverStatus } from './entry.ts';

/** What policy servers answer, and policies that cannot be audited. */
export const policies = {
  [errorCodes.evaluationFailed]: {
    title: 'A policy could not be evaluated',
    meaning:
      'The policy server answered that it could not evaluate the policy on this object: wrong settings, a defect of the policy, or a limit that it ran into. The words in the message are those of the policy server.',
    detection: 'The verdict has the status code 500, which is neither an acceptance nor a rejection.',
    effect: errorResults,
    fixes: [
      {
        step: 'Read the message, then what the server logged about the policy.',
        commands: [`${serverLogs} | grep POLICY`],
      },
      {
        step: 'Check the settings of the policy.',
        commands: [
          'kubectl get clusteradmissionpolicy POLICY -o yaml',
          'kubectl describe clusteradmissionpolicy POLICY',
        ],
      },
      {
        step: 'If it fails on some objects only, tell the author of the policy which ones.',
        commands: ['audit-scanner scan --policy POLICY --show error -o wide'],
      },
    ],
    related: [errorCodes.policyServerError, errorCodes.evaluationTimeout],
  },
  [errorCodes.policyNotLoaded]: {
    title: 'The policy server does not know a policy',
    meaning:
      'The policy is active in the Kubernetes API, but the policy server that was asked has not loaded it.',
    detection: 'The policy server answered 404 to a question about this policy.',
    effect: errorResults,
    fixes: [
      {
        step: 'Wait until the policy server has been restarted with the policy, then run the scan again.',
        commands: [serverStatus],
      },
      {
        step: 'With --policy-server-url every policy is asked at that one server. Ask it about its own policies only.',
        commands: [
          'audit-scanner policies',
          'audit-scanner scan --policy-server-url https://localhost:3000 --policy NAME',
        ],
      },
      { step: 'See whether the server failed to load it.', commands: [serverLogs] },
    ],
    related: [errorCodes.policyServerUnresolved, errorCodes.requestRefused],
  },
  [errorCodes.requestRefused]: {
    title: 'A policy server refused the request',
    meaning:
      'The policy server, or a proxy or service mesh before it, answered that the request itself is wrong (HTTP 4xx), or sent us elsewhere (HTTP 3xx), where we do not go.',
    detection: 'The HTTP status of the answer; it is in the message. It is not tried again.',
    effect: errorResults,
    fixes: [
      {
        step: 'If the status is 413, the object is larger than what the server takes; large managedFields or annotations are often the reason.',
        commands: ['kubectl -n NAMESPACE get KIND OBJECT -o json --show-managed-fields | wc -c'],
      },
      {
        step: 'If it is 401, 403, 404 or a redirect, something else than the policy server answers: check --policy-server-url, proxies and the rules of the service mesh.',
        commands: ['env | grep -i _proxy'],
      },
      {
        step: 'If it is 400 or 422, the server does not understand the request: check that it is a policy server, and its version. A server as old as the Go scanner may need its exact request.',
        commands: [serverLogs, 'audit-scanner scan --compat-request'],
      },
    ],
    related: [errorCodes.policyNotLoaded, errorCodes.answerMalformed],
  },
  [errorCodes.answerMalformed]: {
    title: 'The answer of a policy server makes no sense',
    meaning:
      'There was an answer, but it is not a verdict about what was asked: not HTTP, not JSON, without a verdict, about another request, or larger than 4 MiB.',
    detection: 'Each answer is checked before it counts; what is not clearly a verdict is an error.',
    effect: errorResults,
    fixes: [
      {
        step: 'Check that a policy server is behind the address, and not another service, a login page or a proxy.',
        commands: ['curl -ksi -X POST https://localhost:3000/audit/POLICY | head -20'],
      },
      {
        step: 'See what the server says, and its version.',
        commands: [
          serverLogs,
          'kubectl -n kubewarden get deployment policy-server-NAME -o jsonpath={..image}',
        ],
      },
    ],
    related: [errorCodes.requestRefused, errorCodes.policyServerError],
  },
  [errorCodes.policyServerError]: {
    title: 'A policy server failed or is overloaded',
    meaning:
      'The policy server, or a proxy before it, answered that it cannot do it: HTTP 5xx, or 429 for too many requests.',
    detection:
      'The HTTP status of the answer. 429, 502, 503 and 504 are tried three times, as late as the server asks for; other statuses are not tried again.',
    effect: errorResults,
    fixes: [
      { step: 'See what the server says; 500 has its reason only there.', commands: [serverLogs] },
      {
        step: 'See whether its Pods are restarted, out of memory for example.',
        commands: ['kubectl -n kubewarden get pods', 'kubectl -n kubewarden describe pod POD'],
      },
      {
        step: 'Have fewer evaluations in flight, or more replicas.',
        commands: [
          'audit-scanner scan --concurrency 20',
          `kubectl patch policyserver NAME --type=merge -p '{"spec":{"replicas":3}}'`,
        ],
      },
    ],
    related: [errorCodes.evaluationTimeout, errorCodes.evaluationFailed],
  },
  [errorCodes.matchConditionFailed]: {
    title: 'A match condition failed on an object',
    meaning:
      'The policy has matchConditions, and one of their CEL expressions cannot be evaluated for this object, for example because it reads a field that the object does not have. No other condition is false. With failurePolicy Fail the API server refuses such an object without asking the policy.',
    detection: 'The expression ended with the error in the message.',
    effect: errorResults,
    fixes: [
      {
        step: 'Ask for the field before reading it: `has(object.spec.replicas) && object.spec.replicas > 1`.',
        commands: ['kubectl get clusteradmissionpolicy POLICY -o jsonpath="{.spec.matchConditions}"'],
      },
      {
        step: 'If such objects shall pass without being looked at, set failurePolicy to Ignore; the audit then leaves them out and says so.',
        commands: ['kubectl edit clusteradmissionpolicy POLICY'],
      },
    ],
    related: [errorCodes.policyInvalid, errorCodes.evaluationFailed],
  },
  [errorCodes.policyInvalid]: {
    title: 'A policy cannot be audited',
    meaning:
      'The policy in the cluster has a part that cannot be understood: a field of the wrong type, a selector that is not valid, or rules for API groups that do not answer now.',
    detection: 'Every policy is checked when it is read; its selectors and rules before anything is listed.',
    effect: `This policy is not audited; the others are. No report that may hold a result of it is deleted; where its rules cannot be read, that is every report. A report that other policies give is written without it. ${incompleteScan}`,
    fixes: [
      {
        step: 'Correct the field that the message names.',
        commands: [
          'kubectl get clusteradmissionpolicy POLICY -o yaml',
          'kubectl edit clusteradmissionpolicy POLICY',
        ],
      },
      {
        step: 'If an API group does not answer, see AS-3104.',
        commands: ['kubectl get apiservices | grep False'],
      },
      {
        step: 'If it is not to be audited at all, say so in the policy.',
        commands: [
          `kubectl patch clusteradmissionpolicy POLICY --type=merge -p '{"spec":{"backgroundAudit":false}}'`,
        ],
      },
    ],
    related: [errorCodes.discoveryFailed, errorCodes.nothingToScan],
  },
  [errorCodes.policyNotPure]: {
    title: 'A policy takes back what it said before',
    meaning:
      'With --reuse-results, the verdicts of policies that look at nothing but the request are not asked for again while nothing has changed. This policy was asked again about an object, was asked the very same, and gave another verdict or another message. So it looks at more than the request (the time, a registry, other objects), or its module was replaced under the same tag.',
    detection:
      'A share of what could be reused is asked for all the same (--verify-sample), and so is everything whose age is reached; each answer is compared with the stored one.',
    effect: `The new answer is stored. Of this policy nothing is reused for the rest of the run and in the next one. What was reused of it before it was found out may be wrong, so its checks count as looked at in part. ${incompleteScan}`,
    fixes: [
      {
        step: 'If it looks at more than the request, say so: it is asked about everything then.',
        commands: [
          'kubectl annotate clusteradmissionpolicy POLICY audit-scanner.io/pure=false',
          "audit-scanner scan --store --reuse-results 24h --pure-policies '*,!POLICY'",
        ],
      },
      {
        step: 'If its module was replaced, the next run has it all right. Name modules by their digest, so that a change is one of the policy.',
        commands: ["kubectl get clusteradmissionpolicy POLICY -o jsonpath='{.spec.module}'"],
      },
    ],
    related: [errorCodes.verdictDoubtful, errorCodes.runRecordUnusable],
  },
} satisfies ManualChapter;
