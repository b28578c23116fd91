import { type Case, podOf, type Suite } from '../case.ts';
import { rust } from '../module-source.ts';

/** What containers may do. */
const privileged = { containers: [{ name: 'c', image: 'i', securityContext: { privileged: true } }] };
const unusual = {
  panics: 'panic',
  fails: 'fail',
  silent: 'reject_silently',
  coded: 'reject_with_code',
  warned: 'reject_with_warnings',
  nonsense: 'nonsense',
};

/** As an object of a kind that makes Pods. */
function workload(kind: string, spec: object): Pick<Case, 'object' | 'request'> {
  const group = kind === 'CronJob' ? 'batch' : 'apps';
  return {
    object: JSON.stringify({ apiVersion: `${group}/v1`, kind, metadata: { name: 'web' }, spec }),
    request: { kind: { group, version: 'v1', kind } },
  };
}

const requests: readonly (readonly [name: string, rest: Partial<Case>])[] = [
  ['nulls', { object: podOf({ nodeName: null }, { annotations: null }) }],
  ['an object that is null', { object: 'null' }],
  ['a new Namespace', { object: '{"kind":"Namespace"}', request: { name: 'shop', namespace: 'shop' } }],
  ['no namespace', { request: { namespace: undefined } }],
  ['fields that are null', { request: { name: null, subResource: null, dryRun: null, requestKind: null } }],
  ['unknown fields', { request: { more: 1, kind: { group: '', version: 'v1', kind: 'Pod', more: 1 } } }],
  [
    'every field',
    {
      request: {
        subResource: 'status',
        requestResource: { group: '', version: 'v1', resource: 'pods' },
        requestSubResource: 'status',
        dryRun: false,
        userInfo: { username: 'u', uid: 'i', groups: ['a'], extra: { k: ['v'] }, more: 1 },
      },
    },
  ],
  ['a user without groups', { request: { userInfo: { groups: null, username: 'u' } } }],
  ['keys in another order', { object: '{"z":1,"a":{"b":[{"d":1,"c":2}]},"10":1,"9":2,"é":3,"B":4}' }],
  ['keys beyond the first plane', { object: '{"\\ud83d\\ude00":1,"\\ue000":2,"\ufb01":3}' }],
  [
    'escapes',
    { object: '{"a":"\\u003c\\u0026\\/\\u00e9\\u0007\\u007f\\u2028","b":"\\"\\\\\\b\\f\\n\\r\\t"}' },
  ],
  ['the last of two keys', { object: '{"a":1,"b":2,"a":3}' }],
  ['spaces', { object: ' { "a" : [ 1 , 2 ] , "b" : { } } ' }],
  ['integers', { object: '[0,-1,9007199254740993,-9223372036854775808,18446744073709551615]' }],
  ['integers beyond 64 bits', { object: '[18446744073709551616,-9223372036854775809]' }],
  ['fractions', { object: '[1.0,1.50,0.1,-0.0,100.25,0.00001,0.000001,1234567890123456.7]' }],
  ['exponents', { object: '[1e2,1E-7,1.5e+10,1e16,1e21,1e-5,1e-6,5e-324,1.7976931348623157e308]' }],
  ['minus zero', { object: '[-0]' }],
  ['a number out of range', { object: '[1e400]' }],
  ['half of a character', { object: '{"a":"\\ud800"}' }],
  ['no user', { request: { userInfo: undefined } }],
  ['a name that is no text', { request: { name: 1 } }],
  ['127 lists in lists', { object: `${'['.repeat(125)}${']'.repeat(125)}` }],
  ['128 lists in lists', { object: `${'['.repeat(126)}${']'.repeat(126)}` }],
];

export const rustSuite: Suite = {
  name: 'rust',
  policies: {
    payload: { module: rust('payload'), settings: { z: [1, { y: 1, x: null }], a: 'é' } },
    pods: { module: rust('pods'), settings: { unusual } },
    registries: { module: rust('pods'), settings: { trusted_registries: ['registry.example.com/'] } },
    'pods-refusing': { module: rust('pods'), settings: { trusted_registries: ['docker.io'] } },
    'pods-misread': { module: rust('pods'), settings: { trusted_registries: 'docker.io/' } },
    'pods-misspelt': { module: rust('pods'), settings: { trusted: [] } },
    labels: { module: rust('labels'), settings: { labels: { team: 'web', tier: 'gold' } } },
    'read-only': { module: rust('labels'), settings: { read_only_root: true } },
    'labels-refusing': { module: rust('labels') },
    expressions: { module: rust('expressions') },
  },
  cases: [
    ...requests.map(([name, rest]) => ({ name: `payload: ${name}`, policy: 'payload', ...rest })),
    { name: 'a plain Pod', policy: 'pods' },
    { name: 'a privileged Pod', policy: 'pods', object: podOf(privileged) },
    {
      name: 'several violations',
      policy: 'pods',
      object: podOf({
        ...privileged,
        hostNetwork: true,
        hostPID: true,
        initContainers: privileged.containers,
      }),
    },
    {
      name: 'a Deployment',
      policy: 'pods',
      ...workload('Deployment', { selector: {}, template: { spec: privileged } }),
    },
    {
      name: 'a CronJob',
      policy: 'pods',
      ...workload('CronJob', {
        schedule: '* * * * *',
        jobTemplate: { spec: { template: { spec: { ...privileged, hostIPC: true } } } },
      }),
    },
    { name: 'a Deployment without a template', policy: 'pods', ...workload('Deployment', {}) },
    { name: 'a kind that makes no Pods', policy: 'pods', ...workload('Service', {}) },
    { name: 'an object of the wrong types', policy: 'pods', object: podOf({ containers: 'none' }) },
    { name: 'a deletion', policy: 'pods', object: 'null', request: { operation: 'DELETE' } },
    ...Object.keys(unusual).map((name) => ({
      name: `a policy that ${name}`,
      policy: 'pods',
      request: { name },
    })),
    { name: 'an image of a trusted registry', policy: 'registries' },
    { name: 'an image of another registry', policy: 'registries', object: podOf(privileged) },
    { name: 'settings that the policy refuses', policy: 'pods-refusing' },
    { name: 'settings of the wrong type', policy: 'pods-misread' },
    { name: 'settings with an unknown name', policy: 'pods-misspelt' },
    { name: 'labels are added', policy: 'labels' },
    {
      name: 'labels are changed, and others are kept',
      policy: 'labels',
      object: podOf({}, { labels: { team: 'x', other: 'y/z~' } }),
    },
    {
      name: 'labels that are there already',
      policy: 'labels',
      object: podOf({}, { labels: { team: 'web', tier: 'gold' } }),
    },
    { name: 'a deletion is not changed', policy: 'labels', object: 'null', request: { operation: 'DELETE' } },
    { name: 'a Pod is changed as the SDK does it', policy: 'read-only' },
    {
      name: 'a Deployment is changed as the SDK does it',
      policy: 'read-only',
      ...workload('Deployment', { selector: {}, template: { spec: privileged } }),
    },
    { name: 'nothing to change', policy: 'labels-refusing' },
    { name: 'a name that an expression allows', policy: 'expressions' },
    {
      name: 'a name that an expression forbids',
      policy: 'expressions',
      request: { name: 'ab-forbidden-39' },
    },
  ],
};
