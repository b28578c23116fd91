import { apiServerOptions, environmentVariable } from '../../config/index.ts';
import { findHomeDir } from '../../host/index.ts';
import { listContexts } from '../../kubernetes/index.ts';
import type { Typed } from './candidates.ts';

/** The contexts of the kubeconfig that is meant by what was typed. Rejects where there is none. */
export async function askKubeconfig({
  before,
  surroundings: {
    io: { env },
  },
}: Typed): Promise<readonly string[]> {
  const { readCommandLine } = await import('../../config/command-line/index.ts');
  const { flags } = readCommandLine(before, { options: apiServerOptions });
  const kubeconfigPath = flags['kubeconfig']?.at(-1) ?? env[environmentVariable('kubeconfig')];
  return listContexts({ env, kubeconfigPath, context: undefined, homeDir: findHomeDir(env) });
}
