import { expect, it } from 'vitest';
import { describeRule } from '../../../../src/commands/explain/rule-words.ts';
import type { RuleWithOperations } from '../../../../src/domain/policy.ts';
import { aRule } from '../../../support/builders.ts';

it.each<[Partial<RuleWithOperations>, string]>([
  [{}, 'CREATE of pods (v1)'],
  [{ operations: ['CREATE', 'UPDATE', 'DELETE'] }, 'CREATE, UPDATE and DELETE of pods (v1)'],
  [{ operations: ['*'], resources: ['pods', 'pods/exec'] }, 'every operation on pods and pods/exec (v1)'],
  [
    { apiGroups: ['apps'], resources: ['deployments'], scope: 'Namespaced' },
    'CREATE of deployments.apps (v1, namespaced ones only)',
  ],
  [{ apiGroups: ['*'], apiVersions: ['*'], resources: ['*'] }, 'CREATE of every type (every version)'],
  [
    { apiGroups: ['', 'apps'], resources: ['*'] },
    'CREATE of every type of the core group and every type of apps (v1)',
  ],
  [{ apiGroups: ['*'], resources: ['pods'] }, 'CREATE of pods of every group (v1)'],
  [{ operations: [], resources: [] }, 'nothing of nothing (v1)'],
])('says %j in words', (overrides, words) => {
  expect(describeRule(aRule('v1/pods', overrides))).toBe(words);
});
