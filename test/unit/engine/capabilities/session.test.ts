import { describe, expect, it } from 'vitest';
import { replayAnswers } from '../../../../src/engine/capabilities/recorded-answers.ts';
import type { HostRequest } from '../../../../src/engine/capabilities/requests.ts';
import { type Exchange, formatExchange, parseSession } from '../../../../src/engine/capabilities/session.ts';

const never = new AbortController().signal;

/** As kwctl writes it. */
const session = `- type: Exchange
  request: |
    !KubernetesGetResource
    api_version: v1
    kind: Namespace
    name: test-policy
    namespace: null
    disable_cache: false
  response:
    type: Success
    payload: '{"apiVersion":"v1","kind":"Namespace","metadata":{"annotations":{"a":"it''s \\"quoted\\""}}}'
- type: Exchange
  request: |
    !KubernetesListResourceAll
    api_version: networking.k8s.io/v1
    kind: Ingress
    label_selector: null
    field_selector: null
    field_masks:
    - spec.b
    - spec.a
  response:
    type: Success
    payload: |
      {"items": []}
- type: Exchange
  request: "!HasKubernetesListResourceAllResultChangedSinceInstant\\napi_version: v1\\nkind: Pod\\nsince:\\n  secs: 1\\n"
  response:
    type: Success
    payload: 'false'
- type: Exchange
  request: |
    !KubernetesCanI
    request:
      groups:
      - a
      resource_attributes:
        group: null
        name: null
        namespace: default
        resource: pods
        subresource: null
        verb: get
        version: null
      user: ann
    disable_cache: true
  response:
    type: Error
    message: no
`;

describe('a session', () => {
  it('is what kwctl recorded', () => {
    expect(parseSession(session)).toEqual([
      {
        request: {
          type: 'KubernetesGetResource',
          api_version: 'v1',
          kind: 'Namespace',
          name: 'test-policy',
          disable_cache: false,
        },
        response: {
          payload:
            '{"apiVersion":"v1","kind":"Namespace","metadata":{"annotations":{"a":"it\'s \\"quoted\\""}}}',
        },
      },
      {
        request: {
          type: 'KubernetesListResourceAll',
          api_version: 'networking.k8s.io/v1',
          kind: 'Ingress',
          field_masks: ['spec.a', 'spec.b'],
        },
        response: { payload: '{"items": []}\n' },
      },
      {
        request: {
          type: 'KubernetesCanI',
          request: {
            groups: ['a'],
            user: 'ann',
            resource_attributes: { namespace: 'default', resource: 'pods', verb: 'get' },
          },
          disable_cache: true,
        },
        response: { error: 'no' },
      },
    ]);
  });

  const exchanges: readonly Exchange[] = [
    { request: { type: 'DNSLookupHost', host: 'null' }, response: { payload: '{"ips":["::1"]}' } },
    {
      request: { type: 'OciManifestDigest', image: 'a: b # c' },
      response: { error: "it's not there:\n  at all\u0007\u2028 \ud83d\ude00" },
    },
    {
      request: {
        type: 'SigstoreCertificateVerify',
        image: 'x',
        certificate: [1, 255],
        certificate_chain: undefined,
        require_rekor_bundle: true,
        annotations: { on: 'yes', __proto__x: '1' },
      },
      response: { payload: '{"is_trusted":true,"digest":"\u00e9"}' },
    },
    {
      request: {
        type: 'CryptoIsCertificateTrusted',
        request: { cert: { encoding: 'Pem', data: [1] }, cert_chain: undefined, not_after: undefined },
      },
      response: { payload: '' },
    },
  ];

  it('is read as it was written', () => {
    expect(parseSession(exchanges.map(formatExchange).join(''))).toEqual(exchanges);
  });

  it('is written as kwctl writes it', () => {
    expect(formatExchange(exchanges[0]!)).toBe(
      `- type: Exchange
  request: |
    !DNSLookupHost
    host: "null"
  response:
    type: Success
    payload: '{"ips":["::1"]}'
`,
    );
  });

  it.each([
    ['', 'it is not YAML: '],
    ['{}', 'it is not a list of exchanges: '],
    ['{', 'it is not YAML: '],
    ['- a', 'it is not a list of exchanges: 0: '],
    [
      '- {type: Exchange, request: x, response: {type: Maybe}}',
      'it is not a list of exchanges: 0.response.type: ',
    ],
    [
      '- {type: Exchange, request: x, response: {type: Error, message: x}}',
      'exchange 1: the request has no type like !KubernetesGetResource',
    ],
    [
      '- {type: Exchange, request: "!DNSLookupHost\\nhos: x", response: {type: Error, message: x}}',
      'exchange 1: the request cannot be read: missing field `host`',
    ],
    [
      '- {type: Exchange, request: "!DNSLookupHost\\n: {", response: {type: Error, message: x}}',
      'exchange 1: it is not YAML: ',
    ],
  ])('is not %j', (text, why) => {
    expect(() => parseSession(text)).toThrow(why);
  });
});

describe('a replay', () => {
  const ask = async (answers: ReturnType<typeof replayAnswers>, host: string): Promise<string> =>
    Buffer.from(await answers({ type: 'DNSLookupHost', host }, never)).toString();
  const said = (host: string, payload: string): Exchange => ({
    request: { type: 'DNSLookupHost', host },
    response: { payload },
  });

  it('answers in any order, one answer after another, and stays with the last', async () => {
    const answers = replayAnswers([said('a', '1'), said('b', '2'), said('a', '3')], 'session.yml');
    expect(await ask(answers, 'b')).toBe('2');
    expect(await ask(answers, 'a')).toBe('1');
    expect(await ask(answers, 'b')).toBe('2');
    expect(await ask(answers, 'a')).toBe('3');
    expect(await ask(answers, 'a')).toBe('3');
  });

  it('tells questions by what they say, and not by how', async () => {
    const request = (annotations: Record<string, string>): HostRequest => ({
      type: 'SigstorePubKeyVerify',
      image: 'x',
      pub_keys: [],
      annotations,
    });
    const answers = replayAnswers(
      [{ request: request({ a: '1', b: '2' }), response: { payload: 'yes' } }],
      'session.yml',
    );
    expect(Buffer.from(await answers(request({ b: '2', a: '1' }), never)).toString()).toBe('yes');
    await expect(answers(request({ a: '1' }), never)).rejects.toThrow(
      'Replay error: unexpected request: session.yml has no answer to SigstorePubKeyVerify with image: "x", pub_keys: [], annotations: {"a":"1"}',
    );
  });
});
