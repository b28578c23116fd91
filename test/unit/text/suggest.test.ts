import { describe, expect, it } from 'vitest';
import { findNearest, findNearestName } from '../../../src/text/suggest.ts';

describe('findNearest', () => {
  it.each([
    ['hihg', ['critical', 'high', 'low'], 'high'],
    ['sacn', ['scan', 'explain'], 'scan'],
    ['SARIFF', ['sarif', 'json'], 'sarif'],
    ['nmespace', ['namespace', 'scope'], 'namespace'],
    ['jsom', ['json', 'jsonl'], 'json'],
    ['jsonll', ['json', 'jsonl'], 'jsonl'],
    ['any', ['any'], 'any'],
  ])('%s among %j', (word, candidates, expected) => {
    expect(findNearest(word, candidates)).toBe(expected);
  });

  it.each([
    ['xyzzy', ['scan', 'help']],
    ['cat', ['dog']],
    ['', ['all']],
    ['x', []],
  ])('finds nothing near %j among %j', (word, candidates) => {
    expect(findNearest(word, candidates)).toBeUndefined();
  });
});

it.each([
  ['prod', ['kind-demo', 'prod-eu', 'staging'], 'prod-eu'],
  ['kind-dmeo', ['prod-eu', 'kind-demo'], 'kind-demo'],
  ['Staging', ['prod-eu', 'staging'], 'staging'],
  ['stagin', ['staging-eu', 'staging'], 'staging'],
  ['development', ['prod-eu', 'staging'], undefined],
  ['prod', [], undefined],
])('findNearestName: %s among %j', (name, known, expected) => {
  expect(findNearestName(name, known)).toBe(expected);
});
