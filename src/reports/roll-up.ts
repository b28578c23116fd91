import {
  compareText,
  formatOrigin,
  type PolicyException,
  type PolicyResult,
  parseApiVersion,
  type ResourceReport,
} from '../domain/index.ts';
import { plural, toPlainText } from '../text/index.ts';
import { inPlace } from './finding.ts';

/** Which objects are shown at their top owner: none, those that controllers make by the dozen, or all that have an owner. */
export type RollUp = 'none' | 'workloads' | 'all';

/** One result of several objects of one owner: the same policy, verdict and message. */
export type RolledResult = PolicyResult & { readonly members: readonly ResourceReport[] };

/** What people are shown as one thing: an object by itself, or an owner in place of what it owns. */
export type RolledReport = Omit<ResourceReport, 'results'> & {
  readonly results: readonly RolledResult[];
  /** The objects that it stands for; only itself where nothing is rolled up. */
  readonly members: readonly ResourceReport[];
};

const workloads: ReadonlySet<string> = new Set(['/Pod', 'apps/ReplicaSet', 'batch/Job']);

/** Joins the reports of objects that are shown at one owner. Nothing is lost: what differs has a result of its own. */
export function rollUpReports(reports: readonly ResourceReport[], how: RollUp): readonly RolledReport[] {
  const groups = Map.groupBy(reports, (report) => keyOf(isRolledUp(report, how) ? atOwner(report) : report));
  return [...groups.values()].flatMap((group) => {
    const rolled = group.find((report) => isRolledUp(report, how));
    return rolled === undefined ? group.map(alone) : [join(atOwner(rolled), group)];
  });
}

/** How many objects are shown at their owners, and in how many places. */
export function countRolledUp(rolled: readonly RolledReport[]): {
  readonly objects: number;
  readonly owners: number;
} {
  const joined = rolled.filter(isJoined);
  const objects = joined.reduce((sum, report) => sum + report.members.length, 0);
  return { objects, owners: joined.length };
}

/** Whether it stands for more than itself. */
function isJoined({ members, subject, groupResource }: RolledReport): boolean {
  return members.some((member) => !isItself(member, { subject, groupResource }));
}

function isRolledUp({ subject, owner }: ResourceReport, how: RollUp): boolean {
  if (owner === undefined || how === 'none') return false;
  return how === 'all' || workloads.has(`${parseApiVersion(subject.apiVersion).group}/${subject.kind}`);
}

type Place = Pick<ResourceReport, 'subject' | 'groupResource' | 'owner' | 'cluster'>;

/** The owner in place of the object. Its `owner` says whether it is the top one. */
function atOwner({ subject, groupResource, owner, cluster }: ResourceReport): Place {
  const within = cluster === undefined ? {} : { cluster };
  if (owner === undefined) return { subject, groupResource, ...within };
  const { apiVersion, kind, name } = owner;
  const { namespace } = subject;
  return {
    subject: { apiVersion, kind, namespace, name, uid: '', resourceVersion: '' },
    groupResource: owner.groupResource,
    owner,
    ...within,
  };
}

function keyOf({ subject, groupResource, cluster }: Place): string {
  return JSON.stringify([cluster, subject.namespace, groupResource, subject.name]);
}

/** What tells objects of a namespace apart. */
type Named = {
  readonly groupResource: string;
  readonly subject: Pick<ResourceReport['subject'], 'name'>;
};

function isItself(member: Named, { subject, groupResource }: Named): boolean {
  return member.groupResource === groupResource && member.subject.name === subject.name;
}

function alone(report: ResourceReport): RolledReport {
  const members = [report];
  return { ...report, members, results: report.results.map((result) => ({ ...result, members })) };
}

function join(place: Place, members: readonly ResourceReport[]): RolledReport {
  const itself = members.find((member) => isItself(member, place));
  const origin = (itself ?? members.find((member) => member.origin !== undefined))?.origin;
  return { ...place, members, results: joinResults(members), ...(origin && { origin }) };
}

function joinResults(members: readonly ResourceReport[]): readonly RolledResult[] {
  const all = members.flatMap((member) => member.results.map((result) => ({ member, result })));
  const groups = Map.groupBy(all, ({ result }) => JSON.stringify(toDistinction(result)));
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    return first === undefined ? [] : [{ ...first.result, members: group.map(({ member }) => member) }];
  });
}

/** Results that differ in none of these read the same. */
function toDistinction({ policy, result, message, errorCode, exception, baseline }: PolicyResult): unknown {
  const accepted = exception && distinguish(exception);
  return [policy.uniqueName, result, message, errorCode, accepted, baseline];
}

/** Pods of one template say the same of themselves. */
function distinguish({ reason, owner, expiresAt, origin, saidBy }: PolicyException): unknown {
  return saidBy === undefined ? [reason, origin && formatOrigin(origin)] : [reason, owner, expiresAt];
}

/** `deployments.apps/web`, and for what it stands: `deployments.apps/web · itself, 3 Pods`. */
export function formatRolled(report: RolledReport): string {
  const name = `${report.groupResource}/${report.subject.name}`;
  if (!isJoined(report)) return toPlainText(name);
  const doubt = report.owner?.isCertain === false ? ' · perhaps not the top owner' : '';
  return toPlainText(`${name} · ${describeMembers(report.members, report)}${doubt}`);
}

/** `payments/deployments.apps/api · 3 Pods`; without a namespace for what has none. */
export function formatRolledObject(report: RolledReport): string {
  return toPlainText(inPlace(report, formatRolled(report)));
}

/** ` (2 Pods)` behind a message that is not that of all; empty where it is. */
export function formatShare({ members }: RolledResult, report: RolledReport): string {
  if (members.length === report.members.length) return '';
  return ` (${toPlainText(describeMembers(members, report))})`;
}

/** `itself, 3 Pods`: the objects that are shown at one, some of which may be that one. */
export function describeMembers(members: readonly Omit<ResourceReport, 'results'>[], place: Named): string {
  const others = members.filter((member) => !isItself(member, place));
  const kinds = [...Map.groupBy(others, ({ subject }) => subject.kind)].sort(([a], [b]) => compareText(a, b));
  return [
    ...(others.length < members.length ? ['itself'] : []),
    ...kinds.map(([kind, { length }]) => plural(length, kind, toPlural(kind))),
  ].join(', ');
}

function toPlural(kind: string): string {
  if (/[^aeiou]y$/i.test(kind)) return `${kind.slice(0, -1)}ies`;
  return /(?:s|x|ch|sh)$/i.test(kind) ? `${kind}es` : `${kind}s`;
}
