import { z } from 'zod';
import {
  AuditError,
  type AuditedObject,
  type ErrorCode,
  type EvaluationOutcome,
  errorCodes,
  NoAnswerError,
} from '../../domain/index.ts';
import { type HttpAnswer, readRetryAfter } from '../../net/index.ts';
import { parseJson, toOneLine } from '../../text/index.ts';
import { TransientError, tidyErrorText, toOutcome } from '../index.ts';

/** What was asked: the unique name of the policy, the object, and the name of the policy server. */
export type Question = {
  readonly policy: string;
  readonly object: AuditedObject;
  readonly server: string;
};

/** What counts of an AdmissionReview; Go writes absent fields as null. */
const answerSchema = z.object({
  response: z.object({
    uid: z.string(),
    allowed: z.boolean(),
    status: z.object({ message: z.string().nullish(), code: z.number().nullish() }).nullish(),
  }),
});

/**
 * Reads the answer of a policy server. Whatever is not clearly a verdict is `errored`: with a NoAnswerError where it is not what a
 * policy server says, because then something between us and it has answered. `now` is in milliseconds since 1970. */
export function interpretAnswer(
  answer: HttpAnswer,
  question: Question,
  now: () => number,
): EvaluationOutcome {
  if (answer.status !== 200) return { verdict: 'errored', error: toStatusError(answer, question, now) };
  const review = parseJson(answer.body);
  if (review === undefined) return malformed(question, 'it is not JSON');
  const { data, error } = answerSchema.safeParse(review);
  if (error !== undefined) return malformed(question, describe(error.issues[0]));
  const { uid, allowed, status } = data.response;
  if (uid !== question.object.reference.uid) return malformed(question, 'it is about another request');
  const silent = `policy server "${question.server}" could not evaluate the policy and did not say why (status code 500)`;
  return named(toOutcome({ allowed, status }, { silent, object: question.object }));
}

/** Prefixes of the answers about a policy that a policy server could not start. */
const notStarted: readonly (readonly [start: string, code: ErrorCode])[] = [
  ['Policy settings are invalid: ', errorCodes.policySettingsInvalid],
  ['bootstrap failure: ', errorCodes.policyNotRunnable],
];

/** Tells a policy that was not started from one that failed. */
function named(outcome: EvaluationOutcome): EvaluationOutcome {
  if (outcome.verdict !== 'errored') return outcome;
  const { message } = outcome.error;
  const [, code] = notStarted.find(([start]) => message.startsWith(start)) ?? [];
  return code === undefined ? outcome : { verdict: 'errored', error: new AuditError(code, message) };
}

function describe(issue: z.core.$ZodIssue | undefined): string {
  const field = issue?.path.join('.') || 'it';
  return issue?.code === 'invalid_type'
    ? `${field} is not of type ${issue.expected}`
    : `${field} is not valid`;
}

function malformed({ server }: Question, what: string): EvaluationOutcome {
  const message = `the answer of policy server "${server}" is not an AdmissionReview: ${what}`;
  return { verdict: 'errored', error: new NoAnswerError(errorCodes.answerMalformed, message) };
}

/** Statuses of servers, and of proxies in front of them, that are temporarily unable to answer. */
const busyStatuses: ReadonlySet<number> = new Set([429, 502, 503, 504]);

function toStatusError(
  answer: HttpAnswer,
  { policy, object, server }: Question,
  now: () => number,
): AuditError {
  const { status } = answer;
  const subject = `policy server "${server}"`;
  if (status === 404) return toNotFound(answer, { policy, subject });
  const [code, what] = explainStatus(status);
  const reason = toOneLine(tidyErrorText(reasonOf(answer), object), 300);
  const message = `${subject} ${what} (HTTP ${status})${reason === '' ? '' : `: ${reason}`}`;
  if (!busyStatuses.has(status))
    return isOfPolicyServer(answer) ? new AuditError(code, message) : new NoAnswerError(code, message);
  return new TransientError(code, message, {
    unreachable: false,
    retryAfterMs: readRetryAfter(answer, now()),
  });
}

/** With these a policy server refuses a request that it cannot read, and says in plain text why. */
const refusals: ReadonlySet<number> = new Set([400, 413, 415, 422]);

const apiErrorSchema = z.object({ message: z.string(), status: z.number() });

/** Whether a policy server said it. Its errors are JSON and repeat their status, which no proxy does. */
function isOfPolicyServer({ status, headers, body }: HttpAnswer): boolean {
  const type = String(headers['content-type'] ?? '');
  return (
    (refusals.has(status) && type.startsWith('text/plain')) ||
    apiErrorSchema.safeParse(parseJson(body)).data?.status === status
  );
}

/** Any web server says 404. A policy server says in JSON that it does not know the policy. */
function toNotFound(
  answer: HttpAnswer,
  { policy, subject }: { policy: string; subject: string },
): AuditError {
  if (isOfPolicyServer(answer))
    return new AuditError(
      errorCodes.policyNotLoaded,
      `policy "${policy}" is not loaded by ${subject} (HTTP 404)`,
    );
  const message = `${subject} answered HTTP 404, but not in the way a policy server does for a policy that it has not loaded`;
  return new NoAnswerError(errorCodes.requestRefused, message, {
    facts: ['Something else may answer at this address.'],
  });
}

function explainStatus(status: number): [code: ErrorCode, what: string] {
  if (busyStatuses.has(status)) return [errorCodes.policyServerError, 'is not available'];
  if (status >= 500) return [errorCodes.policyServerError, 'failed'];
  if (status >= 400) return [errorCodes.requestRefused, 'refused the request'];
  if (status >= 300) return [errorCodes.requestRefused, 'answered with a redirect, which is not followed'];
  return [errorCodes.answerMalformed, 'answered without a verdict'];
}

const failureSchema = z.object({ message: z.string() });

/** The server's own words, where it has some for people: HTML pages of proxies say nothing. */
function reasonOf({ headers, body }: HttpAnswer): string {
  const type = String(headers['content-type'] ?? '');
  if (type.startsWith('text/plain')) return body.toString();
  if (!type.startsWith('application/json')) return '';
  return failureSchema.safeParse(parseJson(body)).data?.message ?? '';
}
