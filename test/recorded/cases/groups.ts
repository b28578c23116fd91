import { podOf, type Suite } from '../case.ts';
import { example, rego, rust } from '../module-source.ts';

const pods = { module: rust('pods'), settings: { unusual: { failing: 'fail', silent: 'reject_silently' } } };
const labels = { module: example('required-labels'), settings: { labels: ['team'] } };
const changing = { module: rust('labels'), settings: { labels: { team: 'web' } } };
const fields = { module: rego('test/recorded/rego/fields.rego', 'fields/violation', 'gatekeeper') };
const privileged = { containers: [{ name: 'c', image: 'i', securityContext: { privileged: true } }] };
const refusing = { module: rust('pods'), settings: { trusted_registries: ['docker.io'] } };
const message = 'the group says no';

export const groupSuite: Suite = {
  name: 'groups',
  policies: {
    both: { policies: { pods, labels }, expression: 'pods() && labels()', message },
    either: { policies: { pods, labels }, expression: 'pods() || labels()', message },
    neither: { policies: { pods, labels }, expression: '!pods() && !labels()', message },
    changing: { policies: { changing, pods }, expression: 'pods() && changing()', message },
    fields: { policies: { fields, labels }, expression: 'fields() || labels()', message },
    refusing: { policies: { refusing, labels }, expression: 'refusing() || labels()', message },
  },
  cases: [
    { name: 'both: one says no', policy: 'both' },
    { name: 'both: both say no', policy: 'both', object: podOf(privileged) },
    { name: 'both: accepted', policy: 'both', object: podOf({}, { labels: { team: 'a' } }) },
    { name: 'either: one says no', policy: 'either' },
    { name: 'either: both say no', policy: 'either', object: podOf(privileged) },
    { name: 'either: one fails', policy: 'either', request: { name: 'failing' } },
    { name: 'either: one says no without a word', policy: 'either', request: { name: 'silent' } },
    { name: 'neither: one says no', policy: 'neither' },
    { name: 'neither: both say no', policy: 'neither', object: podOf(privileged) },
    { name: 'a member that changes the object', policy: 'changing' },
    { name: 'members in Rego get the same request', policy: 'fields' },
    {
      name: 'a member that refuses its settings',
      policy: 'refusing',
      ours: {
        because: 'a policy server does not start with such a group, unless it is told to go on after errors',
        answer: {
          allowed: false,
          status: {
            code: 500,
            message:
              'Policy settings are invalid: refusing/refusing: the registry "docker.io" does not end with a slash',
          },
        },
      },
    },
  ],
};
