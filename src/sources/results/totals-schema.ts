import { z } from 'zod';
import { loadModes } from '../../domain/index.ts';
import { count, severityCounts, text, textOrNull } from './result-schema.ts';

/* What a run comes to in numbers. */

export const summary = z.looseObject({
  resources: count,
  evaluations: count,
  policies: z.looseObject({ audited: count, skipped: count, errored: count }),
  reused: count.optional(),
  confirmed: count.optional(),
  sampleSeed: count.optional(),
  pass: count,
  fail: count,
  warn: count,
  error: count,
  skip: count,
  accepted: count,
  failBySeverity: severityCounts,
  stored: z.looseObject({
    created: count,
    updated: count,
    unchanged: count,
    deleted: count,
    keptResults: count,
  }),
});

export const load = z.looseObject({
  mode: z.enum(loadModes),
  atMost: count,
  servers: z.array(z.looseObject({ server: text, highest: count, last: count, halved: count })),
});

export const connections = z.array(
  z.looseObject({
    policyServer: text,
    mode: z.enum(['balanced', 'per-request']),
    endpoints: count,
    reason: textOrNull,
  }),
);
