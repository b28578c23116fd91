import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import type { ScanConfig } from '../config/index.ts';
import { AuditError, errorCodes } from '../domain/index.ts';
import { type PolicyEvaluator, withRetry } from '../evaluation/index.ts';
import {
  createPolicyServerEvaluator,
  type PolicyServerEvaluatorOptions,
} from '../evaluation/policy-server/index.ts';
import { createTlsSettings, findProxy, type TlsSettings } from '../net/index.ts';
import { describeSystemError, readRegularFile } from '../system/index.ts';
import type { Surroundings } from './composed-audit.ts';
import { limitLoad } from './load.ts';

/** Reads the PEM files for policy servers. */
export async function readTlsSettings({ tls }: Pick<ScanConfig, 'tls'>): Promise<TlsSettings> {
  const [extraCa, certificate, key] = await Promise.all(
    [tls.extraCa, tls.clientCert, tls.clientKey].map(async (path) =>
      path === undefined ? path : readPemFile(path),
    ),
  );
  const client = certificate === undefined || key === undefined ? undefined : { certificate, key };
  return createTlsSettings({ extraCa, client, verify: !tls.insecure });
}

export type EvaluatorParts = {
  readonly resolve: PolicyServerEvaluatorOptions['resolve'];
  readonly tls: TlsSettings;
  readonly surroundings: Pick<Surroundings, 'io' | 'onNotice' | 'onOutage'>;
};

/** Asks policy servers, with the limit and the retries of a run. */
export function createHttpEvaluator(
  config: ScanConfig,
  { resolve, tls, surroundings }: EvaluatorParts,
): PolicyEvaluator {
  const { io, onNotice, onOutage = onNotice } = surroundings;
  const http = createPolicyServerEvaluator({
    resolve,
    tls,
    findProxy: (server) => findProxy(server, io.env),
    concurrency: config.limits.concurrency,
    now: io.now,
  });
  return withRetry(http, {
    now: () => performance.now(),
    delay: (ms, signal) => delay(ms, undefined, { signal }),
    random: Math.random,
    limit: (attempts) => limitLoad(attempts, config),
    onOutage: (_policyServer, { message }) => {
      onOutage(`${message}; waiting up to 30 s for it to come back`);
    },
  });
}

/** A PEM file that the user named, with the path for messages about it. Rejects with `fileUnreadable`, which says why. */
export async function readPemFile(path: string): Promise<{ path: string; pem: Buffer }> {
  try {
    return { path, pem: await readRegularFile(path) };
  } catch (cause) {
    throw new AuditError(errorCodes.fileUnreadable, `cannot read ${path}: ${describeSystemError(cause)}`, {
      cause,
    });
  }
}
