import { composePreflight, type Preflight, readTlsSettings } from '../../assembly/index.ts';
import { AuditError, orError } from '../../domain/index.ts';
import { type Io, usesColor, widthForPeople } from '../../host/index.ts';
import { formatServer } from '../../kubernetes/index.ts';
import { exitCodes } from '../../verdict/index.ts';
import { type Check, failedWith, ok } from './check.ts';
import { diagnoseCluster, uncheckedCluster } from './diagnose-cluster.ts';
import { diagnoseServers, type KnownCluster } from './diagnose-servers.ts';
import type { DoctorConfig } from './options.ts';
import { renderChecks, renderChecksJson } from './render.ts';

/** `audit-scanner doctor`. Resolves to the exit code; rejects with an AuditError only for a file that the flags name. */
export async function runDoctor(config: DoctorConfig, io: Io, signal: AbortSignal): Promise<number> {
  const tls = await readTlsSettings(config.scan);
  const preflight = await orError(composePreflight(config.scan, io, signal));
  try {
    const checks = await diagnose(config, preflight, { io, tls, signal });
    await io.stdout.write(
      config.output === 'json'
        ? renderChecksJson(checks)
        : renderChecks(checks, {
            color: usesColor(config.scan.display.color, io.stdout, io.env),
            width: widthForPeople(io.stdout, io.env),
          }),
    );
    return checks.some(({ result }) => result === 'fail') ? exitCodes.unavailable : exitCodes.ok;
  } finally {
    if (!(preflight instanceof AuditError)) await preflight.close();
  }
}

type Surroundings = {
  readonly io: Io;
  readonly tls: Awaited<ReturnType<typeof readTlsSettings>>;
  readonly signal: AbortSignal;
};

async function diagnose(
  config: DoctorConfig,
  preflight: Preflight | AuditError,
  surroundings: Surroundings,
): Promise<readonly Check[]> {
  const name = 'kubeconfig';
  if (preflight instanceof AuditError) {
    const evaluation = await diagnoseEvaluation(config, undefined, surroundings);
    return [failedWith(name, preflight, { facts: 1 }), ...uncheckedCluster(), ...evaluation];
  }
  const { source, context, server, user } = preflight.client.connection;
  const kubeconfig = ok(name, `${source}, context ${context} (${formatServer(server)}) as ${user}`);
  const { checks, plan } = await diagnoseCluster(config.scan, preflight, surroundings);
  const { client, policies } = preflight;
  const known = plan === undefined ? undefined : { plan, client, policies };
  return [kubeconfig, ...checks, ...(await diagnoseEvaluation(config, known, surroundings))];
}

/** Who evaluates the policies: policy servers, or the engine of a scan. */
async function diagnoseEvaluation(
  config: DoctorConfig,
  known: KnownCluster | undefined,
  surroundings: Surroundings,
): Promise<readonly Check[]> {
  const { engine } = config.scan;
  if (engine === undefined) return diagnoseServers(config, known, surroundings);
  const { diagnoseEngine } = await import('./diagnose-engine.ts');
  return diagnoseEngine(config, { ...surroundings, known });
}
