import { z } from 'zod';
import { severityNames } from '../../domain/index.ts';

/* What the documents of results are made of, and one result. */

export const text = z.string();
export const textOrNull = text.nullable();
export const time = z.iso.datetime();
export const count = z.int().min(0);
export const texts = z.array(text);

export const severity = z.enum(severityNames).meta({ id: 'Severity' });
export const severityCounts = z.looseObject({
  critical: count,
  high: count,
  medium: count,
  low: count,
  info: count,
  unset: count,
});
export const patterns = z.looseObject({ include: texts, exclude: texts });

export const policyFields = {
  name: text,
  namespace: textOrNull,
  kind: z.enum([
    'ClusterAdmissionPolicy',
    'ClusterAdmissionPolicyGroup',
    'AdmissionPolicy',
    'AdmissionPolicyGroup',
  ]),
  uniqueName: text,
  uid: text,
  mode: z.enum(['protect', 'monitor']),
  category: textOrNull,
  origin: z.enum(['files', 'installed']).optional(),
};

export const place = z
  .looseObject({
    path: text,
    line: z.int().nullable(),
    column: z.int().nullable(),
    template: text.optional(),
  })
  .meta({ id: 'Source' });

/** `cluster` is that of a run over several, where the object is not that of a result. */
export const annotated = z.looseObject({
  cluster: text.optional(),
  resource: text,
  namespace: textOrNull,
  name: text,
});

/** Without a source where an object of a cluster says it. */
export const exceptionFields = {
  reason: text,
  owner: textOrNull,
  expires: time.nullable(),
  source: place.nullable(),
  by: z.enum(['file', 'annotation']).optional(),
  object: annotated.optional(),
};

export const resultFields = {
  fingerprint: text,
  cluster: text.optional(),
  result: z.enum(['pass', 'fail', 'error']),
  severity,
  policy: z.looseObject(policyFields),
  resource: z.looseObject({
    apiVersion: text,
    kind: text,
    resource: text,
    namespace: textOrNull,
    name: text,
    uid: text,
    resourceVersion: text.optional(),
  }),
  owner: z
    .looseObject({ apiVersion: text, kind: text, resource: text, name: text, isCertain: z.boolean() })
    .optional(),
  source: place.optional(),
  message: text,
  code: textOrNull,
  status: z.enum(['new', 'changed', 'known', 'accepted']),
  exception: z.looseObject(exceptionFields).nullable(),
};

/** How old stored reports were when they were read. */
export const reportAge = z.looseObject({
  readAt: time,
  confirmedAt: time.nullable(),
  lastCompleteAt: time.nullable(),
  oldestChange: time.nullable(),
  newestChange: time.nullable(),
});

/** One result, the same object in the list of a document and in a line. */
export const resultSchema = z.looseObject(resultFields).meta({ id: 'Result' });

export const baselineEntrySchema = z
  .looseObject({
    cluster: text.optional(),
    policy: text,
    group: text,
    kind: text,
    namespace: textOrNull,
    name: text,
    resources: texts,
    severity,
    messages: texts,
    isOwnerCertain: z.literal(false).optional(),
  })
  .meta({ id: 'BaselineEntry' });

export type SavedFinding = z.infer<typeof resultSchema>;
export type SavedEntry = z.infer<typeof baselineEntrySchema>;
