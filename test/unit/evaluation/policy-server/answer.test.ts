import { describe, expect, it } from 'vitest';
import { NoAnswerError } from '../../../../src/domain/errors.ts';
import { interpretAnswer } from '../../../../src/evaluation/policy-server/answer.ts';
import { TransientError } from '../../../../src/evaluation/transient-error.ts';
import { anObject, pods } from '../../../support/builders.ts';

const object = anObject(pods, 'shop/web', { uid: 'u-1' });
const question = { policy: 'clusterwide-p', object, server: 'default' };
const now = () => Date.UTC(2026, 10, 24, 12, 0, 0);

function interpret(status: number, body: string, headers: Record<string, string> = {}) {
  return interpretAnswer({ status, body: Buffer.from(body), headers }, question, now);
}

/** The answer of a policy server with this response; the UID is right unless said otherwise. */
function interpretResponse(response: object) {
  return interpret(200, JSON.stringify({ response: { uid: 'u-1', ...response } }));
}

function errorOf(outcome: ReturnType<typeof interpretAnswer>) {
  return outcome.verdict === 'errored'
    ? { code: outcome.error.code, message: outcome.error.message }
    : outcome.verdict;
}

describe('interpretAnswer with HTTP 200', () => {
  it.each([
    [{ allowed: true }, { verdict: 'allowed', message: undefined }],
    [
      { allowed: true, status: null },
      { verdict: 'allowed', message: undefined },
    ],
    [
      { allowed: true, status: { message: 'fine', code: null } },
      { verdict: 'allowed', message: 'fine' },
    ],
    [
      { allowed: true, patchType: 'JSONPatch', patch: 'W10=', warnings: ['w'], auditAnnotations: { a: 'b' } },
      { verdict: 'allowed', message: undefined },
    ],
    [
      { allowed: false, status: { message: 'no', code: 400 } },
      { verdict: 'denied', message: 'no' },
    ],
    [
      { allowed: false, status: { message: 'group', details: { causes: [{ message: 'member' }] } } },
      { verdict: 'denied', message: 'group' },
    ],
    [{ allowed: false }, { verdict: 'denied', message: undefined }],
    [
      { allowed: false, status: { code: 501 } },
      { verdict: 'denied', message: undefined },
    ],
  ])('reads %j', (response, outcome) => {
    expect(interpretResponse(response)).toEqual(outcome);
  });

  it.each([
    ['Policy settings are invalid: no labels', 'AS-4402'],
    ['bootstrap failure: clusterwide-p: no module', 'AS-4401'],
    ['took too long', 'AS-4201'],
  ])('tells a policy that was not started from one that fails: %s', (message, code) => {
    expect(errorOf(interpretResponse({ allowed: false, status: { code: 500, message } }))).toEqual({
      code,
      message,
    });
    expect(errorOf(interpretResponse({ allowed: false, status: { code: 400, message } }))).toBe('denied');
  });

  it.each([true, false])('takes status code 500 as a failed evaluation, with allowed: %s', (allowed) => {
    const message = 'Policy execution interrupted because it exceeded the allowed execution time';
    expect(errorOf(interpretResponse({ allowed, status: { code: 500, message } }))).toEqual({
      code: 'AS-4201',
      message,
    });
  });

  it('says that there was no reason when the policy gave none', () => {
    expect(errorOf(interpretResponse({ allowed: false, status: { code: 500 } }))).toEqual({
      code: 'AS-4201',
      message: 'policy server "default" could not evaluate the policy and did not say why (status code 500)',
    });
  });

  it.each([
    ['', 'it is not JSON'],
    ['<html></html>', 'it is not JSON'],
    ['{"response":{"uid":"u-1","allowed":true}', 'it is not JSON'],
    ['null', 'it is not of type object'],
    ['[]', 'it is not of type object'],
    ['"allowed"', 'it is not of type object'],
    ['{}', 'response is not of type object'],
    ['{"response":null}', 'response is not of type object'],
    ['{"response":[]}', 'response is not of type object'],
    ['{"response":{"allowed":true}}', 'response.uid is not of type string'],
    ['{"response":{"uid":"u-1"}}', 'response.allowed is not of type boolean'],
    ['{"response":{"uid":"u-1","allowed":"true"}}', 'response.allowed is not of type boolean'],
    ['{"response":{"uid":"u-1","allowed":true,"status":"x"}}', 'response.status is not of type object'],
    [
      '{"response":{"uid":"u-1","allowed":true,"status":{"message":1}}}',
      'response.status.message is not of type string',
    ],
    [
      '{"response":{"uid":"u-1","allowed":true,"status":{"code":"500"}}}',
      'response.status.code is not of type number',
    ],
    ['{"response":{"uid":"u-2","allowed":true}}', 'it is about another request'],
  ])('never takes %s for a verdict', (body, reason) => {
    expect(errorOf(interpret(200, body))).toEqual({
      code: 'AS-4205',
      message: `the answer of policy server "default" is not an AdmissionReview: ${reason}`,
    });
  });
});

describe('interpretAnswer with another status', () => {
  const text = { 'content-type': 'text/plain; charset=utf-8' };
  const json = { 'content-type': 'application/json' };
  const html = { 'content-type': 'text/html' };

  it.each([
    [
      404,
      '{"message":"unknown policy: clusterwide-p","status":404}',
      json,
      'AS-4203',
      'policy "clusterwide-p" is not loaded by policy server "default" (HTTP 404)',
    ],
    [
      413,
      'length limit exceeded',
      text,
      'AS-4204',
      'policy server "default" refused the request (HTTP 413): length limit exceeded',
    ],
    [
      422,
      'missing field\n `uid`\u001b[31m\u202e',
      text,
      'AS-4204',
      'policy server "default" refused the request (HTTP 422): missing field `uid` [31m',
    ],
    [400, '', text, 'AS-4204', 'policy server "default" refused the request (HTTP 400)'],
    [401, '<html>', html, 'AS-4204', 'policy server "default" refused the request (HTTP 401)'],
    [
      500,
      '{"message":"Something went wrong","status":500}',
      json,
      'AS-4206',
      'policy server "default" failed (HTTP 500): Something went wrong',
    ],
    [500, '{"message":5}', json, 'AS-4206', 'policy server "default" failed (HTTP 500)'],
    [500, 'not json', json, 'AS-4206', 'policy server "default" failed (HTTP 500)'],
    [502, '<html>502</html>', html, 'AS-4206', 'policy server "default" is not available (HTTP 502)'],
    [429, 'slow down', text, 'AS-4206', 'policy server "default" is not available (HTTP 429): slow down'],
    [
      307,
      '',
      {},
      'AS-4204',
      'policy server "default" answered with a redirect, which is not followed (HTTP 307)',
    ],
    [
      204,
      '{"response":{"uid":"u-1","allowed":true}}',
      json,
      'AS-4205',
      'policy server "default" answered without a verdict (HTTP 204)',
    ],
  ])('explains %i with %j', (status, body, headers, code, message) => {
    expect(errorOf(interpret(status, body, headers))).toEqual({ code, message });
  });

  it('shortens what the server says to 300 characters', () => {
    const { message } = errorOf(interpret(400, 'x'.repeat(1000), text)) as { message: string };
    expect(message).toBe(`policy server "default" refused the request (HTTP 400): ${'x'.repeat(299)}…`);
  });

  it.each([429, 502, 503, 504])('lets %i be tried again, by a server that is there', (status) => {
    const outcome = interpret(status, '');
    const error = outcome.verdict === 'errored' ? outcome.error : undefined;
    expect(error).toBeInstanceOf(TransientError);
    expect(error).toMatchObject({ unreachable: false, retryAfterMs: 0 });
  });

  it.each([
    '<h1>Not Found</h1>',
    '{"kind":"Status","status":"Failure","message":"not found","code":404}',
    '{"message":"gone","status":410}',
  ])('does not take the 404 of something else for that of a policy server: %s', (body) => {
    expect(errorOf(interpret(404, body, json))).toMatchObject({
      code: 'AS-4204',
      message:
        'policy server "default" answered HTTP 404, but not in the way a policy server does for a policy that it has not loaded',
    });
  });

  it.each([400, 404, 413, 500, 501])('does not let %i be tried again', (status) => {
    const outcome = interpret(status, '');
    expect(outcome.verdict === 'errored' && outcome.error).not.toBeInstanceOf(TransientError);
  });

  it.each([
    ['7', 7000],
    ['Tue, 24 Nov 2026 12:00:05 GMT', 5000],
    ['Tue, 24 Nov 2026 11:00:00 GMT', 0],
    ['soon', 0],
  ])('reads Retry-After: %s', (value, retryAfterMs) => {
    const outcome = interpret(503, '', { 'retry-after': value });
    expect(outcome).toMatchObject({ verdict: 'errored', error: { retryAfterMs } });
  });
});

describe('an error', () => {
  const apiError = (status: number) => JSON.stringify({ message: 'Something went wrong', status });
  const json = { 'content-type': 'application/json' };
  const text = { 'content-type': 'text/plain; charset=utf-8' };
  const isAnswer = (outcome: ReturnType<typeof interpretAnswer>) =>
    outcome.verdict === 'errored' && !(outcome.error instanceof NoAnswerError);

  it.each<[string, number, string, Record<string, string>]>([
    ['a policy that failed', 200, '{"response":{"uid":"u-1","allowed":false,"status":{"code":500}}}', json],
    ['an unknown policy', 404, apiError(404), json],
    ['a server that failed', 500, apiError(500), json],
    ['a request of the wrong shape', 422, 'missing field `uid`', text],
    ['a request that is too large', 413, 'length limit exceeded', text],
  ])('is an answer when it comes from the policy or its server: %s', (_, status, body, headers) => {
    expect(isAnswer(interpret(status, body, headers))).toBe(true);
  });

  it.each<[string, number, string, Record<string, string>]>([
    ['a page in place of a verdict', 200, '<html></html>', { 'content-type': 'text/html' }],
    ['JSON of something else', 200, '{"ok":true}', json],
    ['a verdict about something else', 200, '{"response":{"uid":"u-2","allowed":true}}', json],
    ['a redirect', 302, '', {}],
    ['a proxy that wants a login', 401, '{"message":"Unauthorized"}', json],
    ['no such page', 404, '404 page not found', text],
    ['another shape of error', 500, '{"message":"upstream connect error"}', json],
    ['an error without a word', 500, '', {}],
    ['a gateway without a server', 502, '<html></html>', { 'content-type': 'text/html' }],
    ['an error that repeats another status', 500, apiError(503), json],
    ['a busy gateway', 503, apiError(503), json],
    ['a gateway that gave up', 504, '', {}],
    ['too many requests', 429, 'slow down', text],
  ])('is none when something in between says it: %s', (_, status, body, headers) => {
    expect(isAnswer(interpret(status, body, headers))).toBe(false);
  });
});
