import { hash } from 'node:crypto';
import { isSeal } from '../../domain/index.ts';
import {
  type EarlierVerdict,
  managedByLabel,
  parseEarlierVerdict,
  policyGenerationProperty,
  policyUidProperty,
  policyVersionProperty,
  reportVersionLabel,
  sealProperty,
} from '../../reports/index.ts';
import { listProperty, property, textProperty } from './properties.ts';

/** Bytes of a content digest. */
export const digestBytes = 16;

/**
 * What decides whether a report has to be written. `digest` covers what the scanner owns and what is not bound to a run:
 * not timestamps, not the run's UID; nor the policies' versions, which their controller moves without a change of what they say, while
 * their generations count; nor the seals, which only count if results are reused. The fields are read by name, so that what an API server defaults or prunes, and
 * labels of other tools, make no difference. `object` (32 bits) stands for the object and the version of it that was seen.
 */
export type ReportContent = {
  readonly digest: Buffer;
  readonly object: number;
  readonly results: readonly ResultMark[];
};

/**
 * One result. `fingerprint` (32 bits) stands for policy, verdict and message; `seconds` since the epoch is when they were
 * first seen, 0 when unknown. `policy` (32 bits) stands for the policy by its name in reports, `generation` (32 bits) for its UID and generation.
 */
export type ResultMark = {
  readonly fingerprint: number;
  readonly seconds: number;
  readonly policy: number;
  readonly generation: number;
  /** Undefined if it is not a verdict. */
  readonly verdict: EarlierVerdict['verdict'] | undefined;
  /** What the policy said before it gave no answer. */
  readonly earlier: EarlierVerdict | undefined;
  /** Set where a run may reuse the verdict: the seal, and the message that belongs to it. */
  readonly sealed?: Sealed | undefined;
};

export type Sealed = { readonly seal: string; readonly message: string };

/** Describes a report object, be it just built or read from the API. */
export function describeContent(report: unknown): ReportContent {
  return {
    digest: digestContent(report),
    object: fnv1a(JSON.stringify(pick(property(report, 'scope'), ['uid', 'resourceVersion']))),
    results: listProperty(report, 'results').map(markResult),
  };
}

/**
 * Whether a report that was just built is stored as it is; `seals` says whether they have to be the same, too. Costs half of describing it, and
 * most reports are.
 */
export function isStored(
  report: unknown,
  stored: ReportContent,
  { seals }: { readonly seals: boolean },
): boolean {
  if (!digestContent(report).equals(stored.digest)) return false;
  return (
    !seals ||
    listProperty(report, 'results').every(
      (result, index) => findSeal(result) === stored.results[index]?.sealed?.seal,
    )
  );
}

function digestContent(report: unknown): Buffer {
  const labels = property(property(report, 'metadata'), 'labels');
  const content = [
    pick(labels, [managedByLabel, reportVersionLabel]),
    listProperty(property(report, 'metadata'), 'ownerReferences').map((owner) => pick(owner, ownerFields)),
    pick(property(report, 'scope'), scopeFields),
    pick(property(report, 'summary'), summaryFields),
    listProperty(report, 'results').map((result) => [
      pick(result, resultFields),
      sortedEntries(property(result, 'properties')),
    ]),
  ];
  return hash('sha256', JSON.stringify(content), 'buffer').subarray(0, digestBytes);
}

/**
 * Gives each new result its timestamp: the stored one as long as policy, verdict and message stay, also if there was no answer
 * in between; else `now`. `moved` says whether any result appeared, disappeared or changed.
 */
export function carryTimestamps(
  stored: readonly ResultMark[],
  current: readonly ResultMark[],
  now: number,
): { readonly timestamps: readonly number[]; readonly moved: boolean } {
  const present = new Set(current.map(({ fingerprint }) => fingerprint));
  const known = new Map(stored.map(({ fingerprint, seconds }) => [fingerprint, seconds]));
  const moved = present.size !== known.size || current.some(({ fingerprint }) => !known.has(fingerprint));
  for (const { earlier } of stored)
    if (earlier !== undefined) known.set(earlier.fingerprint, earlier.seconds);
  const timestamps = current.map(({ fingerprint }) => known.get(fingerprint) || now);
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
  const properties = property(result, 'properties');
  const verdict = property(result, 'result');
  const seal = findSeal(result);
  return {
    fingerprint: fnv1a(JSON.stringify(pick(result, verdictFields))),
    seconds: typeof seconds === 'number' && seconds > 0 && seconds <= maxUint32 ? Math.floor(seconds) : 0,
    policy: fnv1a(textProperty(result, 'policy')),
    generation: fnv1a(JSON.stringify(pick(properties, [policyUidProperty, policyGenerationProperty]))),
    verdict: verdict === 'pass' || verdict === 'fail' ? verdict : undefined,
    earlier: parseEarlierVerdict(properties),
    ...(seal !== undefined && { sealed: { seal, message: textProperty(result, 'message') } }),
  };
}

/** Undefined if it is not one. */
function findSeal(result: unknown): string | undefined {
  const text = textProperty(property(result, 'properties'), sealProperty);
  return isSeal(text) ? text : undefined;
}

function pick(object: unknown, fields: readonly string[]): readonly unknown[] {
  return fields.map((field) => property(object, field));
}

function sortedEntries(object: unknown): readonly (readonly string[])[] {
  if (typeof object !== 'object' || object === null) return [];
  return Object.keys(object)
    .filter((key) => key !== policyVersionProperty && key !== sealProperty)
    .sort()
    .map((key) => [key, textProperty(object, key)]);
}

/** FNV-1a over UTF-16 code units, as an unsigned 32-bit number. Not for where somebody may gain from a collision. */
export function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let position = 0; position < text.length; position += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(position), 0x01000193);
  }
  return hash >>> 0;
}
