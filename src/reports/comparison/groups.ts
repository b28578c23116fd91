import { type Change, compareText, type PolicyResult } from '../../domain/index.ts';
import { compareSubjects, formatResource, severityRank } from '../finding.ts';
import { describeMembers } from '../roll-up.ts';

/** The changes of one owner: what a person has to fix, or no longer has to. */
export type OwnerGroup = {
  readonly namespace: string | undefined;
  /** `deployments.apps/web`. */
  readonly owner: string;
  /** How many objects have these changes. */
  readonly objects: number;
  /** `itself, 3 Pods`; empty where it is the owner alone. */
  readonly members: string;
  readonly changes: readonly Change[];
};

/** By owner, worst first; what has no owner stands for itself. */
export function groupByOwner(changes: readonly Change[]): readonly OwnerGroup[] {
  const groups = Map.groupBy(changes, ({ report }) =>
    JSON.stringify([report.subject.namespace ?? null, ownerOf(report)]),
  );
  return [...groups.values()].flatMap(toGroup).sort(compareGroups);
}

function toGroup(changes: readonly Change[]): readonly OwnerGroup[] {
  const [first] = changes;
  if (first === undefined) return [];
  const { report } = first;
  const members = [...new Map(changes.map((one) => [formatResource(one.report), one.report])).values()];
  const { groupResource, name } = report.owner ?? { ...report, name: report.subject.name };
  const isOwner = members.every(({ owner }) => owner === undefined);
  return [
    {
      namespace: report.subject.namespace,
      owner: ownerOf(report),
      objects: members.length,
      members: isOwner ? '' : describeMembers(members, { groupResource, subject: { name } }),
      changes: changes.toSorted(compareChanges),
    },
  ];
}

function ownerOf(report: Change['report']): string {
  const { owner } = report;
  return owner === undefined ? formatResource(report) : `${owner.groupResource}/${owner.name}`;
}

function compareGroups(a: OwnerGroup, b: OwnerGroup): number {
  return (
    worstOf(a) - worstOf(b) ||
    compareText(a.namespace ?? '', b.namespace ?? '') ||
    compareText(a.owner, b.owner)
  );
}

function worstOf({ changes }: OwnerGroup): number {
  return changes.reduce((worst, change) => Math.min(worst, rankOf(change)), Infinity);
}

function compareChanges(a: Change, b: Change): number {
  return rankOf(a) - rankOf(b) || compareSubjects(a.report.subject, b.report.subject);
}

function rankOf(change: Change): number {
  const result = resultOf(change);
  return result === undefined ? Infinity : severityRank(result);
}

/** The verdict that a change is about: the one that fails. */
export function resultOf({ kind, installed, proposed }: Change): PolicyResult | undefined {
  return kind === 'newly-failing' ? proposed : installed;
}
