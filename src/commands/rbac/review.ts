import { forEachConcurrent } from '../../audit/index.ts';
import type { Access, AccessReviewer } from '../../sources/index.ts';
import type { Need } from './needs.ts';

export type ReviewedNeed = Need & {
  /** `elsewhere`: not in the whole cluster, but in each of its audited namespaces, where a scan lists then. */
  readonly access: Access | 'elsewhere';
};

export type ReviewOptions = {
  readonly reviewer: AccessReviewer;
  /** The audited namespaces; undefined where they are not known. */
  readonly namespaces: readonly string[] | undefined;
};

const concurrency = 8;

/** Asks about each need. Rejects with an AuditError when the API server does not answer. */
export async function reviewNeeds(
  needs: readonly Need[],
  options: ReviewOptions,
  signal: AbortSignal,
): Promise<readonly ReviewedNeed[]> {
  const reviewed = new Map<Need, ReviewedNeed>();
  await forEachConcurrent(needs, concurrency, async (need) => {
    reviewed.set(need, { ...need, access: await reviewNeed(need, options, signal) });
  });
  return needs.flatMap((need) => reviewed.get(need) ?? []);
}

async function reviewNeed(
  { permission, fallsBack }: Need,
  { reviewer, namespaces = [] }: ReviewOptions,
  signal: AbortSignal,
): Promise<ReviewedNeed['access']> {
  const access = await reviewer.review(permission, signal);
  if (access !== 'denied' || !fallsBack) return access;
  if (namespaces.length === 0) return access;
  for (let done = 0; done < namespaces.length; done += concurrency) {
    const some = namespaces.slice(done, done + concurrency);
    const answers = await Promise.all(
      some.map((namespace) => reviewer.review({ ...permission, namespace }, signal)),
    );
    if (answers.some((answer) => answer !== 'allowed')) return access;
  }
  return 'elsewhere';
}
