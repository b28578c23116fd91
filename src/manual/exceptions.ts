import { errorCodes } from '../domain/index.ts';
import { type ManualChapter, refusedUsage } from './entry.ts';

const seeExceptions = 'audit-scanner scan --exceptions FILE -o wide -o json=audit.json';

export const exceptions = {
  [errorCodes.exceptionsInvalid]: {
    title: 'The file with exceptions is not valid',
    meaning:
      'The file given with --exceptions is not the YAML list that it has to be. Each entry has at least one of policy, kind, namespace and name (with * and ? for any text and any character), a reason, and an end: a date in expires, or permanent: true. owner may be there; nothing else may.',
    detection:
      'The file is read and checked before anything is scanned; every mistake is told with its line and column.',
    effect: refusedUsage,
    fixes: [
      { step: 'Correct the lines that the messages name.' },
      {
        step: 'Begin with an entry that is known to be right.',
        commands: [
          'printf -- "- {policy: NAME, namespace: NAME, reason: TEXT, expires: 2027-01-31}\\n" > exceptions.yaml',
        ],
      },
    ],
    related: [errorCodes.fileUnreadable, errorCodes.exceptionExpired],
  },
  [errorCodes.exceptionExpired]: {
    title: 'An exception has expired',
    meaning:
      'The day in expires is over (in UTC), so what the exception covers counts as a violation again. The summary names the exception, its line, and how many violations it would cover.',
    detection: 'The date is compared with the time at which the scan was started.',
    effect:
      'The violations are shown as `fail` and count for --fail-on. The scan stays complete, and the exit code is that of its violations.',
    fixes: [
      { step: 'Remove the cause of the violation, and the exception with it.' },
      { step: 'If the reason still holds, have its owner set a later date.' },
      { step: 'See what it covers.', commands: [seeExceptions] },
    ],
    related: [errorCodes.exceptionUnused],
  },
  [errorCodes.exceptionUnused]: {
    title: 'An exception covers nothing',
    meaning:
      'Everything was looked at, and no violation fits the exception: the cause is gone, or a name in it is not right. It would hide the next violation that fits it.',
    detection:
      'Each exception counts the violations that it covers. It is told only after a complete scan that was not narrowed by flags.',
    effect: 'A warning; the exit code does not change.',
    fixes: [
      { step: 'Remove the entry from the file.' },
      {
        step: 'If it should cover something, compare its patterns with the findings.',
        commands: [seeExceptions],
      },
    ],
    related: [errorCodes.exceptionExpired, errorCodes.exceptionsInvalid],
  },
  [errorCodes.annotationInvalid]: {
    title: 'An annotation that accepts violations is not valid',
    meaning:
      'With --accept-annotations an object may say in the annotation audit-scanner.io/accept which of its own violations are accepted. It is a text that holds a YAML list; each entry has policy (with * and ?), a reason, and an end: a date in expires, or permanent: true. owner may be there; nothing else may. This one is not such a list, so that nothing of it counts.',
    detection:
      'The annotation of every object that is looked at is read as the file of --exceptions is. The warning names the object and every mistake; objects of one type and namespace with the same mistakes are told once.',
    effect:
      'The object is audited as any other, and its violations count. The scan stays complete, and the exit code is that of its violations.',
    fixes: [
      { step: 'Correct the annotation. Pods have that of their template, in spec.template.metadata.' },
      {
        step: 'Begin with an entry that is known to be right.',
        commands: [
          'kubectl annotate deployment NAME audit-scanner.io/accept="- {policy: NAME, reason: TEXT, expires: 2027-01-31}"',
        ],
      },
    ],
    related: [errorCodes.exceptionsInvalid, errorCodes.exceptionExpired, errorCodes.exceptionUnused],
  },
} satisfies ManualChapter;
