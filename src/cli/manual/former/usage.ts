import { errorCodes } from '../../../domain/errors.ts';
import type { ManualPage } from '../page.ts';

export const usagePages = {
  [errorCodes.invalidValue]: {
    title: 'a value is not valid',
    meaning: 'A flag or environment variable has a value that it cannot have. Nothing was scanned.',
    evidence: 'Every value is checked before the first request. All problems are reported at once.',
    remedies: [
      'The message names the flag or variable and what it accepts',
      'audit-scanner scan --help lists every flag with its default',
    ],
    related: [errorCodes.unknownFlag, errorCodes.conflictingFlags],
  },
  [errorCodes.unknownFlag]: {
    title: 'a flag does not exist',
    meaning: 'Nothing was scanned, because what the flag was meant to do is unknown.',
    evidence:
      'The flags of `audit-scanner scan` and those without a subcommand are two sets; the flag is not in the one that was used.',
    remedies: ['audit-scanner scan --help', 'audit-scanner --help for the flags without a subcommand'],
    related: [errorCodes.shortFlagCollision],
  },
  [errorCodes.conflictingFlags]: {
    title: 'flags contradict each other',
    meaning: 'Two flags ask for opposite things, and neither is obeyed by guessing. Nothing was scanned.',
    evidence: 'Combinations are checked before the first request.',
    remedies: ['Leave one of them out; a flag beats an environment variable that contradicts it'],
    related: [errorCodes.partialStore],
  },
  [errorCodes.shortFlagCollision]: {
    title: 'a flag means something else in `scan`',
    meaning:
      'The reference scanner and kubectl use some letters for different things: -o, -l, -f, -c, -k, -i, -u. `scan` follows kubectl and refuses to guess.',
    evidence: 'The flag or its value only makes sense with the meaning of the reference.',
    remedies: [
      'Use the long name in the message',
      'Leave out `scan` to use the flags of the reference: audit-scanner -k kubewarden -l info',
    ],
    related: [errorCodes.unknownFlag],
  },
  [errorCodes.outputNotWritable]: {
    title: 'an output file cannot be written',
    meaning: 'Nothing was scanned: the results would have had no place to go.',
    evidence: 'The directory of every file of --output is checked before the scan.',
    remedies: [
      'Create the directory',
      'Choose another place: -o json=/tmp/out.json',
      'Write to stdout: -o json',
    ],
    related: [errorCodes.outputFailed],
  },
  [errorCodes.fileUnreadable]: {
    title: 'a file cannot be read',
    meaning: 'A certificate, key or CA that a flag names is missing, not readable or not in PEM format.',
    evidence: 'All files are read once, before the first request.',
    remedies: [
      'ls -l FILE, and openssl x509 -noout -subject -in FILE',
      'In a Pod: check that the Secret exists and that its key has the name of the file',
    ],
    related: [errorCodes.policyServerCertificateUntrusted],
  },
  [errorCodes.unknownCommand]: {
    title: 'a command does not exist',
    meaning: 'The first word is no command, and nothing was done.',
    evidence: 'Without a command only flags are accepted; a command comes before all flags.',
    remedies: ['audit-scanner --help lists the commands'],
    related: [errorCodes.unknownFlag],
  },
  [errorCodes.namespaceNotFound]: {
    title: 'a namespace does not exist',
    meaning: 'Nothing was scanned: a scan of a namespace that is not there would be a pass by accident.',
    evidence: 'The API server answered 404 when the namespace was read.',
    remedies: ['kubectl get namespaces', 'Check that the context is the right one: --context'],
    related: [errorCodes.nothingToScan],
  },
  [errorCodes.nothingToScan]: {
    title: 'there is nothing to scan',
    meaning:
      'No policy is audited in what was selected, or nothing matches the policies. A gate must not be green by accident, so this is not a pass.',
    evidence: 'The policies were read, selected and matched with the types that the API serves.',
    remedies: [
      'audit-scanner scan -v says for every policy why it is not audited',
      'Check the patterns of --policy, --include-kinds and the labels of --selector',
      'A policy is audited if backgroundAudit is true, its status is active, and a rule has the operation CREATE',
    ],
    related: [errorCodes.kubewardenMissing, errorCodes.namespaceNotFound],
  },
  [errorCodes.partialStore]: {
    title: 'a partial scan cannot be stored',
    meaning:
      'A report holds the results of all policies for one object. A scan of some policies or objects would replace whole reports with parts, or call the others stale.',
    evidence: '--store was combined with a flag that selects policies, kinds or labels.',
    remedies: [
      'Leave out --store to look at a part',
      'Leave out the selection to store everything; -n and --exclude-namespaces can be combined with --store',
    ],
    related: [errorCodes.conflictingFlags],
  },
} as const satisfies Partial<Record<string, ManualPage>>;
