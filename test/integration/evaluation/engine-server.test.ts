import { Agent, request } from 'undici';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createCertificateAuthority } from '../../support/certificates.ts';
import {
  aClusterAdmissionPolicy,
  aClusterAdmissionPolicyGroup,
  aPod,
} from '../../support/cluster/objects.ts';
import { exampleModule, requiring, toPolicies } from '../../support/cluster/real-policies.ts';
import { type EngineServer, startEngineServer } from '../../support/engine-server.ts';

/* What the policy server of the end-to-end tests answers on the wire, which is what the real one does. */

let server: EngineServer;
let dispatcher: Agent;

beforeAll(async () => {
  const authority = await createCertificateAuthority();
  dispatcher = new Agent({ connect: { ca: authority.cert } });
  server = await startEngineServer({ certificate: await authority.issueServer() });
  await server.load(
    toPolicies([
      aClusterAdmissionPolicy('owner', requiring('owner')),
      aClusterAdmissionPolicy('broken', { ...requiring(), settings: { labels: 'owner' } }),
      aClusterAdmissionPolicy('gone', { module: 'file:///nonexistent/policy.wasm' }),
      aClusterAdmissionPolicyGroup('approved', {
        expression: 'unprivileged() || owned()',
        message: 'neither unprivileged nor owned',
        members: { unprivileged: { module: exampleModule('no-privileged') }, owned: requiring('owner') },
      }),
    ]),
  );
});

afterAll(async () => {
  await dispatcher.close();
  await server.close();
});

async function post(path: string, body: string, contentType = 'application/json') {
  const {
    statusCode,
    headers,
    body: answer,
  } = await request(new URL(path, server.url), {
    dispatcher,
    method: 'POST',
    headers: { 'content-type': contentType },
    body,
  });
  return { status: statusCode, type: headers['content-type'], text: await answer.text() };
}

function review(object: object): string {
  return JSON.stringify({
    request: {
      uid: 'u-1',
      kind: { group: '', version: 'v1', kind: 'Pod' },
      resource: { group: '', version: 'v1', resource: 'pods' },
      operation: 'CREATE',
      userInfo: {},
      object,
    },
  });
}

const answer = (response: object) => ({
  status: 200,
  type: 'application/json',
  text: JSON.stringify({
    kind: 'AdmissionReview',
    apiVersion: 'admission.k8s.io/v1',
    response: { uid: 'u-1', ...response, auditAnnotations: null, warnings: null },
  }),
});

it.each([
  ['allows', 'clusterwide-owner', aPod('a', 'p', { labels: { owner: 'me' } }), { allowed: true }],
  [
    'denies with the words of the policy',
    'clusterwide-owner',
    aPod('a', 'p'),
    { allowed: false, status: { message: 'the label owner must be set' } },
  ],
  [
    'tells which members of a group denied',
    'clusterwide-group-approved',
    aPod('a', 'p', { privileged: true }),
    {
      allowed: false,
      status: {
        message: 'neither unprivileged nor owned',
        details: {
          causes: [
            { field: 'spec.policies.owned', message: 'the label owner must be set' },
            { field: 'spec.policies.unprivileged', message: 'container "p" is privileged' },
          ],
        },
      },
    },
  ],
  [
    'denies with code 500 for a policy whose settings are not valid',
    'clusterwide-broken',
    aPod('a', 'p'),
    {
      allowed: false,
      status: {
        message: 'Policy settings are invalid: settings.labels must be a list with at least one text',
        code: 500,
      },
    },
  ],
])('%s', async (_, id, object, response) => {
  await expect(post(`/audit/${id}`, review(object))).resolves.toEqual(answer(response));
});

it('denies with code 500 for a policy that it could not load', async () => {
  const { status, text } = await post('/audit/clusterwide-gone', review(aPod('a', 'p')));
  expect(status).toBe(200);
  expect(text).toContain('"status":{"message":"bootstrap failure: clusterwide-gone: ENOENT');
  expect(text).toContain('"code":500}');
});

it.each([
  [
    'a policy that it does not know',
    '/audit/clusterwide-other',
    review({}),
    404,
    'application/json',
    '{"message":"unknown policy: clusterwide-other","status":404}',
  ],
  [
    'a review that lacks something',
    '/audit/clusterwide-owner',
    '{"request":{"uid":"u"}}',
    422,
    'text/plain; charset=utf-8',
    'Failed to deserialize the JSON body into the target type: missing field `group`',
  ],
  ['another path', '/validate/clusterwide-owner', review({}), 404, undefined, ''],
])('refuses %s', async (_, path, body, status, type, text) => {
  await expect(post(path, body)).resolves.toEqual({ status, type, text });
});

it('refuses what is no JSON, and what does not say that it is', async () => {
  await expect(post('/audit/clusterwide-owner', 'no JSON')).resolves.toMatchObject({ status: 400 });
  await expect(post('/audit/clusterwide-owner', '{}', 'text/plain')).resolves.toMatchObject({ status: 415 });
});
