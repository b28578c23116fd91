import { errorCodes } from '../domain/index.ts';
import type { ManualChapter } from './entry.ts';

const nothingMade = 'Nothing was made of the file, and nothing was scanned. Exit code 2.';
const save = 'audit-scanner scan -o json=FILE';

/** The chapter on files that an earlier run has left, and on what is compared with them. */
export const savedResults = {
  [errorCodes.savedResultInvalid]: {
    title: 'A file is no result of audit-scanner',
    meaning:
      'The file is empty, is no JSON, or was written by another tool. What can be read is a document of `-o json`, `-o jsonl` or `-o baseline`.',
    detection:
      'A result begins with the apiVersion audit-scanner.kubewarden.io/v1 (the last line of `-o jsonl` does), and has the fields of the JSON Schema in schemas/audit-result-v1.json of the package.',
    effect: nothingMade,
    fixes: [
      {
        step: 'Check that the file is the one that you mean, and not a SARIF or a list of reports.',
        commands: ['head -c 300 FILE'],
      },
      { step: 'Save a result anew.', commands: [save] },
    ],
    related: [errorCodes.savedResultCutShort, errorCodes.savedResultOfNewer],
  },
  [errorCodes.savedResultCutShort]: {
    title: 'A saved result was cut short',
    meaning:
      'The file begins like a result and lacks its end: the closing bracket of `-o json`, or the last line of `-o jsonl`. A violation that is in the missing part would look as if it were fixed.',
    detection: 'The whole file is read before anything is made of it.',
    effect: nothingMade,
    fixes: [
      { step: 'Copy or download the file again.' },
      {
        step: 'If the scan was killed while it wrote, let it run again. A file of `-o json` is put in place only when it is whole.',
        commands: [save],
      },
    ],
    related: [errorCodes.savedResultInvalid],
  },
  [errorCodes.savedResultOfNewer]: {
    title: 'A saved result is of a newer version',
    meaning: 'The file has a format that this version of audit-scanner does not know.',
    detection: 'By the apiVersion of the document.',
    effect: nothingMade,
    fixes: [
      { step: 'Use the version that has saved it, or a newer one: `metadata.toolVersion` says which.' },
    ],
    related: [errorCodes.savedResultInvalid],
  },
  [errorCodes.savedResultLacks]: {
    title: 'A saved result does not hold what was asked for',
    meaning:
      'A result holds every violation and every error. Passes are in it only if it was saved with `--show pass` or `--show all`, and a baseline holds no more than its entries.',
    detection: 'A document says in `filters` which results it holds.',
    effect: nothingMade,
    fixes: [{ step: 'Save a result with everything in it.', commands: [`${save} --show all`] }],
    related: [],
  },
  [errorCodes.baselineDoubtful]: {
    title: 'A baseline has to be taken with care',
    meaning:
      'The scan that the baseline came of was incomplete, looked at a part only, had other policies, or looked at something else. What it did not see counts as new, and what this scan does not see is never called fixed. `diff` says the same of each of two results, and calls what only one of them looked at neither new nor fixed.',
    detection: 'A baseline holds what was looked at, with which policies, and whether that was everything.',
    effect: 'A warning in every output; the exit code does not change.',
    fixes: [
      {
        step: 'Take the baseline from a complete scan with the same flags.',
        commands: ['audit-scanner scan -o baseline=FILE'],
      },
    ],
    related: [],
  },
  [errorCodes.storedReportsMissing]: {
    title: 'There are no stored reports to read',
    meaning:
      'The cluster holds no report that audit-scanner has written, and no record of a run. To take that for "no violations" would be wrong: nobody has looked.',
    detection:
      'Reports of audit-scanner have the label app.kubernetes.io/managed-by=kubewarden; those of other tools are not read.',
    effect: 'Nothing was shown, and nothing was compared. Exit code 4.',
    fixes: [
      { step: 'Store reports once.', commands: ['audit-scanner scan --store'] },
      {
        step: 'If there are reports of the other kind, name it.',
        commands: ['audit-scanner status --report-kind policyreport'],
      },
    ],
    related: [errorCodes.runRecordMissing, errorCodes.storedReportsDoubtful],
  },
  [errorCodes.storedReportsDoubtful]: {
    title: 'Stored reports do not say how things are now',
    meaning:
      'The last run over the whole cluster was incomplete or is not recorded, a policy is gone or has changed since, a new policy has not been asked yet, or something has changed a report. What the reports say of it is shown as it is stored.',
    detection:
      'Each stored result names the UID and the generation of its policy, which are compared with the policies of now; the run record says what the last run did not see.',
    effect: 'What was read is incomplete: exit code 3, unless the gate failed.',
    fixes: [
      { step: 'See what the last run has missed.', commands: ['audit-scanner status'] },
      { step: 'Let a scan confirm the reports.', commands: ['audit-scanner scan --store'] },
    ],
    related: [errorCodes.runRecordMissing, errorCodes.runRecordUnusable, errorCodes.reportListFailed],
  },
  [errorCodes.historyUnreadable]: {
    title: 'The folder of earlier results cannot be read',
    meaning:
      'The folder named with --history does not exist, may not be read, or is no folder. It holds the results of earlier runs, saved with `-o json` or `-o jsonl`, in files that end in .json or .jsonl.',
    detection:
      'The folder is read before the scan starts. A single file in it that cannot be used is no error: the page names it and says why.',
    effect: nothingMade,
    fixes: [
      { step: 'Check that the folder is there and may be read.', commands: ['ls -ld DIR'] },
      {
        step: 'For the first run, create it, and save each run in it.',
        commands: [
          'mkdir -p DIR',
          'audit-scanner scan -o html=report.html --history DIR -o json=DIR/NEW.json',
        ],
      },
    ],
    related: [errorCodes.savedResultInvalid, errorCodes.savedResultCutShort],
  },
} satisfies ManualChapter;
