import { podOf, type Suite } from '../case.ts';
import { example } from '../module-source.ts';

const privileged = {
  containers: [{ name: 'c', image: 'docker.io/i', securityContext: { privileged: true } }],
};

export const assemblyscriptSuite: Suite = {
  name: 'assemblyscript',
  policies: {
    privileged: { module: example('no-privileged') },
    labels: { module: example('required-labels'), settings: { labels: ['team', 'app'] } },
    'labels-refusing': { module: example('required-labels'), settings: { labels: 'team' } },
    registries: { module: example('trusted-registries'), settings: { registries: ['registry.example.com'] } },
    memory: { module: example('memory-limits') },
  },
  cases: [
    { name: 'a plain Pod', policy: 'privileged' },
    { name: 'a privileged Pod', policy: 'privileged', object: podOf(privileged) },
    { name: 'labels are missing', policy: 'labels' },
    { name: 'labels are there', policy: 'labels', object: podOf({}, { labels: { team: 'a', app: 'b' } }) },
    { name: 'settings that the policy refuses', policy: 'labels-refusing' },
    { name: 'a trusted registry', policy: 'registries' },
    { name: 'another registry', policy: 'registries', object: podOf(privileged) },
    { name: 'WASI: no memory limit', policy: 'memory' },
    {
      name: 'WASI: a memory limit',
      policy: 'memory',
      object: podOf({ containers: [{ name: 'c', image: 'i', resources: { limits: { memory: '1Gi' } } }] }),
    },
    { name: 'an object that is null', policy: 'privileged', object: 'null' },
  ],
};
