import { describe, expect, it } from 'vitest';
import { parseAnnotation, parseExceptions } from '../../../../src/config/exceptions/exceptions.ts';
import { AuditError } from '../../../../src/domain/errors.ts';
import { parseDocuments } from '../../../../src/sources/manifests/documents.ts';

function parse(text: string) {
  return parseExceptions(
    [...parseDocuments({ path: 'exceptions.yaml', text })].flatMap((document) =>
      document instanceof AuditError ? [] : [document],
    ),
  );
}

function problemsOf(text: string): readonly string[] {
  const parsed = parse(text);
  return parsed.ok ? [] : parsed.problems.map(({ message }) => message);
}

describe('the file with exceptions', () => {
  it('is a list; each entry knows its place and when it ends', () => {
    expect(
      parse(`# who answers for what
- policy: no-*
  kind: Deployment
  namespace: payments
  name: api
  reason: until the vendor ships a fix
  owner: team-payments
  expires: 2027-01-31
- {policy: trusted-registries, reason: they are ours, permanent: true}
- {namespace: old, reason: moves soon, expires: "2027-01-31T12:00:00+02:00"}
`),
    ).toEqual({
      ok: true,
      value: [
        {
          policy: 'no-*',
          kind: 'Deployment',
          namespace: 'payments',
          name: 'api',
          reason: 'until the vendor ships a fix',
          owner: 'team-payments',
          // The day counts to its end.
          expiresAt: new Date('2027-02-01T00:00:00Z'),
          origin: { path: 'exceptions.yaml', line: 2, column: 3 },
        },
        expect.objectContaining({
          policy: 'trusted-registries',
          expiresAt: undefined,
          origin: { path: 'exceptions.yaml', line: 9, column: 3 },
        }),
        expect.objectContaining({ namespace: 'old', expiresAt: new Date('2027-01-31T10:00:00Z') }),
      ],
    });
  });

  it.each(['', '# nothing\n', '[]'])('may be empty: %j', (text) => {
    expect(parse(text)).toEqual({ ok: true, value: [] });
  });

  it('tells every mistake with its line, column and what was meant', () => {
    expect(
      problemsOf(`- polcy: no-privileged
  name: api
  reason: ""
  expires: 2027-02-30
- name: 7
  reason: fine
  until: tomorrow
- reason: everything
  permanent: true
- policy: x
  reason: fine
  expires: 2027-01-01
  permanent: true
- policy: x
  permanent: no
- just text
`),
    ).toEqual([
      'exceptions.yaml:3:3: exception 1: "reason" must say why this is accepted',
      'exceptions.yaml:4:3: exception 1: "expires" must be a date like 2027-01-31 or 2027-01-31T12:00:00Z',
      'exceptions.yaml:1:3: exception 1: "polcy" is not known; did you mean "policy"?',
      'exceptions.yaml:5:3: exception 2: "name" must be a string; * and ? are wildcards',
      'exceptions.yaml:7:3: exception 2: "until" is not known; there are policy, kind, namespace, name, reason, expires, permanent, owner',
      'exceptions.yaml:8:3: exception 3 has none of policy, kind, namespace and name, so it would accept everything',
      'exceptions.yaml:12:3: exception 4: "expires" contradicts permanent: true',
      'exceptions.yaml:14:3: exception 5: "reason" is required: a string that says why this is accepted',
      'exceptions.yaml:14:3: exception 5 needs an end: expires: 2027-01-31, or permanent: true if there is none',
      'exceptions.yaml:16:3: exception 6 must be an object with policy, reason, expires and so on',
    ]);
  });

  it('needs an end', () => {
    expect(
      problemsOf('- {policy: x, reason: fine}\n- {policy: x, reason: fine, permanent: false}\n'),
    ).toEqual([
      'exceptions.yaml:1:3: exception 1 needs an end: expires: 2027-01-31, or permanent: true if there is none',
      'exceptions.yaml:2:3: exception 2 needs an end: expires: 2027-01-31, or permanent: true if there is none',
    ]);
  });

  it('reports what it lacks together with its other mistakes', () => {
    expect(
      problemsOf('- {policy: 7, reason: y}\n- {reason: [], owner: 1}\n- {reason: x, polcy: x}\n'),
    ).toEqual([
      'exceptions.yaml:1:4: exception 1: "policy" must be a string; * and ? are wildcards',
      'exceptions.yaml:1:15: exception 1: "reason" must be a string that says why this is accepted',
      'exceptions.yaml:1:3: exception 1 needs an end: expires: 2027-01-31, or permanent: true if there is none',
      'exceptions.yaml:2:4: exception 2: "reason" must be a string that says why this is accepted',
      'exceptions.yaml:2:16: exception 2: "owner" must be a string',
      'exceptions.yaml:2:3: exception 2 has none of policy, kind, namespace and name, so it would accept everything',
      'exceptions.yaml:2:3: exception 2 needs an end: expires: 2027-01-31, or permanent: true if there is none',
      'exceptions.yaml:3:15: exception 3: "polcy" is not known; did you mean "policy"?',
    ]);
  });

  it('is no mapping', () => {
    expect(problemsOf('exceptions:\n- policy: x\n')).toEqual([
      'exceptions.yaml:1:1: the file must be a list: each exception begins with "- "',
    ]);
  });
});

describe('what an object says of itself', () => {
  it('is the same list without what selects objects', () => {
    expect(
      parseAnnotation([[{ policy: 'no-*', reason: 'soon', owner: 'team-a', expires: '2027-01-31' }]]),
    ).toEqual({
      ok: true,
      entries: [
        expect.objectContaining({
          policy: 'no-*',
          kind: undefined,
          reason: 'soon',
          owner: 'team-a',
          expiresAt: new Date('2027-02-01T00:00:00Z'),
          origin: undefined,
        }),
      ],
    });
  });

  it.each([
    [[], 'it is empty'],
    [[[]], 'the list is empty'],
    [[{ policy: 'x' }], 'it must be a list: each entry begins with "- "'],
    [['text'], 'it must be a list: each entry begins with "- "'],
    [[[{ reason: 'x', permanent: true }]], 'exception 1 names no policy, so it would accept everything'],
    [
      [[{ policy: 'x', reason: 'x' }]],
      'exception 1 needs an end: expires: 2027-01-31, or permanent: true if there is none',
    ],
    [
      [[{ policy: 'x', permanent: true }]],
      'exception 1: "reason" is required: a string that says why this is accepted',
    ],
    [
      [[{ policy: 'x', reason: 'x', permanent: true, namespace: 'shop' }]],
      'exception 1: "namespace" has no meaning here: an annotation is about its own object',
    ],
    [
      [[{ policy: 'x', reason: 'x', permanent: true, polcy: 'y' }]],
      'exception 1: "polcy" is not known; did you mean "policy"?',
    ],
  ])('says nothing at all where it is %j', (values, problem) => {
    const good = [{ policy: 'y', reason: 'y', permanent: true }];
    const parsed = parseAnnotation(values);
    expect(parsed).toEqual({ ok: false, problems: [problem] });
    if (values.length > 0) expect(parseAnnotation([good, ...values]).ok).toBe(false);
  });
});
