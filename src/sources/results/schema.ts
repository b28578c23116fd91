import { z } from 'zod';
import {
  annotated,
  baselineEntrySchema,
  count,
  exceptionFields,
  patterns,
  place,
  policyFields,
  reportAge,
  resultFields,
  resultSchema,
  severity,
  severityCounts,
  text,
  textOrNull,
  texts,
  time,
} from './result-schema.ts';
import { connections, load, summary } from './totals-schema.ts';

/*
 * The documents of `-o json`, `-o jsonl` and `-o baseline`, as they are read and as they are published. Version 1: fields are only ever
 * added, so what is not known here is left alone, and what was added later may be missing.
 */

export const savedApiVersion = 'audit-scanner.kubewarden.io/v1';

const filters = z.looseObject({
  results: z.array(z.enum(['pass', 'fail', 'error'])),
  scope: z
    .looseObject({ cluster: z.boolean(), namespaces: z.union([z.enum(['all', 'none']), texts]) })
    .optional(),
  ignoreNamespaces: texts.optional(),
  labelSelector: textOrNull.optional(),
  policies: patterns.optional(),
  kinds: patterns.optional(),
});

const coverage = z.looseObject({
  cells: z.looseObject({ scanned: count, partial: count, failed: count, empty: count, skipped: count }),
  reused: count.optional(),
  storedReports: reportAge.optional(),
  shard: z.looseObject({ index: count, count }).optional(),
  types: count,
  namespaces: count,
  ignoredNamespaces: texts,
  labelSelector: textOrNull,
  gaps: z.array(
    z.looseObject({
      cluster: text.optional(),
      state: z.enum(['partial', 'failed']),
      policies: texts,
      resource: textOrNull,
      namespace: textOrNull,
      code: text,
      reason: text,
      missing: count.nullable(),
    }),
  ),
  skipped: z.array(
    z.looseObject({
      cluster: text.optional(),
      policy: text,
      resource: textOrNull,
      namespaces: count.nullable(),
      names: texts.optional(),
      reason: text,
    }),
  ),
  keptReports: z.array(
    z.looseObject({
      resource: text,
      count,
      oldestVerdict: time.nullable(),
      newestVerdict: time.nullable(),
    }),
  ),
  input: z
    .looseObject({
      objects: count,
      leftOut: z.array(z.looseObject({ path: text, reason: text, count })),
      warnings: z.array(
        z.looseObject({
          code: text,
          message: text,
          path: text,
          line: z.int().nullable(),
          column: z.int().nullable(),
          template: textOrNull,
        }),
      ),
    })
    .nullable(),
});

const gate = z.looseObject({
  result: z.enum(['passed', 'failed', 'incomplete', 'none']),
  passed: z.boolean(),
  exitCode: z.int(),
  failOn: text,
  retryable: z.boolean().optional(),
  violations: count,
  counted: z.enum(['new', 'new-and-changed']).optional(),
  rules: z.array(
    z.looseObject({
      name: z.enum(['violations', 'complete']),
      threshold: z.union([z.number(), z.boolean()]),
      actual: z.union([z.number(), z.boolean()]),
      passed: z.boolean(),
    }),
  ),
  verdict: text,
});

const comparison = z.looseObject({
  source: text,
  takenAt: time.nullable(),
  warnings: texts,
  counts: z.looseObject({ new: count, changed: count, known: count, fixed: count, unseen: count }),
  failBySeverity: z.looseObject({ new: severityCounts, changed: severityCounts, known: severityCounts }),
  fixed: z.array(baselineEntrySchema),
  unseen: z.array(baselineEntrySchema),
});

/** One cluster of a run over several. What is listed of it is beside it, with its name. */
const cluster = z
  .looseObject({
    name: text,
    server: textOrNull,
    uid: textOrNull,
    sameAs: texts,
    started: z.boolean(),
    runUID: text,
    startedAt: time,
    finishedAt: time,
    complete: z.boolean(),
    interrupted: z.boolean(),
    coverage,
    summary,
    load: load.nullable(),
    connections: connections.optional(),
  })
  .meta({ id: 'Cluster' });

/** What every document says of a run. */
export const runFields = {
  apiVersion: z.literal(savedApiVersion),
  metadata: z.looseObject({
    runUID: text,
    startedAt: time,
    finishedAt: time,
    toolVersion: text,
    context: textOrNull,
    server: textOrNull,
    contexts: texts.optional(),
    mode: z.enum(['cluster', 'files']),
    paths: texts.nullable().optional(),
  }),
  complete: z.boolean(),
  interrupted: z.boolean().optional(),
  filters: filters.optional(),
  incomplete: z.array(
    z.looseObject({
      code: text,
      message: text,
      scope: z.looseObject({
        cluster: text.optional(),
        resource: text.optional(),
        namespace: text.optional(),
        policy: text.optional(),
        path: text.optional(),
      }),
      count,
      retryable: z.boolean().optional(),
    }),
  ),
  coverage,
  clusters: z.array(cluster).optional(),
  summary,
  load: load.nullable(),
  connections: connections.optional(),
  gate,
  policies: z.array(
    z.looseObject({
      cluster: text.optional(),
      ...policyFields,
      severity,
      policyServer: text,
      mutating: z.boolean().optional(),
      contextAware: z.boolean().optional(),
      resourceVersion: text.optional(),
      generation: count.optional(),
      state: z.enum(['audited', 'skipped', 'errored']),
      reason: textOrNull,
      notes: texts,
    }),
  ),
  exceptions: z.array(
    z.looseObject({
      policy: textOrNull,
      kind: textOrNull,
      namespace: textOrNull,
      name: textOrNull,
      ...exceptionFields,
      state: z.enum(['used', 'unused', 'unclear', 'expired']),
      findings: count,
      objects: count.optional(),
    }),
  ),
  annotations: z
    .looseObject({
      accepted: count,
      invalid: z.array(
        z.looseObject({ object: annotated, source: place.nullable(), problems: texts, objects: count }),
      ),
    })
    .optional(),
  baseline: comparison.nullable().optional(),
};

/** Everything about a run but its results. */
export const runSchema = z.looseObject({
  ...runFields,
  kind: z.enum(['AuditResult', 'Summary', 'Baseline']),
});

export type SavedRun = z.infer<typeof runSchema>;

/** Each document, and each line of `-o jsonl`, as a whole. */
export const documentSchema = z
  .union([
    z
      .looseObject({ ...runFields, kind: z.literal('AuditResult'), results: z.array(resultSchema) })
      .meta({ id: 'AuditResult', description: 'The document of -o json.' }),
    z
      .looseObject({ kind: z.literal('Result'), ...resultFields })
      .meta({ id: 'ResultLine', description: 'A line of -o jsonl.' }),
    z.looseObject({ ...runFields, kind: z.literal('Summary') }).meta({
      id: 'SummaryLine',
      description: 'The last line of -o jsonl; a file without it was cut short.',
    }),
    z
      .looseObject({ ...runFields, kind: z.literal('Baseline'), entries: z.array(baselineEntrySchema) })
      .meta({ id: 'Baseline', description: 'The document of -o baseline.' }),
  ])
  .meta({ title: 'Results of audit-scanner', description: 'Version 1. Fields are only ever added.' });
