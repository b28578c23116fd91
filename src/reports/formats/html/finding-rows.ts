import { severityNames, severityOf } from '../../../domain/index.ts';
import { toPlainText } from '../../../text/index.ts';
import { describeAcceptance } from '../../acceptance.ts';
import {
  describeProblem,
  type Finding,
  formatOwner,
  formatPolicyName,
  formatResource,
} from '../../finding.ts';
import { formatLocation, locate } from '../../location.ts';
import type { RenderContext } from '../../renderer.ts';
import { describeMembers } from '../../roll-up.ts';
import type { RolledFinding } from '../../view.ts';

/** What a page says of a finding, in the order in which its data has them. */
const columnNames = [
  'severity',
  'result',
  'baseline',
  'namespace',
  'object',
  'policy',
  'owner',
  'share',
  'members',
  'message',
  'source',
  'reason',
] as const;

/** Plain texts; empty where there is nothing to say. `members` has a line for each object, where it is more than one. */
export type FindingRow = Readonly<Record<(typeof columnNames)[number], string>>;

/** Of an object that is in no namespace. No namespace can have this name. */
const noNamespace = '(cluster)';

/** With the cluster in front of it where there are several. */
export function placeLabel(place: string | undefined, cluster: string | undefined): string {
  const label = namespaceLabel(place);
  return cluster === undefined ? label : toPlainText(`${cluster}: ${label}`);
}

export function namespaceLabel(namespace: string | undefined): string {
  return namespace === undefined ? noNamespace : toPlainText(namespace);
}

/** The top owner, or the object itself where it has none. */
export function ownerLabel(report: Finding['report']): string {
  return toPlainText(report.owner === undefined ? formatResource(report) : formatOwner(report.owner));
}

export function toFindingRows(
  findings: readonly RolledFinding[],
  context: RenderContext,
): readonly FindingRow[] {
  const cut = createCut(findings);
  return findings.map((finding) => {
    const { result } = finding;
    const place = placeOf(finding);
    const location = locate(place.at, context);
    return {
      severity: severityOf(result),
      // What is new or known has a column of its own.
      result: result.exception === undefined ? result.result : 'accepted',
      baseline: result.baseline ?? '',
      namespace: placeLabel(place.at.subject.namespace, place.at.cluster),
      object: toPlainText(formatResource(place.at)),
      policy: formatPolicyName(result.policy),
      owner: ownerLabel(place.at),
      share: place.share,
      members: place.members,
      message: cut(describeProblem(result)),
      source: location.exists ? formatLocation(location) : '',
      reason: result.exception === undefined ? '' : describeAcceptance(result.exception),
    };
  });
}

type Place = Pick<FindingRow, 'share' | 'members'> & { readonly at: Finding['report'] };

/** What only one object has is shown there, though others of its owner have other findings. */
function placeOf({ report, result: { members } }: RolledFinding): Place {
  const [first] = members;
  if (first !== undefined && members.length === 1) return { at: first, share: '', members: '' };
  return {
    at: report,
    share: toPlainText(describeMembers(members, report)),
    members: members.map((member) => toPlainText(formatResource(member))).join('\n'),
  };
}

/** Characters of all messages together, so that a page stays one that a browser opens at once. */
const roomForMessages = 4_000_000;

/** Keeps messages whole as long as all of them fit, and otherwise cuts the long ones. */
function createCut(findings: readonly Pick<Finding, 'result'>[]): (message: string) => string {
  const lengths = new Map(findings.map(({ result: { message = '' } }) => [message, message.length]));
  const total = [...lengths.values()].reduce((sum, length) => sum + length, 0);
  const limit = total <= roomForMessages ? Infinity : Math.floor(roomForMessages / lengths.size);
  return (message) =>
    message.length <= limit
      ? message
      : `${message.slice(0, limit)}… (cut here: ${message.length} characters, -o json has them all)`.toWellFormed();
}

export type FindingData = {
  /** `ranked`: the values are in the order that they have; else nobody says. */
  readonly columns: readonly {
    readonly name: string;
    readonly values: readonly string[];
    readonly ranked: boolean;
  }[];
  /** For each column the position of the value. */
  readonly rows: readonly (readonly number[])[];
};

/** The same with each value once, which is a tenth of the size. */
export function toFindingData(rows: readonly FindingRow[]): FindingData {
  const columns = columnNames.map((name) => {
    const ranked = name === 'severity';
    const known: readonly string[] = ranked ? severityNames : rows.map((row) => row[name]);
    const positions = new Map([...new Set(known)].map((value, position) => [value, position]));
    return { name, ranked, positions };
  });
  return {
    columns: columns.map(({ name, ranked, positions }) => ({ name, values: [...positions.keys()], ranked })),
    rows: rows.map((row) => columns.map(({ name, positions }) => positions.get(row[name]) ?? -1)),
  };
}
