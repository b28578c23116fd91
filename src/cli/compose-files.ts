import type { FilesConfig, ScanConfig } from '../config/config.ts';
import { AuditError, errorCodes } from '../domain/errors.ts';
import type { PolicyEvaluator } from '../evaluation/evaluator.ts';
import { createTee } from '../sinks/tee.ts';
import { readSources } from '../sources/manifests/files.ts';
import { loadManifests } from '../sources/manifests/manifests.ts';
import { createFilePolicySource } from '../sources/manifests/policies.ts';
import { renderWithTools } from '../sources/manifests/render.ts';
import { createManifestSources } from '../sources/manifests/sources.ts';
import { createModuleLoader } from '../sources/modules/loader.ts';
import {
  type ComposedAudit,
  createHttpEvaluator,
  readTlsSettings,
  type Surroundings,
  toRequest,
} from './compose.ts';

/** Builds the adapters for a scan of files. Rejects with an AuditError when a file that the user named cannot be used. */
export async function composeFileAudit(
  config: ScanConfig,
  files: FilesConfig,
  { io, observer, sinks, onNotice }: Surroundings,
): Promise<ComposedAudit> {
  const tls = await readTlsSettings(config);
  const loadModule = createModuleLoader({ offline: files.offline });
  const sources = createManifestSources(async (signal) => {
    const read = { readStdin: io.stdin.read, render: renderWithTools };
    const named = files.paths.map((path) => (path === '-' ? 'stdin' : path));
    const options = { defaultNamespace: files.defaultNamespace, named };
    const manifests = await loadManifests(readSources(files.paths, read, signal), options);
    for (const notice of manifests.notices) onNotice(notice);
    if (manifests.objects.size === 0 && manifests.unread.length === 0) {
      const from = files.paths.join(', ');
      throw new AuditError(errorCodes.noResources, `no Kubernetes resources found in ${from}`);
    }
    return manifests;
  });
  const { paths, policies, defaultNamespace } = files;
  const evaluator = createEvaluator(config, { tls, io });
  return {
    subject: `${paths.join(', ')} with the policies of ${policies.join(', ')}`,
    target: { context: undefined, server: undefined },
    request: toRequest(config),
    clientCertificateExpiresAt: tls.clientCertificateExpiresAt,
    ports: {
      ...sources,
      policies: createFilePolicySource({ paths: policies, defaultNamespace, loadModule }),
      evaluator,
      sink: createTee(...sinks),
      cleanUp: undefined,
      observer,
      clock: () => new Date(io.now()),
    },
    close: () => evaluator.close(),
  };
}

function createEvaluator(
  config: ScanConfig,
  parts: Pick<Parameters<typeof createHttpEvaluator>[1], 'tls' | 'io'>,
): PolicyEvaluator {
  const { policyServerUrl } = config;
  if (policyServerUrl === undefined) {
    throw new AuditError(errorCodes.invalidValue, 'files need a policy server to ask', {
      tries: ['audit-scanner scan PATH --policies PATH --policy-server-url https://localhost:3000'],
    });
  }
  const url = new URL(policyServerUrl.href.replace(/\/+$/, ''));
  return createHttpEvaluator(config, { ...parts, resolve: () => Promise.resolve(() => url) });
}
