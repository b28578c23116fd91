import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import type { ScanConfig } from '../config/index.ts';
import { AuditError, type ErrorCode, errorCodes } from '../domain/index.ts';
import { type PolicyEvaluator, withRetry } from '../evaluation/index.ts';
import {
  type BalancingOptions,
  createPolicyServerEvaluator,
  type PolicyServerEvaluatorOptions,
} from '../evaluation/policy-server/index.ts';
import { createTlsSettings, findProxy, type TlsSettings } from '../net/index.ts';
import { describeSystemError, readRegularFile } from '../system/index.ts';
import type { Surroundings } from './composed-audit.ts';
import { limitLoad } from './load.ts';
import { timeEvaluations } from './timing.ts';

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
  /** Undefined where it is not known of which Services the policy servers are. */
  readonly readEndpoints?: BalancingOptions['readEndpoints'];
  readonly surroundings: Pick<Surroundings, 'io' | 'onNotice' | 'onOutage' | 'instruments'>;
};

/** Asks policy servers, with the limit and the retries of a run. */
export function createHttpEvaluator(
  config: ScanConfig,
  { resolve, tls, readEndpoints, surroundings }: EvaluatorParts,
): PolicyEvaluator {
  const { io, onNotice, onOutage = onNotice, instruments } = surroundings;
  const http = createPolicyServerEvaluator({
    resolve,
    tls,
    findProxy: (server) => findProxy(server, io.env),
    concurrency: config.limits.concurrency,
    now: io.now,
    balancing: config.connections && balanceWith(readEndpoints ?? noService, onNotice),
    headers: instruments?.traceHeaders,
  });
  return withRetry(timeEvaluations(http, instruments), {
    now: () => performance.now(),
    delay: (ms, signal) => delay(ms, undefined, { signal }),
    random: Math.random,
    limit: (attempts) => limitLoad(attempts, config),
    onRetry: instruments?.onRetry,
    onOutage: (_policyServer, { message }) => {
      onOutage(`${message}; waiting up to 30 s for it to come back`);
    },
  });
}

function balanceWith(
  readEndpoints: BalancingOptions['readEndpoints'],
  onNotice: Surroundings['onNotice'],
): BalancingOptions {
  const notice = (message: string, code: ErrorCode): void => {
    onNotice(`${message} [${code}]`);
  };
  return {
    readEndpoints,
    clock: () => performance.now(),
    random: Math.random,
    onPerRequest: (servers, reason) => {
      const named = servers.map((name) => `"${name}"`).join(', ');
      notice(
        `--connections balanced: each evaluation opens a connection of its own to policy server ${named}: ${reason}`,
        errorCodes.endpointsUnusable,
      );
    },
    onStranger: (server, { host, port }, { code }) => {
      notice(
        `an endpoint of policy server "${server}" is skipped, because its certificate is not accepted: ${host} port ${port} (${code ?? 'no reason'})`,
        errorCodes.endpointUntrusted,
      );
    },
  };
}

function noService(): Promise<never> {
  const message = '--policy-server-url names an address, but only a Service has endpoints';
  return Promise.reject(new AuditError(errorCodes.endpointsUnusable, message));
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
