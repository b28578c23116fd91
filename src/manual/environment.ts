import { errorCodes } from '../domain/index.ts';
import type { ManualChapter } from './entry.ts';

export const environment = {
  [errorCodes.nodeTooOld]: {
    title: 'Node.js is too old',
    meaning: 'This version of Node.js is too old for audit-scanner, which needs 22.19 or newer.',
    detection: 'The version of Node.js is checked before anything else is loaded.',
    effect: 'Nothing was scanned and no report was touched. Exit code 4.',
    fixes: [
      {
        step: 'See which Node.js comes first on PATH, and install a newer one.',
        commands: ['node --version', 'command -v node'],
      },
      { step: 'Or use the container image, which brings its own Node.js.' },
    ],
    related: [],
  },
  [errorCodes.certificateExpiresSoon]: {
    title: 'The client certificate for policy servers expires soon',
    meaning:
      'The certificate given with --client-cert has less than 30 days left, or has already expired. Policy servers that require client certificates refuse an expired one.',
    detection: 'The expiry date is read from the file when the scan starts.',
    effect:
      'None yet: this is a warning, the scan continues and the exit code does not change. Once the certificate has expired, every evaluation on a server that requires client certificates fails with AS-4113.',
    fixes: [
      {
        step: 'Look at the dates of the certificate.',
        commands: ['openssl x509 -noout -subject -dates -in CLIENT.crt'],
      },
      {
        step: 'In the cluster, renew the Secret that the scanner mounts. The Kubewarden chart creates it once, for a year, and nothing renews it: delete it and upgrade the release.',
        commands: [
          'kubectl -n kubewarden delete secret kubewarden-audit-scanner-client-cert',
          'helm -n kubewarden upgrade RELEASE CHART --reuse-values',
        ],
      },
    ],
    related: [errorCodes.clientCertificateRefused, errorCodes.fileUnreadable],
  },
  [errorCodes.credentialsExpireSoon]: {
    title: 'Your credentials for the API server expire soon',
    meaning: 'The client certificate in the kubeconfig has less than 30 days left, or has already expired.',
    detection: '`doctor` reads the expiry date from the kubeconfig.',
    effect:
      'None yet: this is a warning of `doctor`. Once the certificate has expired, the API server answers 401, and no scan can start (AS-3008).',
    fixes: [
      {
        step: 'Get a new one from the person who created the kubeconfig. With kubeadm, run this on a control plane node.',
        commands: ['kubeadm certs check-expiration', 'kubeadm certs renew admin.conf'],
      },
      { step: 'Then check that it works.', commands: ['audit-scanner doctor'] },
    ],
    related: [errorCodes.unauthorized],
  },
  [errorCodes.interrupted]: {
    title: 'The scan was interrupted',
    meaning:
      'The scan was stopped before it finished: by Ctrl-C, by SIGTERM (a deleted Pod, a drained node, the deadline of a Job) or by its own --timeout.',
    detection: 'The process received SIGINT or SIGTERM, or reached the limit of --timeout.',
    effect:
      'No new object is started, and evaluations in flight get two more seconds. The output names the types that were not finished. Reports written so far stay, and no report is deleted. Exit code 130 after Ctrl-C and 143 after SIGTERM. After --timeout it is 3, as for every incomplete scan, or 1 if it found violations too.',
    fixes: [
      { step: 'Run it again: reports that would not change are not written a second time.' },
      {
        step: 'If a Job was stopped, see what stopped it, and give the Job more time.',
        commands: [
          'kubectl -n kubewarden describe job JOB',
          'kubectl -n kubewarden get events --sort-by=.lastTimestamp',
        ],
      },
      {
        step: 'If the scan takes too long, allow more concurrent evaluations or a larger --timeout.',
        commands: ['audit-scanner scan --concurrency 200'],
      },
    ],
    related: [errorCodes.evaluationTimeout],
  },
} satisfies ManualChapter;
