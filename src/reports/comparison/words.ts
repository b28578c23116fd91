import {
  type Change,
  type ChangeCounts,
  type ChangeReason,
  type ComparedPolicy,
  formatPolicy,
  type NotCompared,
} from '../../domain/index.ts';
import { plural, toPlainText, toTerminalMessage } from '../../text/index.ts';
import { describeAcceptance } from '../acceptance.ts';

const reasons: Readonly<Record<ChangeReason, string>> = {
  'not-looked-at-before': 'not looked at before',
  'only-reported-before': 'only reported before, in mode monitor',
  'no-longer-looked-at': 'no longer looked at',
  'only-reported-from-now-on': 'only reported from now on, in mode monitor',
};

/** What explains a change besides the message; empty where nothing does. */
export function explainChange({ why, proposed }: Change): string {
  const accepted =
    proposed?.exception === undefined ? [] : [`accepted: ${describeAcceptance(proposed.exception)}`];
  return [...(why === undefined ? [] : [reasons[why]]), ...accepted].join('; ');
}

/** `3 newly failing, 1 newly passing, 12 fail as before, 108 pass as before`, and what was not compared, if anything. */
export function describeCounts(counts: ChangeCounts): string {
  const { newlyFailing, newlyPassing, stillFailing, stillPassing, notCompared } = counts;
  const parts = [
    `${newlyFailing} newly failing`,
    `${newlyPassing} newly passing`,
    `${stillFailing} fail as before`,
    `${stillPassing} pass as before`,
    ...(notCompared > 0 ? [`${notCompared} not compared`] : []),
  ];
  return parts.join(', ');
}

/** What a policy was compared with. */
export function describePair({ installed, differences }: ComparedPolicy): string {
  if (installed === undefined)
    return 'none of this name is installed: what fails would be rejected from now on';
  if (installed instanceof Error) return 'the installed one cannot be read';
  const { status } = installed;
  if (status !== 'active')
    return `the installed one is not active (status: ${toPlainText(status) || 'not set'}), so it rejects nothing`;
  return differences.length === 0
    ? 'says the same as the installed one'
    : `against the installed one, which differs in ${toPlainText(differences.join(', '))}`;
}

/** Which objects only one of the two is asked about, if any. */
export function describeAsked({ newlyAsked, noLongerAsked, installed }: ComparedPolicy): readonly string[] {
  if (installed === undefined || installed instanceof Error || newlyAsked + noLongerAsked === 0) return [];
  const parts = [
    ...(newlyAsked > 0 ? [`${plural(newlyAsked, 'object')} not looked at before`] : []),
    ...(noLongerAsked > 0 ? [`${plural(noLongerAsked, 'object')} no longer looked at`] : []),
  ];
  return [`matches other objects: ${parts.join(', ')}`];
}

/** `ClusterAdmissionPolicy/x, 12 objects: the installed one gave no answer: … [AS-4302]`. */
export function describeNotCompared({ policy, side, reason, code, count }: NotCompared): string {
  const which = side === 'installed' ? 'the installed one' : 'the new one';
  const objects = count === 0 ? '' : `, ${plural(count, 'object')}`;
  const suffix = code === undefined ? '' : ` [${code}]`;
  return `${toPlainText(formatPolicy(policy))}${objects}: ${which} gave no answer: ${toTerminalMessage(reason)}${suffix}`;
}
