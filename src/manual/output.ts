import { errorCodes } from '../domain/index.ts';
import { couldNotStart, incompleteScan, type ManualChapter } from './entry.ts';

/** Printing and storing, and defects of audit-scanner itself. */
export const output = {
  [errorCodes.outputFailed]: {
    title: 'An output could not be written completely',
    meaning:
      'Writing a document requested with --output failed midway: the disk is full, the quota is used up, or the file system went away.',
    detection: 'The operating system refused a write, or refused to move the finished file into place.',
    effect:
      'The document is missing. An existing file of that name stays as it was, and the partial one is removed. Other documents are written and reports are stored as usual. Exit code 3, or 1 if there are violations too.',
    fixes: [
      {
        step: 'Free some space, or write somewhere else.',
        commands: ['df -h DIRECTORY', 'audit-scanner scan -o json=/other/place/audit.json'],
      },
      { step: 'Run it again; `scan` without --store changes nothing in the cluster.' },
    ],
    related: [errorCodes.outputNotWritable],
  },
  [errorCodes.resultsLeftOut]: {
    title: 'A document contains only the worst results',
    meaning:
      'A SARIF document was requested with --output, and there are more results than GitHub shows for one document.',
    detection: 'The scan has more than 5000 violations and errors.',
    effect:
      'The document contains the 5000 worst and omits the others. This is a warning: other outputs contain all results, and the verdict and the exit code count all of them.',
    fixes: [
      {
        step: 'Also write all of them in another format.',
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
      'The API server refused the report or did not answer, or something else kept changing it while it was written.',
    effect: `The printed output contains the results of this object, but the stored report, if any, is still the old one. No report of this type in this namespace is deleted. ${incompleteScan}`,
    fixes: [
      {
        step: 'If a missing role forbids it (403), grant `get`, `list`, `create` and `patch` on the report kinds.',
        commands: [
          'kubectl auth can-i create reports.openreports.io --all-namespaces --as system:serviceaccount:kubewarden:audit-scanner',
          'kubectl auth can-i patch policyreports.wgpolicyk8s.io --all-namespaces --as system:serviceaccount:kubewarden:audit-scanner',
        ],
      },
      {
        step: 'If an admission webhook or policy denied it, exempt the report kinds from it.',
        commands: ['kubectl get validatingwebhookconfigurations,mutatingwebhookconfigurations'],
      },
      {
        step: 'If the namespace is being deleted, there is nothing to do: it will be gone by the next scan.',
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
      'Reports about objects that are gone, or that no policy covers any more, should have been deleted and still exist.',
    detection:
      'The API server refused to delete them or did not answer. After a failure that does not concern a single report, the others are not tried.',
    effect: `Users see outdated results in these reports. All other reports are up to date, and the next scan tries again. ${incompleteScan}`,
    fixes: [
      {
        step: 'Grant the verb `delete` on the report kinds; `deletecollection` is used where only that is granted.',
        commands: [
          'kubectl auth can-i delete reports.openreports.io --all-namespaces --as system:serviceaccount:kubewarden:audit-scanner',
        ],
      },
      { step: 'If the API server was busy, run it again.' },
    ],
    related: [errorCodes.reportWriteFailed, errorCodes.legacyCleanupFailed],
  },
  [errorCodes.reportListFailed]: {
    title: 'The stored reports could not be listed',
    meaning:
      'Before the scan audit-scanner reads the stored reports, to see which of them change. That failed.',
    detection: 'The API server answered with an error, or with something that is not a list of reports.',
    effect: couldNotStart,
    fixes: [
      {
        step: 'If it is forbidden (403), grant the verb `list` on the report kinds.',
        commands: [
          'kubectl auth can-i list reports.openreports.io --all-namespaces --as system:serviceaccount:kubewarden:audit-scanner',
          'kubectl auth can-i list clusterreports.openreports.io --as system:serviceaccount:kubewarden:audit-scanner',
        ],
      },
      {
        step: 'See whether kubectl can list them.',
        commands: ['kubectl get reports.openreports.io,clusterreports.openreports.io -A'],
      },
      { step: 'A scan without --store needs none of this.', commands: ['audit-scanner scan'] },
    ],
    related: [errorCodes.reportKindMissing, errorCodes.listForbidden],
  },
  [errorCodes.legacyCleanupFailed]: {
    title: 'Reports of the previous kind could not be removed',
    meaning:
      'The scanner now stores OpenReports. Its PolicyReports from earlier scans, which are no longer updated, should have been deleted after this scan and still exist.',
    detection: 'The API server refused to list or delete them, or did not answer.',
    effect: `The new reports are complete. Anyone who reads both kinds also sees old results until a later scan removes them. ${incompleteScan}`,
    fixes: [
      {
        step: 'Grant `list` and `delete` on the previous kinds.',
        commands: [
          'kubectl auth can-i delete policyreports.wgpolicyk8s.io --all-namespaces --as system:serviceaccount:kubewarden:audit-scanner',
        ],
      },
      {
        step: 'Or delete them yourself; the label selector spares the reports of other tools.',
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
      'After a run over the whole cluster, audit-scanner stores what the run saw in a cluster-scoped report named audit-scanner-run. That failed.',
    detection:
      'The API server refused it or did not answer, or there is a report of that name that another tool or a newer version of audit-scanner wrote. Such a report is never overwritten.',
    effect: `All other reports are stored. \`audit-scanner status\` still shows the previous run, and in an outage of policy servers no stored verdict counts as recent. ${incompleteScan}`,
    fixes: [
      {
        step: 'If it is forbidden (403), grant `get`, `create` and `patch` on the cluster-scoped report kind.',
        commands: ['audit-scanner rbac --store --missing | kubectl apply -f -'],
      },
      {
        step: 'If something else created it, look at it, and delete it if nobody needs it: the next run creates it again.',
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
      'When the reports of this cluster were last confirmed is unknown: no audit of the whole cluster has left a record.',
    detection: 'There is no cluster-scoped report named audit-scanner-run.',
    effect:
      '`audit-scanner status` ends with exit code 4. In an outage of policy servers no stored verdict is kept, because nothing proves that it is recent.',
    fixes: [
      {
        step: 'Audit the whole cluster and store the reports; runs with -n or --scope are not recorded.',
        commands: ['audit-scanner scan --store'],
      },
      {
        step: 'With the flags of the Go audit-scanner, request the record.',
        commands: ['audit-scanner --run-record'],
      },
      {
        step: 'If the reports are of the other kind, name that kind.',
        commands: ['audit-scanner status --report-kind policyreport'],
      },
    ],
    related: [errorCodes.runRecordUnusable, errorCodes.runRecordNotWritten],
  },
  [errorCodes.runRecordUnusable]: {
    title: 'The run record cannot be used',
    meaning:
      'The cluster-scoped report named audit-scanner-run cannot be trusted: audit-scanner did not write it, a newer version wrote it, it was changed, or its times are in the future.',
    detection:
      'audit-scanner checked its annotations: their format version, their shape, and their times against the clock of this machine, with a tolerance of five minutes.',
    effect:
      '`audit-scanner status` ends with exit code 4. In an outage of policy servers no stored verdict is kept. The next run replaces a record that was changed or is from the future, and leaves one of another tool or of a newer version alone.',
    fixes: [
      {
        step: 'Look at it.',
        commands: ['kubectl get clusterreports.openreports.io audit-scanner-run -o yaml'],
      },
      { step: 'If its times are in the future, check the clocks.', commands: ['date -u'] },
      {
        step: 'Delete it if nobody needs it: the next run creates it again.',
        commands: ['kubectl delete clusterreports.openreports.io audit-scanner-run'],
      },
    ],
    related: [errorCodes.runRecordMissing, errorCodes.runRecordNotWritten],
  },
  [errorCodes.internal]: {
    title: 'A bug in audit-scanner',
    meaning: 'Something happened that the program does not handle. It is not your mistake.',
    detection: 'An error that no part of the program expects reached the top level.',
    effect:
      'The run ended at that point. Reports stored until then are whole, and reports of what was not seen are kept. Exit code 70.',
    fixes: [
      {
        step: 'Run it again and save the log. Check it for names that you do not want to publish.',
        commands: ['audit-scanner scan -vv 2> audit-scanner.log'],
      },
      {
        step: 'Report the bug with that log and the versions.',
        commands: ['audit-scanner version', 'kubectl version'],
      },
    ],
    related: [],
  },
  [errorCodes.tooManyFiles]: {
    title: 'Too many open files',
    meaning:
      'This process, or the machine, has reached its limit on open files. Connections count as files, too.',
    detection: 'The operating system says so (EMFILE, ENFILE).',
    effect:
      'The run ended at that point. Reports stored until then are whole, and reports of what was not seen are kept.',
    fixes: [
      { step: 'Raise the limit; a few hundred are enough.', commands: ['ulimit -n', 'ulimit -n 1024'] },
      {
        step: 'Or use fewer connections at a time.',
        commands: ['audit-scanner scan --concurrency 10'],
      },
    ],
    related: [errorCodes.apiUnreachable, errorCodes.policyServerUnreachable],
  },
} satisfies ManualChapter;
