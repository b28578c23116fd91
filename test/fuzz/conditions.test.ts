import fc from 'fast-check';
import { expect } from 'vitest';
import { toVariables } from '../../src/matching/condition-variables.ts';
import { anObject, pods } from '../support/builders.ts';
import { compileExpression } from '../support/compile-expression.ts';
import { expressions } from '../support/expressions.ts';
import { json, mutated } from './arbitraries.ts';
import { fuzz } from './fuzz.ts';

const kinds: readonly string[] = ['true', 'false', 'error', 'unknown'];

/** Expressions that the API server knows, joined at random, with some characters that are others. */
const expression = mutated(
  fc
    .array(fc.constantFrom(...expressions), { minLength: 1, maxLength: 3 })
    .chain((parts) => fc.constantFrom(' && ', ' || ', ' == ', ' ? ').map((operator) => parts.join(operator))),
  '()[]{}.?:!=<>+-*/%\'"\\&|, \u0000xi019e',
);

const object = fc.oneof(
  json,
  fc.record({ spec: json, metadata: fc.record({ name: json, labels: json, annotations: json }) }),
);

fuzz({
  name: 'a match condition is true, false, an error or unknown, and soon',
  inputs: fc.tuple(expression, object),
  check: ([source, value]) => {
    const variables = toVariables({
      ...anObject(pods, 'shop/web'),
      json: Buffer.from(JSON.stringify(value)),
    });
    const { unknowns, evaluate } = compileExpression(source);
    const first = evaluate(variables);
    expect(kinds).toContain(first.kind);
    // Nothing is left of an evaluation that the next one could see.
    expect(evaluate(variables)).toEqual(first);
    expect(unknowns.every((what) => what !== '')).toBe(true);
  },
});
