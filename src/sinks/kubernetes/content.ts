import { hash } from 'node:crypto';
import { managedByLabel, policyVersionProperty, reportVersionLabel } from '../../reports/report-body.ts';
import { fnv1a } from './fnv.ts';
import { listProperty, property, textProperty } from './json.ts';

/** Bytes of a content digest. */
export const digestBytes = 16;

/**
 * What decides whether a report has to be written. `digest` covers what the scanner owns and what is not bound to a run:
 * not timestamps, not the run's UID; nor the policies' versions, which their controller moves without a change of what they say, while
 * their generations count. The fields are read by name, so that what an API server defaults or prunes, and
 * labels of others, make no difference.
 */
export type ReportContent = { readonly digest: Buffer; readonly results: readonly ResultMark[] };

/**
 * One result: `fingerprint` (32 bits) stands for policy, verdict and message; `seconds` since the epoch is when they were
 * first seen, 0 when unknown.
 */
export type ResultMark = { readonly fingerprint: number; readonly seconds: number };

/** Describes a report object, be it just built or read from the API. */
export function describeContent(report: unknown): ReportContent {
  const results = listProperty(report, 'results');
  const labels = property(property(report, 'metadata'), 'labels');
  const content = [
    pick(labels, [managedByLabel, reportVersionLabel]),
    listProperty(property(report, 'metadata'), 'ownerReferences').map((owner) => pick(owner, ownerFields)),
    pick(property(report, 'scope'), scopeFields),
    pick(property(report, 'summary'), summaryFields),
    results.map((result) => [pick(result, resultFields), sortedEntries(property(result, 'properties'))]),
  ];
  return {
    digest: hash('sha256', JSON.stringify(content), 'buffer').subarray(0, digestBytes),
    results: results.map(markResult),
  };
}

/**
 * Gives each new result its timestamp: the stored one as long as policy, verdict and message stay, else `now`. `moved` says
 * whether any result appeared, disappeared or changed.
 */
export function carryTimestamps(
  stored: readonly ResultMark[],
  current: readonly ResultMark[],
  now: number,
): { readonly timestamps: readonly number[]; readonly moved: boolean } {
  const known = new Map(stored.map(({ fingerprint, seconds }) => [fingerprint, seconds]));
  const timestamps = current.map(({ fingerprint }) => known.get(fingerprint) || now);
  const present = new Set(current.map(({ fingerprint }) => fingerprint));
  const moved = present.size !== known.size || current.some(({ fingerprint }) => !known.has(fingerprint));
  return { timestamps, moved };
}

const ownerFields = ['apiVersion', 'kind', 'name', 'uid'];
const scopeFields = ['apiVersion', 'kind', 'namespace', 'name', 'uid', 'resourceVersion'];
const summaryFields = ['pass', 'fail', 'warn', 'error', 'skip'];
const verdictFields = ['policy', 'result', 'message'];
const resultFields = [...verdictFields, 'source', 'category', 'severity', 'scored'];
const maxUint32 = 0xffff_ffff;

function markResult(result: unknown): ResultMark {
  const seconds = property(property(result, 'timestamp'), 'seconds');
  return {
    fingerprint: fnv1a(JSON.stringify(pick(result, verdictFields))),
    seconds: typeof seconds === 'number' && seconds > 0 && seconds <= maxUint32 ? Math.floor(seconds) : 0,
  };
}

function pick(object: unknown, fields: readonly string[]): readonly unknown[] {
  return fields.map((field) => property(object, field));
}

function sortedEntries(object: unknown): readonly (readonly string[])[] {
  if (typeof object !== 'object' || object === null) return [];
  return Object.keys(object)
    .filter((key) => key !== policyVersionProperty)
    .sort()
    .map((key) => [key, textProperty(object, key)]);
}
