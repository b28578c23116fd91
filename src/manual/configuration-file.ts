import { errorCodes } from '../domain/index.ts';
import { type ManualChapter, refusedUsage } from './entry.ts';

export const configurationFile = {
  [errorCodes.configInvalid]: {
    title: 'The configuration file is not valid',
    meaning:
      'The file given with --config, or the .audit-scanner.yaml that was found, is not a valid YAML mapping. Its keys are the long names of the flags of `scan` without the dashes; the value is what would be typed, or a list of it where the flag may be repeated.',
    detection:
      'The file is read and checked first of all; every mistake is reported with its line and column. A flag that only another command has, such as --max-age of `status`, belongs on the command line of that command.',
    effect: refusedUsage,
    fixes: [
      {
        step: 'Correct the lines that the messages name, and check the file without scanning.',
        commands: ['audit-scanner config validate FILE'],
      },
      {
        step: 'Start from a file that has every flag in a comment.',
        commands: ['audit-scanner config init'],
      },
      { step: 'Ignore the file for once.', commands: ['audit-scanner scan --no-config'] },
    ],
    related: [errorCodes.configNotTrusted, errorCodes.invalidValue],
  },
  [errorCodes.configNotTrusted]: {
    title: 'A configuration file that was found may not set this',
    meaning:
      'An .audit-scanner.yaml was found in the working folder or above, and nobody named it. Anyone who can change what is scanned, in a pull request for example, can change that file too. So it may set how the output looks, how fast the scan runs and which policies and values belong to the scanned files. It may not set what counts as a violation, what is left out, which programs run, what is written, or which servers are asked with which credentials.',
    detection:
      'Every key of a file that was found is compared with those that it may set, before anything else happens. A file named with --config or AUDIT_SCANNER_CONFIG may set every flag.',
    effect: refusedUsage,
    fixes: [
      {
        step: 'If you trust the file, for example on your own machine, name it.',
        commands: ['audit-scanner scan --config .audit-scanner.yaml', 'export AUDIT_SCANNER_CONFIG=FILE'],
      },
      {
        step: 'In a pipeline that scans what others propose, set the gate with flags or variables of the job, or keep the file where they cannot change it.',
        commands: ['audit-scanner scan ./deploy --policies ./policies --fail-on high'],
      },
      { step: 'See what is in force, and where it comes from.', commands: ['audit-scanner config show'] },
    ],
    related: [errorCodes.configInvalid],
  },
  [errorCodes.configExists]: {
    title: 'The configuration file is already there',
    meaning: '`config init` writes a new file, and a file of that name exists. It is never overwritten.',
    detection: 'The file is created only if it does not exist.',
    effect: 'Nothing was written. Exit code 2.',
    fixes: [
      { step: 'See what the file sets.', commands: ['audit-scanner config show'] },
      {
        step: 'Write the new one under another name, and compare.',
        commands: ['audit-scanner config init new.yaml', 'diff .audit-scanner.yaml new.yaml'],
      },
    ],
    related: [errorCodes.configInvalid],
  },
} satisfies ManualChapter;
