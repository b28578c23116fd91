import {
  count,
  list,
  type OptionGroup,
  oneOf,
  parseInteger,
  shared,
  text,
  texts,
  toggle,
} from '../../config/index.ts';
import { type ResultStatus, severities } from '../../domain/index.ts';
import { groupings, outputFormats } from '../../reports/index.ts';
import { failOnLevels, incompleteActions } from '../../verdict/index.ts';
import { parseOutput } from './output-option.ts';
import { refuseOutputWithoutFormat } from './reference-flags.ts';

/* What is done with results, whether they come of a scan or of what one has left. */

/** The results that may be shown. */
export const shownResults: readonly ResultStatus[] = ['fail', 'error', 'pass'];

export const quiet = toggle('quiet', 'errors and the verdict only', { short: 'q' });
export const verbose = count('verbose', 'more; twice for everything', { short: 'v' });

/** What is shown, and how. */
export const showingGroup = {
  title: 'Report',
  options: [
    texts('output FORMAT[=FILE]', `${outputFormats.join(', ')}; repeatable, one to stdout (default table)`, {
      short: 'o',
      parse: parseOutput,
      refuse: refuseOutputWithoutFormat,
    }),
    list('severity LIST', 'show only these severities; never changes the exit code, nor what programs read', {
      parse: oneOf([...severities, 'unset'], { '-': 'unset' }),
    }),
    list(
      'show LIST',
      'show these results: fail, error, pass or all; programs always get those that fail and errors',
      {
        default: 'fail,error',
        parse: oneOf([...shownResults, 'all']),
      },
    ),
    text('group-by WHAT', `for people: findings by ${groupings.join(', ')}`, {
      default: 'resource',
      parse: oneOf(groupings),
    }),
    toggle('no-roll-up', 'show Pods, ReplicaSets and Jobs each by itself, not at their owner'),
    toggle('no-summary', 'leave out the counts; what was missed and the verdict stay'),
    shared.noHeaders,
  ],
} as const satisfies OptionGroup;

/** What a result comes to. */
export const judgingGroup = {
  title: 'Gate',
  options: [
    text('fail-on LEVEL', `lowest severity that fails: ${failOnLevels.join(', ')}`, {
      default: 'any',
      parse: oneOf(failOnLevels),
    }),
    text('max-violations N', 'violations that are let through', {
      default: '0',
      parse: parseInteger(0),
    }),
    toggle('include-monitor', 'with --fail-on any: count policies in monitor mode too'),
    text(
      'on-incomplete ACTION',
      'fail or warn when something could not be looked at; retryable fails only where another try may see more',
      { default: 'fail', parse: oneOf(incompleteActions) },
    ),
    toggle('exit-zero', 'exit with 0 in place of 1 and 3'),
  ],
} as const satisfies OptionGroup;

/** Whose results. */
export const policyFilterOptions = [
  list('policy NAME', 'only these policies; * and ? match anything'),
  list('exclude-policy NAME', 'leave these policies out'),
] as const;

export const baselineOption = text(
  'baseline FILE|cluster',
  'count only violations that are not in this saved result (-o baseline, json or jsonl), or not in the stored reports',
);

/** What is not new. */
export const baselineOptions = [
  baselineOption,
  toggle('baseline-strict', 'with --baseline: count violations with another message than before, too'),
] as const;

/** What was there before, for the formats that show it. */
export const historyOption = text(
  'history DIR',
  'with -o html: draw the course of earlier runs, from the results (-o json, jsonl) in this folder',
);

/** What a screen gets of it. */
export const screenGroup = {
  title: 'Screen',
  options: [quiet, verbose, shared.color, shared.noColor],
} as const satisfies OptionGroup;
