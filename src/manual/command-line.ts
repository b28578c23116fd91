import { errorCodes } from '../domain/index.ts';
import { type ManualChapter, refusedUsage } from './entry.ts';

/** Words of the command line and of the environment that audit-scanner does not have. */
export const commandLine = {
  [errorCodes.unknownFlag]: {
    title: 'There is no such flag',
    meaning: 'The command line has a flag that audit-scanner does not know, or one that is malformed.',
    detection: 'Every flag is looked up among those of the command that was called.',
    effect: refusedUsage,
    fixes: [
      { step: 'Check the spelling; the message suggests the nearest flag.' },
      {
        step: 'Check that the flag belongs to the command: `scan` and the command without a subcommand have different flags.',
        commands: ['audit-scanner scan --help', 'audit-scanner --help'],
      },
    ],
    related: [errorCodes.shortFlagCollision, errorCodes.unknownCommand],
  },
  [errorCodes.shortFlagCollision]: {
    title: 'This flag means something else in `scan`',
    meaning:
      'A flag of the Go scanner was used with the subcommand `scan`, where it has another meaning or another name. Nothing is guessed.',
    detection:
      '-l with the name of a log level, -o without a format, -f with a certificate, or one of -c, --cluster, -i and -u.',
    effect: refusedUsage,
    fixes: [
      {
        step: 'Use the long name that the message gives.',
        commands: ['audit-scanner scan --log-level info -o json --scope cluster'],
      },
      {
        step: 'To use the flags of the Go scanner as they are, leave out `scan`. Reports are then stored, unless --disable-store is given.',
        commands: ['audit-scanner -l info -k kubewarden --disable-store'],
      },
    ],
    related: [errorCodes.unknownFlag],
  },
  [errorCodes.unknownCommand]: {
    title: 'There is no such command',
    meaning: 'The first word is not a command or topic of audit-scanner, or a command follows the flags.',
    detection: 'The words of the command line are looked up among the commands.',
    effect: 'Nothing was scanned and no report was touched. Exit code 2; 1 if a command follows the flags.',
    fixes: [
      { step: 'Look at the commands; a command comes before its flags.', commands: ['audit-scanner --help'] },
      {
        step: 'If the word was meant as the value of a flag, put it right after the flag.',
        commands: ['audit-scanner scan --namespace payments'],
      },
    ],
    related: [errorCodes.unknownFlag],
  },
  [errorCodes.commandMissing]: {
    title: 'Nothing was asked for',
    meaning:
      'audit-scanner was started without arguments, not in a Pod and not by a person at a terminal. In a Pod this means, as for the Go audit-scanner, to scan the cluster and store the reports. Elsewhere it is most likely a mistake, and should not write reports to the cluster that the kubeconfig happens to name.',
    detection:
      'There were no arguments, and KUBERNETES_SERVICE_HOST, which every Pod has, is not set. Standard input or standard error is not a terminal.',
    effect: 'The help was printed, nothing was scanned and no report was touched. Exit code 2.',
    fixes: [
      {
        step: 'Say what to do: look at the cluster of the kubeconfig, or scan it and store the reports.',
        commands: ['audit-scanner scan', 'audit-scanner scan --store'],
      },
      {
        step: 'To do exactly what the Go audit-scanner does, from outside the cluster, give one of its flags.',
        commands: ['audit-scanner --kubewarden-namespace kubewarden'],
      },
    ],
    related: [errorCodes.unknownCommand, errorCodes.nothingToScan],
  },
  [errorCodes.unknownVariable]: {
    title: 'An environment variable looks misspelt',
    meaning:
      'A variable whose name begins with AUDIT_SCANNER_ is close to that of a flag of `scan`, but is not one. It would have had no effect, so a gate would have used its default instead of the value that somebody set.',
    detection:
      'Each variable that begins with AUDIT_SCANNER_ is compared with the known ones. Those that Kubernetes sets in a Pod for a Service named audit-scanner are ignored, and so are names that resemble no known one.',
    effect: refusedUsage,
    fixes: [
      { step: 'Correct the name; the message suggests the nearest one.', commands: ['env | grep -i audit'] },
      { step: 'List the variables there are.', commands: ['audit-scanner help environment'] },
    ],
    related: [errorCodes.invalidValue, errorCodes.unknownFlag],
  },
} satisfies ManualChapter;
