import { podOf, type Suite } from '../case.ts';
import { rego } from '../module-source.ts';

const fixtures = 'test/fixtures/wasm/rego';

export const regoSuite: Suite = {
  name: 'rego',
  policies: {
    fields: { module: rego('test/recorded/rego/fields.rego', 'fields/violation', 'gatekeeper') },
    labels: {
      module: rego(`${fixtures}/required-labels.rego`, 'k8srequiredlabels/violation', 'gatekeeper'),
      settings: { labels: ['team', 'app'] },
    },
    latest: {
      module: rego(`${fixtures}/no-latest.rego`, 'kubewarden/review', 'opa'),
      settings: { suffix: ':1.25' },
    },
    told: {
      module: rego(`${fixtures}/gatekeeper-echo.rego`, 'gatekeeperecho/violation', 'gatekeeper'),
      settings: { z: 1, a: [true] },
    },
    'opa-told': {
      module: rego(`${fixtures}/opa-echo.rego`, 'opaecho/review', 'opa'),
      settings: { z: 1, a: [true] },
    },
  },
  cases: [
    { name: 'fields that are absent or null are not there', policy: 'fields' },
    {
      name: 'fields that are there',
      policy: 'fields',
      request: {
        subResource: 'status',
        dryRun: false,
        requestResource: { group: '', version: 'v1', resource: 'p' },
      },
    },
    { name: 'an object that is null is not there', policy: 'fields', object: 'null' },
    { name: 'gatekeeper: labels are missing', policy: 'labels' },
    {
      name: 'gatekeeper: labels are there',
      policy: 'labels',
      object: podOf({}, { labels: { team: '', app: '' } }),
    },
    { name: 'gatekeeper: what it is told', policy: 'told' },
    { name: 'gatekeeper: no violation', policy: 'told', object: '{"answer":[]}' },
    {
      name: 'gatekeeper: several violations',
      policy: 'told',
      object: '{"answer":[{"msg":"a"},{"msg":"b"}]}',
    },
    { name: 'gatekeeper: rules that contradict each other', policy: 'told', object: '{"conflict":true}' },
    { name: 'opa: a denial with a code', policy: 'latest' },
    { name: 'opa: accepted', policy: 'latest', object: podOf({ containers: [{ name: 'c', image: 'i' }] }) },
    { name: 'opa: what it is told', policy: 'opa-told' },
    { name: 'opa: rules that contradict each other', policy: 'opa-told', object: '{"conflict":true}' },
    { name: 'opa: no answer', policy: 'opa-told', object: '{"answer":{}}' },
    {
      name: 'opa: an answer without a verdict',
      policy: 'opa-told',
      object: '{"answer":{"response":{"uid":"x"}}}',
    },
    {
      name: 'opa: an answer with everything',
      policy: 'opa-told',
      object: JSON.stringify({
        answer: {
          response: {
            uid: 'x',
            allowed: true,
            status: { message: 'm', code: 299 },
            warnings: ['w'],
            auditAnnotations: { a: 'b' },
          },
        },
      }),
    },
  ],
};
