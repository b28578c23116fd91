import { describe, expect, it } from 'vitest';
import { toTransportError as explainFailure } from '../../../../src/evaluation/policy-server/transport-errors.ts';
import { TransientError } from '../../../../src/evaluation/transient-error.ts';
import { TransportFailure, toFailure } from '../../../../src/net/failure.ts';

const context = {
  server: { name: 'default', url: new URL('https://policy-server-default.kubewarden.svc/') },
  deadlineMs: 15_000,
  maxAnswerBytes: 4096,
  now: () => 0,
};

function coded(code: string, cause?: unknown): Error {
  return Object.assign(new Error('raw text of a library', { cause }), { code });
}

function toTransportError(thrown: Error, about: typeof context) {
  return explainFailure(thrown instanceof TransportFailure ? thrown : toFailure(thrown, true), about);
}

const closed =
  'no answer from policy server "default": the connection was closed before the answer was complete';

describe('toTransportError', () => {
  it.each([
    ['ECONNREFUSED', 'cannot reach policy server "default": the connection was refused'],
    ['ENOTFOUND', 'cannot reach policy server "default": its name does not resolve'],
    ['EAI_AGAIN', 'cannot reach policy server "default": its name could not be looked up'],
    ['ETIMEDOUT', 'cannot reach policy server "default": it does not accept the connection'],
    ['EHOSTUNREACH', 'cannot reach policy server "default": there is no route to it'],
    ['ECONNRESET', closed],
    ['EPIPE', closed],
    ['UND_ERR_SOCKET', closed],
    ['SOMETHING_NEW', closed],
  ])('lets %s be tried again', (code, message) => {
    const error = toTransportError(coded(code), context);
    expect(error).toBeInstanceOf(TransientError);
    expect(error).toMatchObject({
      code: 'AS-4101',
      message,
      unreachable: true,
      facts: [`https://policy-server-default.kubewarden.svc – ${code}`],
    });
  });

  it.each([
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'AS-4113', 'requires a client certificate'],
    ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', 'AS-4113', 'refused our client certificate'],
    ['ERR_SSL_SSL/TLS_ALERT_CERTIFICATE_EXPIRED', 'AS-4113', 'refused our client certificate'],
    ['ERR_SSL_SSL/TLS_ALERT_BAD_CERTIFICATE', 'AS-4113', 'refused our client certificate'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'AS-4101', 'does not speak TLS on that port; is its URL http://?'],
    ['ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE', 'AS-4101', 'failed the TLS handshake'],
    ['UND_ERR_HEADERS_OVERFLOW', 'AS-4205', 'answered with something that is not HTTP'],
  ])('takes %s as final', (code, expected, what) => {
    const error = toTransportError(coded(code), context);
    expect(error).not.toBeInstanceOf(TransientError);
    expect(error).toMatchObject({ code: expected, message: `policy server "default" ${what}` });
  });

  it.each([
    ['deadline', 'AS-4103', 'gave no complete answer within 15 s'],
    ['tooLarge', 'AS-4205', 'gave an answer of more than 4096 bytes'],
    ['notHttp', 'AS-4205', 'answered with something that is not HTTP'],
  ] as const)('explains %s', (kind, expected, what) => {
    const error = toTransportError(new TransportFailure(kind), context);
    expect(error).not.toBeInstanceOf(TransientError);
    expect(error).toMatchObject({ code: expected, message: `policy server "default" ${what}` });
  });

  it.each([
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'it is self-signed'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'its authority is not known'],
    ['CERT_HAS_EXPIRED', 'its authority has expired'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'it was issued for another name'],
  ])('explains %s deep among the causes, without having seen the certificate', (code, why) => {
    const error = toTransportError(coded('UND_ERR_PRX_TLS', coded(code)), context);
    expect(error).toMatchObject({
      code: 'AS-4111',
      message: `the certificate of policy server "default" is not accepted: ${why}`,
    });
  });

  it('finds the reason among several addresses that were tried', () => {
    const error = toTransportError(
      new AggregateError([coded('ECONNREFUSED'), coded('ENETUNREACH')]),
      context,
    );
    expect(error.message).toBe('cannot reach policy server "default": the connection was refused');
  });

  it('says how to get at a Service from outside the cluster', () => {
    expect(toTransportError(coded('ENOTFOUND'), context).tries).toEqual([
      'audit-scanner scan --engine embedded',
      "kubectl -n kubewarden port-forward svc/policy-server-default 3000:443 & kubectl -n kubewarden get secret kubewarden-ca -o jsonpath='{.data.ca\\.crt}' | base64 -d > ca.crt",
      'audit-scanner scan --policy-server-url https://localhost:3000 --extra-ca ca.crt',
    ]);
    const elsewhere = {
      ...context,
      server: { name: 'default', url: new URL('https://policies.example.com') },
    };
    expect(toTransportError(coded('ENOTFOUND'), elsewhere).tries).toEqual([]);
  });

  it('keeps what was thrown as the cause, and its words out of the message', () => {
    const thrown = coded('ECONNRESET');
    const error = toTransportError(thrown, context);
    expect(error.cause).toBe(thrown);
    expect(error.message).not.toContain('raw text');
  });
});
