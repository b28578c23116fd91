import { errorCodes } from '../../../domain/errors.ts';
import type { ManualPage } from '../page.ts';

export const environmentPages = {
  [errorCodes.nodeTooOld]: {
    title: 'this Node.js is too old',
    meaning: 'audit-scanner uses features of Node.js 22.19 and newer. Nothing was scanned.',
    evidence: 'The version is compared before anything else is loaded.',
    remedies: ['Install Node.js 24: https://nodejs.org', 'Use the container image, which brings its own'],
    related: [],
  },
  [errorCodes.certificateExpiresSoon]: {
    title: 'the client certificate expires soon',
    meaning:
      'The scan works today. When the certificate has expired, policy servers that ask for one refuse every connection, and no policy can be evaluated.',
    evidence: 'The end date of the certificate of --client-cert is less than 30 days away.',
    remedies: [
      'kubectl -n kubewarden delete secret kubewarden-audit-scanner-client-cert, then helm upgrade: the chart makes a new one',
      'See its dates: openssl x509 -noout -dates -in FILE',
    ],
    related: [errorCodes.clientCertificateRefused],
  },
  [errorCodes.interrupted]: {
    title: 'the scan was interrupted',
    meaning:
      'The results are those of the part that was scanned. What was left out is named; no report was deleted for it.',
    evidence:
      'Ctrl-C, SIGTERM (a Job over its activeDeadlineSeconds, a drained node) or --timeout ended the scan.',
    remedies: [
      'Run it again',
      'Give it more time: activeDeadlineSeconds of the Job, or --timeout',
      'Make it faster: --concurrency, more replicas of the policy server, fewer namespaces',
    ],
    related: [errorCodes.evaluationTimeout],
  },
  [errorCodes.internal]: {
    title: 'a bug in audit-scanner',
    meaning:
      'Something happened that the program does not expect. The exit code is 70; a retry will not help.',
    evidence: 'An error reached the outermost level without being one of those that can happen.',
    remedies: [
      'Run it again with -vv, which shows the chain of causes',
      'Report it with that output and the version (audit-scanner version)',
    ],
    related: [],
  },
} as const satisfies Partial<Record<string, ManualPage>>;
