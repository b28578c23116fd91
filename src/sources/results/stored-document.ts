import { z } from 'zod';
import { type ObjectReference, type ResultStatus, type Severity, severities } from '../../domain/index.ts';
import { policyGenerationProperty, policyUidProperty, resultSource } from '../../reports/index.ts';

/** One result as a report has it. */
export type StoredRow = {
  /** The unique name of the policy. */
  readonly policy: string;
  readonly result: ResultStatus;
  readonly message: string | undefined;
  readonly severity: Severity | undefined;
  readonly category: string | undefined;
  /** When the result became what it is, in seconds since the epoch; undefined where the report does not say. */
  readonly seconds: number | undefined;
  readonly properties: Readonly<Record<string, string>>;
};

export type StoredDocument = { readonly subject: ObjectReference; readonly rows: readonly StoredRow[] };

const text = z.string();
const name = text.min(1);

const rowSchema = z.object({
  source: z.literal(resultSource),
  policy: name,
  result: z.enum(['pass', 'fail', 'error']),
  message: text.optional(),
  severity: z.enum(severities).optional().catch(undefined),
  category: text.optional(),
  timestamp: z.object({ seconds: z.number() }).optional(),
  properties: z.record(text, text).optional(),
});

const documentSchema = z.object({
  metadata: z.object({ namespace: text.optional() }),
  scope: z.object({
    apiVersion: name,
    kind: name,
    name,
    uid: text.optional(),
    resourceVersion: text.optional(),
  }),
  results: z.array(z.looseObject({ source: text.optional() })).optional(),
});

/**
 * What a report of the scanner says. Its object is taken to be where the report is. Results of another source are left out; undefined where the
 * report, or a result of ours in it, is not as the scanner writes it.
 */
export function parseStoredReport(report: unknown): StoredDocument | undefined {
  const { data } = documentSchema.safeParse(report);
  if (data === undefined) return undefined;
  const { metadata, scope, results = [] } = data;
  const rows = results
    .filter(({ source }) => source === resultSource)
    .map((result) => rowSchema.safeParse(result).data);
  if (!rows.every((row) => row !== undefined)) return undefined;
  return {
    subject: {
      apiVersion: scope.apiVersion,
      kind: scope.kind,
      namespace: metadata.namespace,
      name: scope.name,
      uid: scope.uid ?? '',
      resourceVersion: scope.resourceVersion ?? '',
    },
    rows: rows.map(toRow),
  };
}

function toRow({ message, timestamp, properties = {}, ...row }: z.infer<typeof rowSchema>): StoredRow {
  const seconds = timestamp?.seconds ?? 0;
  return {
    policy: row.policy,
    result: row.result,
    message: message === '' ? undefined : message,
    severity: row.severity,
    category: row.category,
    seconds: seconds > 0 ? seconds : undefined,
    properties,
  };
}

/** Which policy it was: its UID, and its generation, which is the first where none is named. */
export function policyOf({ properties }: StoredRow): { readonly uid: string; readonly generation: number } {
  return {
    uid: properties[policyUidProperty] ?? '',
    generation: Number(properties[policyGenerationProperty] ?? 1),
  };
}
