// `npm run cluster`: a real API server with a realistic content and a policy server, to try the scanner by hand.
import { once } from 'node:events';
import { startDemoCluster } from '../test/support/cluster/demo.ts';

const log = (line: string): boolean => process.stderr.write(`${line}\n`);

log('Starting a throw-away Kubernetes API server …');
const cluster = await startDemoCluster(log).catch((error: unknown) => {
  log(error instanceof Error ? error.message : String(error));
  process.exit(1);
});
const connection = `--policy-server-url ${cluster.policyServerUrl} --extra-ca ${cluster.policyServerCaPath}`;

process.stdout.write(`
A real kube-apiserver at ${cluster.server}, with the workloads of examples/, ${cluster.policies} policies, and a policy server that runs
them, at ${cluster.policyServerUrl} (the name policy-server-default.kubewarden.svc resolves only inside of a cluster).

In another terminal:

  export KUBECONFIG=${cluster.kubeconfigPath}

  # what do the policies say about the cluster? (read-only)
  npx audit-scanner scan ${connection}

  # the same, and store the reports in the cluster
  npx audit-scanner scan --store ${connection}

  # as the Kubewarden chart calls it
  npx audit-scanner --kubewarden-namespace kubewarden --loglevel info --report-kind openreports ${connection}

Ctrl-C stops everything and leaves nothing behind.
`);

// A timer holds the process until a signal comes; everything else that is open here lets it end.
const hold = setInterval(() => undefined, 1 << 30);
await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM'), once(process, 'SIGHUP')]);
clearInterval(hold);
log('\nStopping …');
await cluster.stop();
