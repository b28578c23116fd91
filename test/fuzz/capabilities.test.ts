import { X509Certificate } from 'node:crypto';
import fc from 'fast-check';
import { expect } from 'vitest';
import { readCertificate, readPathLength } from '../../src/engine/capabilities/certificate.ts';
import { findPathFailure } from '../../src/engine/capabilities/certificate-path.ts';
import { pruneObject } from '../../src/engine/capabilities/field-mask.ts';
import { readFieldSelector } from '../../src/engine/capabilities/field-selector.ts';
import { UnreadableRequest } from '../../src/engine/capabilities/host-capabilities.ts';
import { completeImageName } from '../../src/engine/capabilities/image-name.ts';
import { readRequest } from '../../src/engine/capabilities/requests.ts';
import { type Exchange, formatExchange, parseSession } from '../../src/engine/capabilities/session.ts';
import { issueCertificate } from '../support/certificate-chain.ts';
import { almost, json, mutated, text } from './arbitraries.ts';
import { fuzz } from './fuzz.ts';

/* What policies pass to their host. The author of a policy is not trusted. */

/** Undefined where the input is refused, which has to be done with an Error. */
function orError<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(Error);
    return undefined;
  }
}

const operations = [
  ['oci', 'v1/verify'],
  ['oci', 'v2/verify'],
  ['oci', 'v1/manifest_digest'],
  ['net', 'v1/dns_lookup_host'],
  ['crypto', 'v1/is_certificate_trusted'],
  ['kubernetes', 'list_resources_by_namespace'],
  ['kubernetes', 'get_resource'],
  ['kubernetes', 'can_i'],
] as const;

const type = { api_version: text, kind: text };
const payload = fc.oneof(
  text,
  almost({ ...type, namespace: text, label_selector: text, field_masks: fc.array(text) }),
  almost({ ...type, name: text, namespace: text, disable_cache: fc.boolean() }),
  almost({
    subject_access_review: almost({
      user: text,
      resource_attributes: almost({ verb: text, resource: text }),
    }),
    disable_cache: fc.boolean(),
  }),
  almost({ SigstorePubKeyVerify: almost({ image: text, pub_keys: fc.array(text) }) }),
  almost({
    type: fc.constantFrom('SigstoreKeylessVerify', '__proto__'),
    image: text,
    keyless: fc.array(text),
  }),
  almost({ cert: almost({ encoding: fc.constantFrom('Pem', 'Der'), data: fc.array(fc.integer()) }) }),
  json,
);

fuzz({
  name: 'a request is understood, or refused; what is recorded of it is read again as it was',
  inputs: fc.record({
    operation: fc.constantFrom(...operations),
    payload: mutated(
      payload.map((value) => JSON.stringify(value)),
      '{}[]":,truefalsn0159\\\n',
    ),
    answer: text,
  }),
  check: ({ operation: [namespace, operation], payload: source, answer }) => {
    try {
      const request = readRequest({ namespace, operation, payload: Buffer.from(source) });
      const exchange: Exchange = { request, response: { payload: answer } };
      const failure: Exchange = { request, response: { error: answer } };
      const session = [exchange, failure];
      // A lone surrogate is no text that a file could hold.
      if (JSON.stringify(session).isWellFormed() && !/\\ud[89a-f]/.test(JSON.stringify(session)))
        expect(JSON.stringify(parseSession(session.map(formatExchange).join('')))).toBe(
          JSON.stringify(session),
        );
    } catch (thrown) {
      if (!(thrown instanceof UnreadableRequest)) throw thrown;
    }
  },
});

fuzz({
  name: 'a session is read, or refused in one line',
  inputs: mutated(
    fc.constantFrom(
      '- type: Exchange\n  request: |\n    !DNSLookupHost\n    host: x\n  response:\n    type: Success\n    payload: a\n',
    ),
    '-: |!{}[]"\n &*',
  ),
  check: (source) => {
    try {
      parseSession(source);
    } catch (thrown) {
      expect((thrown as Error).message).not.toContain('\n');
    }
  },
});

fuzz({
  name: 'an image has one complete name, or none',
  inputs: fc.oneof(
    text,
    mutated(fc.constantFrom('ghcr.io/a/b:c', 'localhost:5000/x@sha256:00'), ':/@.-_aA0 '),
  ),
  check: (image) => {
    const complete = orError(() => completeImageName(image));
    if (complete !== undefined) expect(completeImageName(complete)).toBe(complete);
  },
});

fuzz({
  name: 'a field selector is understood, or refused',
  inputs: mutated(
    fc.constantFrom('metadata.name=a', 'metadata.name!=a,metadata.namespace==b', 'a=b\\,c'),
    '=!,\\ab.',
  ),
  check: (selector) => {
    const read = orError(() => readFieldSelector(selector));
    if (read?.remote === undefined) read?.matches({ namespace: undefined, name: 'a' });
  },
});

fuzz({
  name: 'a field mask keeps what names the object, and adds nothing',
  inputs: fc.record({
    object: fc.dictionary(fc.constantFrom('kind', 'metadata', 'spec', 'a', '__proto__'), json),
    paths: fc.array(text),
  }),
  check: ({ object, paths }) => {
    const source = JSON.stringify(object);
    const pruned = JSON.parse(Buffer.from(pruneObject(Buffer.from(source), paths)).toString()) as Record<
      string,
      unknown
    >;
    const whole = JSON.parse(source) as Record<string, unknown>;
    for (const key of ['kind', 'metadata']) expect(pruned[key]).toEqual(whole[key]);
    for (const key of Object.keys(pruned)) expect(Object.hasOwn(whole, key)).toBe(true);
  },
});

const root = await issueCertificate('root');
const leaf = await issueCertificate('leaf', { issuer: root, authority: false });
const time = new Date('2030-01-01T00:00:00Z');
const trusted = { roots: [readCertificate(new X509Certificate(root.pem).raw)], intermediates: [], time };
const good = new X509Certificate(leaf.pem).raw;

fuzz({
  name: 'a certificate with a changed byte is not trusted',
  inputs: fc.record({ position: fc.nat(good.length - 1), value: fc.nat(255), length: fc.nat(good.length) }),
  check: ({ position, value, length }) => {
    const changed = Buffer.from(good);
    const isSame = changed[position] === value;
    changed[position] = value;
    const read = orError(() => readCertificate(changed));
    if (read !== undefined) {
      orError(() => readPathLength(read));
      const failure = orError(() => findPathFailure(read, trusted) ?? 'none');
      // The signature itself may have been written in another way that means the same.
      if (!isSame && position < good.length - 80) expect(failure).not.toBe('none');
    }
    orError(() => readCertificate(changed.subarray(0, length)));
  },
});
