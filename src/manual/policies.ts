import { errorCodes } from '../domain/index.ts';
import { errorResults, incompleteScan, type ManualChapter, serverLogs, serverStatus } from './entry.ts';

/** What policy servers answer, and policies that cannot be audited. */
export const policies = {
  [errorCodes.evaluationFailed]: {
    title: 'A policy could not be evaluated',
    meaning:
      'The policy server answered that it could not evaluate the policy on this object: wrong settings, a defect of the policy, or a limit that it ran into. The message quotes the policy server.',
    detection: 'The response has the status code 500, which neither accepts nor rejects the object.',
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
        step: 'If it fails on some objects only, report them to the author of the policy.',
        commands: ['audit-scanner scan --policy POLICY --show error -o wide'],
      },
    ],
    related: [errorCodes.policyServerError, errorCodes.evaluationTimeout],
  },
  [errorCodes.policyNotLoaded]: {
    title: 'The policy server has not loaded a policy',
    meaning: 'The policy is active in the Kubernetes API, but its policy server has not loaded it.',
    detection: 'The policy server answered 404 to a request for this policy.',
    effect: errorResults,
    fixes: [
      {
        step: 'Wait until the policy server has been restarted with the policy, then run the scan again.',
        commands: [serverStatus],
      },
      {
        step: 'With --policy-server-url every policy is asked at that one server. Select the policies that it has loaded.',
        commands: [
          'audit-scanner policies',
          'audit-scanner scan --policy-server-url https://localhost:3000 --policy NAME',
        ],
      },
      { step: 'See in its log whether it failed to load the policy.', commands: [serverLogs] },
    ],
    related: [errorCodes.policyServerUnresolved, errorCodes.requestRefused],
  },
  [errorCodes.requestRefused]: {
    title: 'A policy server refused the request',
    meaning:
      'The policy server, or a proxy or service mesh in front of it, answered that the request itself is wrong (HTTP 4xx), or redirected it (HTTP 3xx), which audit-scanner does not follow.',
    detection: 'The HTTP status of the answer, which the message gives. The request is not retried.',
    effect: errorResults,
    fixes: [
      {
        step: 'If the status is 413, the object is larger than the server accepts; large managedFields or annotations are often the reason.',
        commands: ['kubectl -n NAMESPACE get KIND OBJECT -o json --show-managed-fields | wc -c'],
      },
      {
        step: 'If it is 401, 403, 404 or a redirect, something other than the policy server answers: check --policy-server-url, proxies and the rules of the service mesh.',
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
    title: 'A policy server sent an invalid answer',
    meaning:
      'There was an answer, but it is not a verdict on the request: it is not HTTP, not JSON, has no verdict, belongs to another request, or is larger than 4 MiB.',
    detection: 'Each answer is checked before it counts; anything that is not clearly a verdict is an error.',
    effect: errorResults,
    fixes: [
      {
        step: 'Check that a policy server answers at the address, and not another service, a login page or a proxy.',
        commands: ['curl -ksi -X POST https://localhost:3000/audit/POLICY | head -20'],
      },
      {
        step: 'Check the log of the server, and its version.',
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
      'The policy server, or a proxy in front of it, could not handle the request: HTTP 5xx, or 429 for too many requests.',
    detection:
      'The HTTP status of the answer. Requests that get 429, 502, 503 or 504 are tried three times, no earlier than the server asks for; other statuses are not retried.',
    effect: errorResults,
    fixes: [
      { step: 'Check the log of the server; the reason of a 500 is only there.', commands: [serverLogs] },
      {
        step: 'See whether its Pods restart, for example because they run out of memory.',
        commands: ['kubectl -n kubewarden get pods', 'kubectl -n kubewarden describe pod POD'],
      },
      {
        step: 'Allow fewer concurrent evaluations, or add replicas.',
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
      'The policy has matchConditions, and one of their CEL expressions cannot be evaluated for this object, for example because it reads a field that the object does not have, while no other condition is false. With failurePolicy Fail the API server refuses such an object without asking the policy.',
    detection: 'The expression ended with the error in the message.',
    effect: errorResults,
    fixes: [
      {
        step: 'Test for the field before reading it: `has(object.spec.replicas) && object.spec.replicas > 1`.',
        commands: ['kubectl get clusteradmissionpolicy POLICY -o jsonpath="{.spec.matchConditions}"'],
      },
      {
        step: 'If such objects should pass unchecked, set failurePolicy to Ignore; the audit then skips them and says so.',
        commands: ['kubectl edit clusteradmissionpolicy POLICY'],
      },
    ],
    related: [errorCodes.policyInvalid, errorCodes.evaluationFailed],
  },
  [errorCodes.policyInvalid]: {
    title: 'A policy cannot be audited',
    meaning:
      'Part of the policy cannot be used: a field has the wrong type, a selector is not valid, or its rules name API groups that do not answer at the moment.',
    detection:
      'Every policy is checked when it is read, and its selectors and rules before anything is listed.',
    effect: `This policy is not audited; the others are. No report that may hold a result of it is deleted; if its rules cannot be read, that means no report at all. Reports with results of other policies are written without it. ${incompleteScan}`,
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
        step: 'If it should not be audited at all, say so in the policy.',
        commands: [
          `kubectl patch clusteradmissionpolicy POLICY --type=merge -p '{"spec":{"backgroundAudit":false}}'`,
        ],
      },
    ],
    related: [errorCodes.discoveryFailed, errorCodes.nothingToScan],
  },
  [errorCodes.policyNotPure]: {
    title: 'A policy contradicts its earlier verdict',
    meaning:
      'With --reuse-results, verdicts of policies that depend on nothing but the request are reused as long as nothing has changed. This policy got the same request for an object again and gave a different verdict or message. So it depends on more than the request (the time, a registry, other objects), or its module was replaced under the same tag.',
    detection:
      'A sample of what could be reused is evaluated anyway (--verify-sample), and so is everything that has reached the age limit; each answer is compared with the stored one.',
    effect: `The new answer is stored. Nothing from this policy is reused for the rest of this run or in the next one. Results reused earlier in this run may be wrong, so its checks count as looked at in part. ${incompleteScan}`,
    fixes: [
      {
        step: 'If it depends on more than the request, declare that: it is then asked about everything.',
        commands: [
          'kubectl annotate clusteradmissionpolicy POLICY audit-scanner.io/pure=false',
          "audit-scanner scan --store --reuse-results 24h --pure-policies '*,!POLICY'",
        ],
      },
      {
        step: 'If its module was replaced, the next run gets everything right. Refer to modules by digest, so that a new module is a change of the policy.',
        commands: ["kubectl get clusteradmissionpolicy POLICY -o jsonpath='{.spec.module}'"],
      },
    ],
    related: [errorCodes.verdictDoubtful, errorCodes.runRecordUnusable],
  },
} satisfies ManualChapter;
