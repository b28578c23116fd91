import { errorCodes } from '../domain/index.ts';
import { type ManualChapter, refusedUsage } from './entry.ts';

export const usage = {
  [errorCodes.invalidValue]: {
    title: 'A value is not valid',
    meaning:
      'A flag or an environment variable has an invalid value, or a flag that needs a value has none. The message names the flag or variable.',
    detection:
      'Every value is checked before anything else starts, and all mistakes are reported at once. A proxy URL is checked when it is first needed.',
    effect: refusedUsage,
    fixes: [
      { step: 'Correct the value; the message says what is allowed.' },
      {
        step: 'If you did not type the value, it comes from an environment variable: every long flag of `scan` has one.',
        commands: ['env | grep -e AUDIT_SCANNER_ -e _PROXY -e _proxy', 'unset AUDIT_SCANNER_FAIL_ON'],
      },
      { step: 'Look at the flags and their defaults.', commands: ['audit-scanner scan --help'] },
    ],
    related: [errorCodes.unknownFlag, errorCodes.conflictingFlags],
  },
  [errorCodes.conflictingFlags]: {
    title: 'Flags contradict each other',
    meaning:
      'Two flags exclude each other, such as -n and -A, or one of a pair is missing, such as --client-cert without --client-key. Two outputs cannot share stdout or a file. A scan of the cluster with policies of files (--policies) cannot be combined with --store, which would keep verdicts of policies that are not installed.',
    detection:
      'The flags are compared before anything else starts. Environment variables count too, unless a flag overrides them.',
    effect: refusedUsage,
    fixes: [
      { step: 'Leave out one of the two flags that the message names, or add the one that is missing.' },
      {
        step: 'To store reports, install the policy first, perhaps in monitor mode; to only look, leave out --store.',
        commands: ['audit-scanner scan --policies new.yaml'],
      },
      {
        step: 'Send the second output to a file.',
        commands: ['audit-scanner scan -o table -o json=audit.json'],
      },
      {
        step: 'If you did not set one of them, look for its environment variable.',
        commands: ['env | grep AUDIT_SCANNER_'],
      },
    ],
    related: [errorCodes.partialStore, errorCodes.invalidValue],
  },
  [errorCodes.outputNotWritable]: {
    title: 'An output file cannot be written',
    meaning:
      'The file named with --output cannot be created or replaced: its directory does not exist or is not writable, or the path is itself a directory.',
    detection: 'The file is tried before the scan, so that a long scan does not end with nothing to show.',
    effect: refusedUsage,
    fixes: [
      {
        step: 'Create the directory, or name another one.',
        commands: ['mkdir -p DIRECTORY', 'audit-scanner scan -o json=DIRECTORY/audit.json'],
      },
      {
        step: 'In a container with a read-only root file system, mount a volume and write there, or write to stdout.',
        commands: ['audit-scanner scan -o json'],
      },
    ],
    related: [errorCodes.outputFailed],
  },
  [errorCodes.fileUnreadable]: {
    title: 'A file cannot be used',
    meaning:
      'A path to scan or a path of --policies does not exist or cannot be read; a file named with --replay-host-capabilities-interactions does not exist or holds no recorded host calls; or a file named with --extra-ca, --client-cert or --client-key cannot be read, is not PEM, or the key does not belong to the certificate. Keys with a passphrase are not supported.',
    detection: 'The files are read and parsed before the scan starts.',
    effect: refusedUsage,
    fixes: [
      {
        step: 'Check that the file exists and that the user that runs audit-scanner (65532 in the image) can read it.',
        commands: ['ls -l FILE'],
      },
      {
        step: 'Check that it is PEM: the first command must print a certificate, the second must find the key valid.',
        commands: ['openssl x509 -noout -subject -in FILE', 'openssl pkey -noout -check -in KEYFILE'],
      },
      {
        step: 'Check that key and certificate belong together: both commands must print the same.',
        commands: ['openssl x509 -noout -pubkey -in FILE', 'openssl pkey -pubout -in KEYFILE'],
      },
    ],
    related: [errorCodes.policyServerCertificateUntrusted, errorCodes.clientCertificateRefused],
  },
  [errorCodes.noPolicies]: {
    title: 'No policy was found where one was expected',
    meaning:
      'A path of --policies contains no Kubewarden policy: no custom resource of policies.kubewarden.io, no policies.yml of a policy-server and no .wasm module. The message says what it contains instead.',
    detection: 'Each path of --policies has to contain at least one policy, even a broken one.',
    effect: refusedUsage,
    fixes: [
      { step: 'Check that the path is the right one.', commands: ['ls -l PATH'] },
      {
        step: 'Policies of other engines, such as Kyverno and Gatekeeper, are not evaluated. See what a Kubewarden policy looks like.',
        commands: ['kwctl scaffold manifest --type ClusterAdmissionPolicy URL'],
      },
    ],
    related: [errorCodes.policyNotFound, errorCodes.fileUnreadable],
  },
  [errorCodes.policyNotFound]: {
    title: 'No policy has that name',
    meaning:
      'A name or pattern of --policy matches none of the policies that were found, so the scan would silently skip what it asks for.',
    detection:
      'Each one is compared with all names of every policy: its name, NAMESPACE/NAME for a namespaced one, and the name that policy servers use.',
    effect: refusedUsage,
    fixes: [
      { step: 'Check the spelling; the message lists what there is.', commands: ['audit-scanner policies'] },
      {
        step: 'If it comes from a variable, change it there.',
        commands: ['env | grep AUDIT_SCANNER_POLICY'],
      },
    ],
    related: [errorCodes.noPolicies, errorCodes.nothingToScan],
  },
  [errorCodes.namespaceNotFound]: {
    title: 'The namespace does not exist',
    meaning: 'A namespace named with -n does not exist in this cluster.',
    detection: 'The API server answered 404 to the request for the namespace.',
    effect: refusedUsage,
    fixes: [
      { step: 'Check the spelling.', commands: ['kubectl get namespaces'] },
      {
        step: 'Check that it is the right cluster.',
        commands: ['kubectl config current-context', 'audit-scanner scan --context NAME -n NAMESPACE'],
      },
    ],
    related: [errorCodes.contextUnknown, errorCodes.nothingToScan],
  },
  [errorCodes.nothingToScan]: {
    title: 'There is nothing to scan',
    meaning:
      'No policy applies (there are none, each is skipped for a reason, or the flags exclude all of them), or no object matches the policies. A gate must not be green because nothing was looked at.',
    detection: 'The scan ended without a single evaluation, although nothing had failed.',
    effect:
      'Exit code 2 from `scan` without --store. With --store, or without the subcommand `scan`, this is not an error: the exit code is 0, and reports of policies that are gone are removed.',
    fixes: [
      {
        step: 'See whether there are policies, and whether they are active. A policy is audited if its status is `active`, backgroundAudit is not false, and one of its rules covers the creation of objects of a type that the cluster has.',
        commands: ['audit-scanner policies'],
      },
      {
        step: 'Leave out the flags that narrow the scan: -n, -l, --scope, --policy, --exclude-policy, --include-kinds, --exclude-kinds.',
      },
      { step: 'Check that it is the right cluster.', commands: ['kubectl config current-context'] },
    ],
    related: [errorCodes.kubewardenMissing, errorCodes.policyInvalid],
  },
  [errorCodes.partialStore]: {
    title: 'Part of a scan cannot be stored',
    meaning:
      '--store was combined with a flag that selects some policies, kinds or labels. A report holds the results of all policies for one object, so a partial scan would replace complete reports with partial ones.',
    detection: 'The flags are compared before anything else starts.',
    effect: refusedUsage,
    fixes: [
      { step: 'To look at a part only, leave out --store.', commands: ['audit-scanner scan --policy NAME'] },
      {
        step: 'To store, scan everything, or whole namespaces.',
        commands: ['audit-scanner scan --store', 'audit-scanner scan --store -n payments'],
      },
    ],
    related: [errorCodes.conflictingFlags],
  },
} satisfies ManualChapter;
