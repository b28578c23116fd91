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
import { refuseOutputWithoutFormat } from './go-scanner-flags.ts';
import { parseOutput } from './output-option.ts';

/* What is done with results, whether they come of a scan or of what one has left. */

/** The results that may be shown. */
export const shownResults: readonly ResultStatus[] = ['fail', 'error', 'pass'];

export const quiet = toggle('quiet', 'print only errors and the verdict', { short: 'q' });
export const verbose = count('verbose', 'print more; twice for everything', { short: 'v' });

/** What is shown, and how. */
export const showingGroup = {
  title: 'Report',
  options: [
    texts(
      'output FORMAT[=FILE]',
      `${outputFormats.join(', ')}; repeatable, at most one to stdout (default table)`,
      {
        short: 'o',
        parse: parseOutput,
        refuse: refuseOutputWithoutFormat,
      },
    ),
    list(
      'severity LIST',
      'show only these severities; changes neither the exit code nor formats for programs',
      {
        parse: oneOf([...severities, 'unset'], { '-': 'unset' }),
      },
    ),
    list(
      'show LIST',
      'show these results: fail, error, pass or all; formats for programs always have fail and error',
      {
        default: 'fail,error',
        parse: oneOf([...shownResults, 'all']),
      },
    ),
    text('group-by WHAT', `group findings by ${groupings.join(', ')}, in formats for people`, {
      default: 'resource',
      parse: oneOf(groupings),
    }),
    toggle('no-roll-up', 'show each Pod, ReplicaSet and Job instead of their owner'),
    toggle('no-summary', 'omit the counts, but not what was missed and the verdict'),
    shared.noHeaders,
  ],
} as const satisfies OptionGroup;

/** What a result comes to. */
export const judgingGroup = {
  title: 'Gate',
  options: [
    text('fail-on LEVEL', `lowest severity that counts: ${failOnLevels.join(', ')}`, {
      default: 'any',
      parse: oneOf(failOnLevels),
    }),
    text('max-violations N', 'violations to tolerate', {
      default: '0',
      parse: parseInteger(0),
    }),
    toggle('include-monitor', 'with --fail-on any: also count policies in monitor mode'),
    text(
      'on-incomplete ACTION',
      'fail or warn if the scan could not look at something; retryable fails only if another try may see more',
      { default: 'fail', parse: oneOf(incompleteActions) },
    ),
    toggle('exit-zero', 'exit with 0 instead of 1 and 3'),
  ],
} as const satisfies OptionGroup;

/** Whose results. */
export const policyFilterOptions = [
  list('policy NAME', 'only these policies; * and ? are wildcards'),
  list('exclude-policy NAME', 'skip these policies'),
] as const;

export const baselineOption = text(
  'baseline FILE|cluster',
  'count only violations that are not in this saved result (-o baseline, json or jsonl), or with cluster not in the stored reports',
);

/** What is not new. */
export const baselineOptions = [
  baselineOption,
  toggle('baseline-strict', 'with --baseline: also count violations whose message changed'),
] as const;

/** What was there before, for the formats that show it. */
export const historyOption = text(
  'history DIR',
  'with -o html: chart earlier runs, from the saved results (-o json, jsonl) in this folder',
);

/** What a screen gets of it. */
export const screenGroup = {
  title: 'Screen',
  options: [quiet, verbose, shared.color, shared.noColor],
} as const satisfies OptionGroup;
