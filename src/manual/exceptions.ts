import { errorCodes } from '../domain/index.ts';
import { type ManualChapter, refusedUsage } from './entry.ts';

const seeExceptions = 'audit-scanner scan --exceptions FILE -o wide -o json=audit.json';

export const exceptions = {
  [errorCodes.exceptionsInvalid]: {
    title: 'The file with exceptions is not valid',
    meaning:
      'The file given with --exceptions is not a valid YAML list. Each entry needs at least one of policy, kind, namespace and name (* matches any text, ? any character), a reason, and an end: a date in expires, or permanent: true. owner is optional; nothing else is allowed.',
    detection:
      'The file is read and checked before anything is scanned; every mistake is reported with its line and column.',
    effect: refusedUsage,
    fixes: [
      { step: 'Correct the lines that the messages name.' },
      {
        step: 'Start from an entry that is valid.',
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
      'The date in expires has passed (in UTC), so what the exception covers counts as a violation again. The summary names the exception, its line, and how many violations it would cover.',
    detection: 'The date is compared with the time at which the scan started.',
    effect:
      'The violations are shown as `fail` and count for --fail-on. The scan stays complete, and the violations decide the exit code.',
    fixes: [
      { step: 'Fix the violation, and remove the exception.' },
      { step: 'If the reason still holds, ask the owner of the exception to set a later date.' },
      { step: 'See what it covers.', commands: [seeExceptions] },
    ],
    related: [errorCodes.exceptionUnused],
  },
  [errorCodes.exceptionUnused]: {
    title: 'An exception covers nothing',
    meaning:
      'The scan looked at everything, and no violation matches the exception: the violation is fixed, or a name in the exception is wrong. It would hide the next violation that matches.',
    detection:
      'audit-scanner counts the violations that each exception covers. It gives this warning only after a complete scan that was not narrowed by flags.',
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
    title: 'An audit-scanner.io/accept annotation is not valid',
    meaning:
      'With --accept-annotations an object may declare in the annotation audit-scanner.io/accept which of its own violations are accepted. The value is a YAML list as a string; each entry needs a policy (* and ? match), a reason, and an end: a date in expires, or permanent: true. owner is optional; nothing else is allowed. This annotation is not such a list, so all of it is ignored.',
    detection:
      'The annotation of every scanned object is read like the file of --exceptions. The warning names the object and every mistake; objects of one type and namespace with the same mistakes share one warning.',
    effect:
      'The object is audited like any other, and its violations count. The scan stays complete, and the violations decide the exit code.',
    fixes: [
      { step: 'Correct the annotation. Pods get theirs from spec.template.metadata of their owner.' },
      {
        step: 'Start from an entry that is valid.',
        commands: [
          'kubectl annotate deployment NAME audit-scanner.io/accept="- {policy: NAME, reason: TEXT, expires: 2027-01-31}"',
        ],
      },
    ],
    related: [errorCodes.exceptionsInvalid, errorCodes.exceptionExpired, errorCodes.exceptionUnused],
  },
} satisfies ManualChapter;
