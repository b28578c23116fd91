import { z } from 'zod';
import { runFields } from '../sources/results/index.ts';

/*
 * What evidence says, as it is read and as it is published. Version 1: fields are only ever added, so what is not known here is left
 * alone. Another meaning is another predicate type.
 */

export const statementType = 'https://in-toto.io/Statement/v1';
const ownTypes = 'https://audit-scanner.kubewarden.io/attestation/audit/v';
export const predicateType = `${ownTypes}1`;

/** Whether a type is of this program in whatever version. */
export function isOwnType(type: string): boolean {
  return type.startsWith(ownTypes) && /^\d+$/.test(type.slice(ownTypes.length));
}

const text = z.string();
const textOrNull = text.nullable();
const count = z.int().min(0);

const digest = z
  .looseObject({ sha256: text.regex(/^[\da-f]{64}$/) })
  .meta({ id: 'Digest', description: 'SHA-256 in lower case hexadecimal digits.' });

const file = z.looseObject({ name: text, digest }).meta({ id: 'File' });

const moduleUse = z.looseObject({
  member: textOrNull.meta({ description: 'Of a policy group; null for a policy of one module.' }),
  reference: text,
  digest: digest.nullable().meta({
    description: 'Of the WebAssembly module that was run; null where a policy server ran it, or nobody.',
  }),
  settings: digest.meta({ description: 'Of the settings as canonical JSON.' }),
});

const policy = z.looseObject({
  kind: text,
  name: text,
  namespace: textOrNull,
  uniqueName: text,
  uid: text,
  generation: count.nullable(),
  resourceVersion: textOrNull,
  mode: text,
  policyServer: text,
  state: z.enum(['audited', 'skipped', 'errored']),
  reason: textOrNull,
  modules: z.array(moduleUse).nullable().meta({ description: 'Null where nobody knows what it runs.' }),
  results: z
    .looseObject({ count, digest })
    .meta({ description: 'Of the results of this policy in the result, each as a line of canonical JSON.' }),
});

const cluster = z.looseObject({
  uid: textOrNull.meta({ description: 'Of the Namespace kube-system, which stands for the cluster.' }),
  unknown: textOrNull.meta({ description: 'Why the UID is not known.' }),
});

const { filters, incomplete, coverage, summary, gate, exceptions } = runFields;

/** What a result says, and what is repeated of it. */
export const repeatedSchema = z.looseObject({
  scanner: z.looseObject({ name: text, version: text }),
  run: z.looseObject({
    uid: text,
    startedAt: text,
    finishedAt: text,
    complete: z.boolean(),
    interrupted: z.boolean(),
  }),
  target: z.looseObject({
    mode: z.enum(['cluster', 'files']),
    context: textOrNull,
    server: textOrNull,
    paths: z.array(text).nullable(),
  }),
  result: z.looseObject({
    count: count.meta({ description: 'How many results are in it.' }),
    canonicalDigest: digest.meta({ description: 'Of the result as canonical JSON (RFC 8785).' }),
  }),
  filters: filters.unwrap().nullable(),
  incomplete,
  coverage,
  summary,
  gate,
  policies: z.array(policy.omit({ modules: true })),
  exceptions,
});

const predicate = repeatedSchema.extend({
  exitCode: z.int(),
  cluster: cluster.nullable().meta({ description: 'Null where no cluster was asked.' }),
  inputs: z.array(file).nullable().meta({
    description: 'The texts that were scanned or taken as facts, rendered where they are of charts.',
  }),
  result: repeatedSchema.shape.result.extend({ name: text, digest }),
  policies: z.array(policy),
});

export const statementSchema = z
  .looseObject({
    _type: z.literal(statementType),
    subject: z.array(file).min(1),
    predicateType: z.literal(predicateType),
    predicate,
  })
  .meta({
    title: 'Evidence of an audit by audit-scanner',
    description:
      'The in-toto statement in the DSSE envelope of the Sigstore bundle that --attest writes. Version 1. Fields are only ever added.',
  });

export type Statement = z.infer<typeof statementSchema>;
export type Repeated = z.infer<typeof repeatedSchema>;
export type Predicate = Statement['predicate'];
