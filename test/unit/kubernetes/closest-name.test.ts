import { expect, it } from 'vitest';
import { closestName } from '../../../src/kubernetes/closest-name.ts';

it.each([
  ['prod', ['kind-demo', 'prod-eu', 'staging'], 'prod-eu'],
  ['kind-dmeo', ['prod-eu', 'kind-demo'], 'kind-demo'],
  ['Staging', ['prod-eu', 'staging'], 'staging'],
  ['stagin', ['staging-eu', 'staging'], 'staging'],
  ['development', ['prod-eu', 'staging'], undefined],
  ['prod', [], undefined],
])('%s among %j: %s', (name, known, expected) => {
  expect(closestName(name, known)).toBe(expected);
});
