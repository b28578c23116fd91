import { errorCodes } from '../../../domain/errors.ts';
import type { ManualPage } from '../page.ts';

export const outputPages = {
  [errorCodes.outputFailed]: {
    title: 'an output could not be written',
    meaning:
      'The scan is done, and one of its documents is missing. What was at its place before is still there.',
    evidence: 'Writing, or giving the finished file its name, failed.',
    remedies: ['Free space, or another place: -o json=FILE', 'Run it again'],
    related: [errorCodes.outputNotWritable],
  },
  [errorCodes.reportWriteFailed]: {
    title: 'reports could not be stored',
    meaning: 'The objects were audited, and their reports in the cluster are older than this scan.',
    evidence: 'The API server refused the write, or it failed after its retries.',
    remedies: [
      'Grant get, list, create and patch on the report types',
      'An admission webhook may refuse it: the message says which',
      'Run it again',
    ],
    related: [errorCodes.reportDeleteFailed, errorCodes.reportKindMissing],
  },
  [errorCodes.reportDeleteFailed]: {
    title: 'stale reports could not be deleted',
    meaning: 'Reports about objects or policies that are gone are still there.',
    evidence: 'The API server refused the deletion, or it failed after its retries.',
    remedies: ['Grant delete (or deletecollection) on the report types', 'Run it again'],
    related: [errorCodes.reportWriteFailed],
  },
  [errorCodes.reportListFailed]: {
    title: 'the existing reports could not be listed',
    meaning: 'Without them it is unknown which reports have to change, so nothing was stored.',
    evidence: 'The API server refused the LIST of the reports, or it failed after its retries.',
    remedies: ['Grant list on the report types', 'Run it again', 'Scan without storing: leave out --store'],
    related: [errorCodes.reportKindMissing],
  },
  [errorCodes.legacyCleanupFailed]: {
    title: 'old PolicyReports could not be removed',
    meaning:
      'The reports of this scan are stored. Those of the older report type are still there beside them.',
    evidence: 'With --report-kind openreports, managed PolicyReports are removed after a complete scan.',
    remedies: ['Grant list and delete on policyreports and clusterpolicyreports', 'Remove them by hand'],
    related: [errorCodes.reportDeleteFailed],
  },
} as const satisfies Partial<Record<string, ManualPage>>;
