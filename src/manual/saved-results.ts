import { errorCodes } from '../domain/index.ts';
import type { ManualChapter } from './entry.ts';

const nothingMade = 'The file was not used, and nothing was scanned. Exit code 2.';
const save = 'audit-scanner scan -o json=FILE';

/** The chapter on files that an earlier run has left, and on what is compared with them. */
export const savedResults = {
  [errorCodes.savedResultInvalid]: {
    title: 'A file is not a result of audit-scanner',
    meaning:
      'The file is empty, is not JSON, or was written by another tool. audit-scanner reads documents of `-o json`, `-o jsonl` and `-o baseline`.',
    detection:
      'A result begins with the apiVersion audit-scanner.kubewarden.io/v1 (the last line of `-o jsonl` does), and has the fields of the JSON Schema in schemas/audit-result-v1.json of the package.',
    effect: nothingMade,
    fixes: [
      {
        step: 'Check that it is the right file, and not a SARIF document or a list of reports.',
        commands: ['head -c 300 FILE'],
      },
      { step: 'Save a new result.', commands: [save] },
    ],
    related: [errorCodes.savedResultCutShort, errorCodes.savedResultOfNewer],
  },
  [errorCodes.savedResultCutShort]: {
    title: 'A saved result was cut short',
    meaning:
      'The file begins like a result but its end is missing: the closing bracket of `-o json`, or the last line of `-o jsonl`. A violation in the missing part would look as if it were fixed.',
    detection: 'The whole file is read before it is used.',
    effect: nothingMade,
    fixes: [
      { step: 'Copy or download the file again.' },
      {
        step: 'If the scan was killed while it wrote the file, run it again. A file of `-o json` appears only when it is complete.',
        commands: [save],
      },
    ],
    related: [errorCodes.savedResultInvalid],
  },
  [errorCodes.savedResultOfNewer]: {
    title: 'A saved result comes from a newer version',
    meaning: 'The file has a format that this version of audit-scanner does not know.',
    detection: 'By the apiVersion of the document.',
    effect: nothingMade,
    fixes: [
      { step: 'Use the version that saved it, or a newer one: see `metadata.toolVersion` in the file.' },
    ],
    related: [errorCodes.savedResultInvalid],
  },
  [errorCodes.savedResultLacks]: {
    title: 'A saved result does not contain what was requested',
    meaning:
      'A result contains every violation and every error. It contains passes only if it was saved with `--show pass` or `--show all`, and a baseline contains only its entries.',
    detection: 'The field `filters` of a document says which results it contains.',
    effect: nothingMade,
    fixes: [{ step: 'Save a complete result.', commands: [`${save} --show all`] }],
    related: [],
  },
  [errorCodes.baselineDoubtful]: {
    title: 'A baseline is not fully comparable',
    meaning:
      'The scan behind the baseline was incomplete, covered only a part, used other policies, or looked at something else. What it did not see counts as new, and what this scan does not see never counts as fixed. `diff` gives the same warning for each of its two results, and treats what only one of them looked at as neither new nor fixed.',
    detection:
      'A baseline records what was looked at, with which policies, and whether the scan was complete.',
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
      'The cluster holds no report from audit-scanner, and no record of a run. That does not mean "no violations": nothing has been scanned.',
    detection:
      'Reports of audit-scanner have the label app.kubernetes.io/managed-by=kubewarden; those of other tools are not read.',
    effect: 'Nothing was shown, and nothing was compared. Exit code 4.',
    fixes: [
      { step: 'Store reports once.', commands: ['audit-scanner scan --store'] },
      {
        step: 'If the reports are of the other kind, name that kind.',
        commands: ['audit-scanner status --report-kind policyreport'],
      },
    ],
    related: [errorCodes.runRecordMissing, errorCodes.storedReportsDoubtful],
  },
  [errorCodes.storedReportsDoubtful]: {
    title: 'Stored reports may be out of date',
    meaning:
      'The last run over the whole cluster was incomplete or is not recorded, a policy is gone or has changed since, a new policy has not been asked yet, or something has changed a report. The results are shown as they are stored.',
    detection:
      'Each stored result names the UID and the generation of its policy, which are compared with the current policies; the run record says what the last run did not see.',
    effect: 'What was read is incomplete: exit code 3, unless the gate failed.',
    fixes: [
      { step: 'See what the last run missed.', commands: ['audit-scanner status'] },
      { step: 'Confirm the reports with a new scan.', commands: ['audit-scanner scan --store'] },
    ],
    related: [errorCodes.runRecordMissing, errorCodes.runRecordUnusable, errorCodes.reportListFailed],
  },
  [errorCodes.historyUnreadable]: {
    title: 'The folder of earlier results cannot be read',
    meaning:
      'The folder named with --history does not exist, is not readable, or is not a folder. It holds the results of earlier runs, saved with `-o json` or `-o jsonl`, in files that end in .json or .jsonl.',
    detection:
      'The folder is read before the scan starts. A single unusable file in it is not an error: the page names it and says why.',
    effect: nothingMade,
    fixes: [
      { step: 'Check that the folder exists and is readable.', commands: ['ls -ld DIR'] },
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
