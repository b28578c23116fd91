import { podOf, type Suite } from '../case.ts';
import { go } from '../module-source.ts';

export const goSuite: Suite = {
  name: 'go',
  policies: {
    go: { module: go(), settings: { deny: ['web'] } },
    'go-labels': { module: go(), settings: { label: { team: 'a' } } },
    'go-asking': { module: go(), settings: { ask: 'nothing' } },
    'go-refusing': { module: go(), settings: { deny: [''] } },
    'go-misread': { module: go(), settings: { deny: 'web' } },
  },
  cases: [
    { name: 'a denied name', policy: 'go' },
    { name: 'another name', policy: 'go', object: podOf({}, { name: 'api' }) },
    { name: 'an object of the wrong types', policy: 'go', object: podOf({}, { name: 7 }) },
    { name: 'an object that is null', policy: 'go', object: 'null' },
    { name: 'labels are added', policy: 'go-labels' },
    { name: 'a policy that fails', policy: 'go-asking' },
    { name: 'settings that the policy refuses', policy: 'go-refusing' },
    { name: 'settings of the wrong type', policy: 'go-misread' },
  ],
};
