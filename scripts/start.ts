// `npm start`: shows a real scan of a real API server, which lives for as long as the scan does.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { startDemoCluster } from '../test/support/cluster/demo.ts';

const log = (line: string): boolean => process.stderr.write(`${line}\n`);

/** A scan that ran to its end: passed, found violations, could not see everything. */
const meanings: Readonly<Record<number, string>> = {
  0: 'no violations',
  1: 'violations were found',
  3: 'the scan is incomplete',
};

log('Starting a throw-away Kubernetes API server with a small cluster in it, and a policy server …');
const cluster = await startDemoCluster(log).catch((error: unknown) => {
  log(error instanceof Error ? error.message : String(error));
  process.exit(1);
});
try {
  const args = [
    'scan',
    '--policy-server-url',
    cluster.policyServerUrl,
    '--extra-ca',
    cluster.policyServerCaPath,
  ];
  log(`What follows is a real, read-only scan of it: audit-scanner ${args.join(' ')}\n`);
  const scan = spawn(process.execPath, [join(import.meta.dirname, '../bin/audit-scanner.js'), ...args], {
    stdio: 'inherit',
    env: { ...process.env, KUBECONFIG: cluster.kubeconfigPath },
  });
  // Ctrl-C reaches the scan as well, which ends in order; this process then does.
  process.on('SIGINT', () => undefined);
  const [code, signal] = (await once(scan, 'exit')) as [number | null, string | null];
  const meaning = meanings[code ?? -1];
  if (meaning === undefined) {
    log(`\nThe scan did not get to its end (${code === null ? signal : `exit code ${code}`}).`);
    process.exitCode = code ?? 1;
  } else {
    log(
      `\nThe scan ended with exit code ${code}: ${meaning}. \`npm run cluster\` keeps such a cluster for your own tries.`,
    );
  }
} finally {
  await cluster.stop();
}
