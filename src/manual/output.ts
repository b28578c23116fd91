import { errorCodes } from '../domain/index.ts';
import { couldNotStart, incompleteScan, type ManualChapter } from './entry.ts';

/** Printing and storing, and defects of audit-scanner itself. */
export const output = {
  [errorCodes.outputFailed]: {
    title: 'An output could not be written to its end',
    meaning:
      'A document was asked for with --output, and writing it failed in the middle: the disk is full, the quota is used up, or the file system went away.',
    detection: 'The operating system refused a write, or to put the finished file in its place.',
    effect:
      'The document is missing. A file that was there under its name stays as it was; what was begun is removed. Other documents are written and reports are stored as usual. Exit code 3, or 1 if there are violations too.',
    fixes: [
      {
        step: 'Make room, or write to another place.',
        commands: ['df -h DIRECTORY', 'audit-scanner scan -o json=/other/place/audit.json'],
      },
      { step: 'Run it again; `scan` without --store changes nothing in the cluster.' },
    ],
    related: [errorCodes.outputNotWritable],
  },
  [errorCodes.resultsLeftOut]: {
    title: 'A document holds only the worst results',
    meaning:
      'A SARIF document was asked for with --output, and there are more results than GitHub shows of one document.',
    detection: 'The violations and errors of the scan were counted: there are more than 5000.',
    effect:
      'The document has the 5000 worst; the others are left out. This is a warning: other outputs have all results, and the verdict and the exit code count all of them.',
    fixes: [
      {
        step: 'Write all of them in another format too.',
        commands: ['audit-scanner scan -o sarif=audit.sarif -o jsonl=audit.jsonl'],
      },
      {
        step: 'Or scan in parts, each with a document of its own.',
        commands: ['audit-scanner scan -n NAMESPACE -o sarif=namespace.sarif'],
      },
    ],
    related: [],
  },
  [errorCodes.reportWriteFailed]: {
    title: 'A report could not be stored',
    meaning: 'An object was audited, but its report could not be written to the cluster.',
    detection:
      'The API server refused the report or did not answer, or somebody else changed it again and again while it was written.',
    effect: `The results of this object are in what is printed, but the stored report is still the old one, if there is one. No report of this type in this namespace is deleted. ${incompleteScan}`,
    fixes: [
      {
        step: 'If it is forbidden (403) for want of a role, allow it: `get`, `list`, `create` and `patch` on the report kinds.',
        commands: [
          'kubectl auth can-i create reports.openreports.io --all-namespaces --as system:serviceaccount:kubewarden:audit-scanner',
          'kubectl auth can-i patch policyreports.wgpolicyk8s.io --all-namespaces --as system:serviceaccount:kubewarden:audit-scanner',
        ],
      },
      {
        step: 'If an admission webhook or policy denied it, exclude the report kinds from it.',
        commands: ['kubectl get validatingwebhookconfigurations,mutatingwebhookconfigurations'],
      },
      {
        step: 'If the namespace is being deleted, nothing is to be done: it is gone at the next scan.',
        commands: ['kubectl get namespaces | grep Terminating'],
      },
      {
        step: 'If two scanners run at once, stop one of them.',
        commands: ['kubectl get cronjobs,jobs -A | grep audit'],
      },
    ],
    related: [errorCodes.reportKindMissing, errorCodes.reportListFailed, errorCodes.apiRequestFailed],
  },
  [errorCodes.reportDeleteFailed]: {
    title: 'Stale reports could not be deleted',
    meaning:
      'Reports about objects that are gone, or that no policy is about any more, should have been removed and are still there.',
    detection:
      'The API server refused to delete them or did not answer. After a failure that is not about one report, the others are not tried.',
    effect: `Users see results that are out of date. All other reports are up to date, and the next scan tries again. ${incompleteScan}`,
    fixes: [
      {
        step: 'Allow the verb `delete` on the report kinds; `deletecollection` is used where only that is granted.',
        commands: [
          'kubectl auth can-i delete reports.openreports.io --all-namespaces --as system:serviceaccount:kubewarden:audit-scanner',
        ],
      },
      { step: 'Run it again, if the API server was busy.' },
    ],
    related: [errorCodes.reportWriteFailed, errorCodes.legacyCleanupFailed],
  },
  [errorCodes.reportListFailed]: {
    title: 'The stored reports could not be listed',
    meaning: 'Before the scan the stored reports are read, to see which of them change. That failed.',
    detection: 'The API server answered with an error, or with something that is not a list of reports.',
    effect: couldNotStart,
    fixes: [
      {
        step: 'If it is forbidden (403), allow the verb `list` on the report kinds.',
        commands: [
          'kubectl auth can-i list reports.openreports.io --all-namespaces --as system:serviceaccount:kubewarden:audit-scanner',
          'kubectl auth can-i list clusterreports.openreports.io --as system:serviceaccount:kubewarden:audit-scanner',
        ],
      },
      {
        step: 'See whether kubectl can list them.',
        commands: ['kubectl get reports.openreports.io,clusterreports.openreports.io -A'],
      },
      { step: 'To look without storing, nothing of this is needed.', commands: ['audit-scanner scan'] },
    ],
    related: [errorCodes.reportKindMissing, errorCodes.listForbidden],
  },
  [errorCodes.legacyCleanupFailed]: {
    title: 'Reports of the former kind could not be removed',
    meaning:
      'The scanner now stores OpenReports. Its PolicyReports from earlier scans, which nobody updates any more, should have been removed after this scan and are still there.',
    detection: 'The API server refused to list or delete them, or did not answer.',
    effect: `The new reports are complete. Users who look at both kinds see old results too, until a later scan removes them. ${incompleteScan}`,
    fixes: [
      {
        step: 'Allow `list` and `delete` on the former kinds.',
        commands: [
          'kubectl auth can-i delete policyreports.wgpolicyk8s.io --all-namespaces --as system:serviceaccount:kubewarden:audit-scanner',
        ],
      },
      {
        step: "Or remove them yourself; the label keeps other tools' reports.",
        commands: [
          'kubectl delete policyreports.wgpolicyk8s.io -A -l app.kubernetes.io/managed-by=kubewarden',
          'kubectl delete clusterpolicyreports.wgpolicyk8s.io -l app.kubernetes.io/managed-by=kubewarden',
        ],
      },
    ],
    related: [errorCodes.reportDeleteFailed],
  },
  [errorCodes.runRecordNotWritten]: {
    title: 'The run record could not be written',
    meaning:
      'After a run over the whole cluster, what it saw is stored as one cluster-scoped report with the name audit-scanner-run. That did not work.',
    detection:
      'The API server refused it or did not answer, or there is something under that name that audit-scanner, or this version of it, did not write: that is never overwritten.',
    effect: `All other reports are stored. \`audit-scanner status\` goes on showing the run before, and in an outage of policy servers nothing can be shown to be recent. ${incompleteScan}`,
    fixes: [
      {
        step: 'If it is forbidden (403), allow `get`, `create` and `patch` on the cluster-scoped report kind.',
        commands: ['audit-scanner rbac --store --missing | kubectl apply -f -'],
      },
      {
        step: 'If somebody else made it, look at it, and remove it if nobody needs it: the next run makes it anew.',
        commands: [
          'kubectl get clusterreports.openreports.io audit-scanner-run -o yaml',
          'kubectl delete clusterreports.openreports.io audit-scanner-run',
        ],
      },
      {
        step: 'If a newer version wrote it, run that version everywhere.',
        commands: ['kubectl get cronjobs -A -o wide | grep audit'],
      },
    ],
    related: [errorCodes.runRecordMissing, errorCodes.runRecordUnusable, errorCodes.reportWriteFailed],
  },
  [errorCodes.runRecordMissing]: {
    title: 'There is no record of a run over the whole cluster',
    meaning:
      'Nobody can say when the reports of this cluster were last confirmed: no audit of the whole cluster has stored that it ended.',
    detection: 'There is no cluster-scoped report with the name audit-scanner-run.',
    effect:
      '`audit-scanner status` ends with exit code 4. In an outage of policy servers no stored verdict is kept, because nothing shows that it is recent.',
    fixes: [
      {
        step: 'Run an audit of the whole cluster that stores its reports; runs with -n or --scope are not recorded.',
        commands: ['audit-scanner scan --store'],
      },
      {
        step: 'With the flags of the Go audit-scanner, ask for the record.',
        commands: ['audit-scanner --run-record'],
      },
      {
        step: 'If reports are of the other kind, name it.',
        commands: ['audit-scanner status --report-kind policyreport'],
      },
    ],
    related: [errorCodes.runRecordUnusable, errorCodes.runRecordNotWritten],
  },
  [errorCodes.runRecordUnusable]: {
    title: 'The run record cannot be used',
    meaning:
      'There is a cluster-scoped report with the name audit-scanner-run, and what it says cannot be trusted: audit-scanner did not write it, or a newer version did, or it was changed, or its times are in the future.',
    detection:
      'Its annotations were read: the version of their format, their shape, and their times against the clock of this machine, with five minutes to spare.',
    effect:
      '`audit-scanner status` ends with exit code 4. In an outage of policy servers no stored verdict is kept. A record that was changed or is from the future is replaced by the next run; one of somebody else or of a newer version is left alone.',
    fixes: [
      {
        step: 'Look at it.',
        commands: ['kubectl get clusterreports.openreports.io audit-scanner-run -o yaml'],
      },
      { step: 'If its times are in the future, check the clocks.', commands: ['date -u'] },
      {
        step: 'Remove it if nobody needs it: the next run makes it anew.',
        commands: ['kubectl delete clusterreports.openreports.io audit-scanner-run'],
      },
    ],
    related: [errorCodes.runRecordMissing, errorCodes.runRecordNotWritten],
  },
  [errorCodes.internal]: {
    title: 'A bug in audit-scanner',
    meaning: 'Something happened that the program does not allow for. It is not your mistake.',
    detection: 'An error that no part of the program expects reached its end.',
    effect:
      'The run ended where it was. Reports stored until then are whole; reports of what was not seen are kept. Exit code 70.',
    fixes: [
      {
        step: 'Run it again and keep what it says. Look through it for names that you do not want to publish.',
        commands: ['audit-scanner scan -vv 2> audit-scanner.log'],
      },
      {
        step: 'Report it with that log and the versions.',
        commands: ['audit-scanner version', 'kubectl version'],
      },
    ],
    related: [],
  },
  [errorCodes.tooManyFiles]: {
    title: 'No more files may be opened',
    meaning:
      'The limit on open files of this process, or of the machine, is reached. A connection is a file, too.',
    detection: 'The operating system says so (EMFILE, ENFILE).',
    effect:
      'The run ended where it was. Reports stored until then are whole; reports of what was not seen are kept.',
    fixes: [
      { step: 'Raise the limit; a few hundred are enough.', commands: ['ulimit -n', 'ulimit -n 1024'] },
      {
        step: 'Or have fewer connections at a time.',
        commands: ['audit-scanner scan --concurrency 10'],
      },
    ],
    related: [errorCodes.apiUnreachable, errorCodes.policyServerUnreachable],
  },
} satisfies ManualChapter;
