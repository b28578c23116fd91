import { createHash } from 'node:crypto';
import { z } from 'zod';
import { runFields, savedApiVersion } from '../sources/results/index.ts';
import { digestOf, toCanonicalJson } from './canonical.ts';
import type { Repeated } from './schema.ts';

const resultDocument = z.looseObject({
  ...runFields,
  kind: z.literal('AuditResult'),
  results: z.array(z.looseObject({ policy: z.looseObject({ uniqueName: z.string() }) })),
});

type Policy = z.infer<typeof resultDocument>['policies'][number];

/** What evidence repeats of a document of `-o json`. Throws an Error that says in one line why it is none. */
export function repeatResult(document: unknown): Repeated {
  const { data, error } = resultDocument.safeParse(document);
  if (error !== undefined) throw new Error(`it is no document of -o json: ${describe(error)}`);
  const { metadata, filters, incomplete, coverage, summary, gate, policies, exceptions } = data;
  const { runUID, startedAt, finishedAt, toolVersion, mode, context, server, paths } = metadata;
  const linesOf = Map.groupBy(data.results, ({ policy }) => policy.uniqueName);
  return {
    scanner: { name: 'audit-scanner', version: toolVersion },
    run: {
      uid: runUID,
      startedAt,
      finishedAt,
      complete: data.complete,
      interrupted: data.interrupted ?? false,
    },
    target: { mode, context, server, paths: paths ?? null },
    result: { count: data.results.length, canonicalDigest: digestOf(toCanonicalJson(document)) },
    filters: filters ?? null,
    incomplete,
    coverage,
    summary,
    gate,
    exceptions,
    policies: policies.map((policy) => toPolicy(policy, linesOf.get(policy.uniqueName) ?? [])),
  };
}

function toPolicy(policy: Policy, results: readonly object[]): Repeated['policies'][number] {
  const { kind, name, namespace, uniqueName, uid, mode, policyServer, state, reason } = policy;
  const hash = createHash('sha256');
  for (const result of results) hash.update(`${toCanonicalJson(result)}\n`);
  return {
    kind,
    name,
    namespace,
    uniqueName,
    uid,
    generation: policy.generation ?? null,
    resourceVersion: policy.resourceVersion ?? null,
    mode,
    policyServer,
    state,
    reason,
    results: { count: results.length, digest: { sha256: hash.digest('hex') } },
  };
}

function describe({ issues: [issue] }: z.ZodError): string {
  const where = issue?.path.map(String).join('.') ?? '';
  const what = issue?.message ?? '';
  return where === 'apiVersion' ? `its apiVersion is not ${savedApiVersion}` : `${where}: ${what}`;
}
