import { describe, expect, it } from 'vitest';
import { toGuestRequest } from '../../../../src/engine/guest/guest-request.ts';
import { fromEngine } from '../../../../src/evaluation/embedded/engine-errors.ts';
import { buildReview } from '../../../../src/evaluation/review.ts';
import { anObject, pods } from '../../../support/builders.ts';

const pod = { group: '', version: 'v1', kind: 'Pod' };
const resource = { group: '', version: 'v1', resource: 'pods' };
const request = { uid: 'u', kind: pod, resource, operation: 'CREATE', userInfo: {} };

function textOf(review: string | Uint8Array): string {
  return Buffer.from(toGuestRequest(Buffer.from(review))).toString();
}

/** What a policy gets of such a request beside what all have. */
function told(fields: object): unknown {
  const { request: got } = JSON.parse(textOf(JSON.stringify({ request: { ...request, ...fields } }))) as {
    request: Record<string, unknown>;
  };
  return Object.fromEntries(Object.entries(got).filter(([name]) => !Object.hasOwn(request, name)));
}

function refusal(review: string): string {
  try {
    return textOf(review);
  } catch (error) {
    const { message, code } = fromEngine(error);
    return `${message} [${code}]`;
  }
}

describe('toGuestRequest', () => {
  it.each([false, true])('passes on the request of an audit with its keys in order; compat: %j', (compat) => {
    const json =
      '{"spec":{"b":9007199254740993,"a":1.50},"kind":"Pod","metadata":{"labels":{"z":"\\u0026","b":null}}}';
    const object = { ...anObject(pods, 'shop/web', { uid: 'u' }), json: Buffer.from(json) };
    expect(textOf(buildReview(object, { compat }).body)).toBe(
      `{"request":{"kind":{"group":"","kind":"Pod","version":"v1"},"name":"web","namespace":"shop",` +
        `"object":{"kind":"Pod","metadata":{"labels":{"b":null,"z":"&"}},"spec":{"a":1.5,"b":9007199254740993}},` +
        `"operation":"CREATE","requestKind":{"group":"","kind":"Pod","version":"v1"},` +
        `"resource":{"group":"","resource":"${compat ? 'Pod' : 'pods'}","version":"v1"},"uid":"u","userInfo":{}}}`,
    );
  });

  it('leaves out absent, null and unknown fields', () => {
    const names = [
      'subResource',
      'requestKind',
      'requestResource',
      'requestSubResource',
      'name',
      'namespace',
    ];
    const nulls = [...names, 'object', 'oldObject', 'dryRun', 'options'].map((name) => [name, null] as const);
    expect(told({ ...Object.fromEntries(nulls), more: 1 })).toEqual({});
  });

  it('passes on every known field', () => {
    const all = {
      subResource: 'status',
      requestKind: pod,
      requestResource: resource,
      requestSubResource: 'status',
      name: '',
      namespace: 'n',
      object: { a: null },
      oldObject: {},
      dryRun: false,
      options: { kind: 'CreateOptions' },
    };
    expect(told(all)).toEqual(all);
    const userInfo = { username: 'u', uid: 'i', groups: [], extra: { k: ['v'] } };
    expect(textOf(JSON.stringify({ request: { ...request, userInfo: { ...userInfo, more: 1 } } }))).toContain(
      '"userInfo":{"extra":{"k":["v"]},"groups":[],"uid":"i","username":"u"}',
    );
    expect(
      textOf(JSON.stringify({ request: { ...request, userInfo: { groups: null, username: null } } })),
    ).toContain('"userInfo":{}');
  });

  /** The right-hand sides are what policy-server passes on. */
  it.each([
    ['[0,-1,18446744073709551615,-9223372036854775808]', '[0,-1,18446744073709551615,-9223372036854775808]'],
    ['[18446744073709551616,-9223372036854775809]', '[1.8446744073709552e+19,-9.223372036854776e+18]'],
    ['[1.0,1.50,-0,-0.0,0.00001,0.000001]', '[1.0,1.5,-0.0,-0.0,0.00001,1e-6]'],
    ['[1e2,1E-7,1e15,1e16,1.5e300]', '[100.0,1e-7,1000000000000000.0,1e+16,1.5e+300]'],
    ['{"a":"<:1.25,[2.50","b":[","]}', '{"a":"<:1.25,[2.50","b":[","]}'],
    [
      '{"\\ud83d\\ude00":1,"\\ue000":2,"10":3,"9":4,"__proto__":5}',
      '{"10":3,"9":4,"__proto__":5,"\ue000":2,"\u{1f600}":1}',
    ],
  ])('writes %s as %s', (object, written) => {
    const review = `{"request":${JSON.stringify(request).slice(0, -1)},"object":${object}}}`;
    expect(textOf(review)).toContain(`"object":${written},`);
  });

  const asking = (object: string): string =>
    `{"request":${JSON.stringify(request).slice(0, -1)},"object":${object}}}`;

  it.each([
    ['no JSON', 'it is not JSON'],
    ['{"request":{"uid":"u"}}', 'request.kind is missing or of the wrong type'],
    [JSON.stringify({ request: { ...request, name: 1 } }), 'request.name is missing or of the wrong type'],
    [asking('[1e400]'), 'the number 1e400 in it is too large'],
    [asking('"\\ud800"'), 'a string in it has half of a surrogate pair'],
    [
      asking(`${'['.repeat(126)}${']'.repeat(126)}`),
      'lists and objects are nested more than 127 levels deep',
    ],
  ])('refuses %s', (review, why) => {
    expect(refusal(review)).toBe(`the request cannot be passed to policies: ${why} [AS-4420]`);
  });
});
