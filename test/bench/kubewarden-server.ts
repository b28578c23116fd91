import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Pool } from 'undici';
import { startRealPolicyServer, versionLineOf } from '../support/real-policy-server.ts';
import { cpuSecondsOf } from './measure.ts';

/** Kubewarden's own policy-server, asked on connections that are kept. */
export type KubewardenServer = {
  /** What the program says of itself. */
  readonly version: string;
  /** True if the policy allows what it is asked about; throws where there is no verdict. */
  readonly ask: (policy: string, review: string) => Promise<boolean>;
  /** What its process has used so far. */
  readonly cpuSeconds: () => number;
  readonly close: () => Promise<void>;
};

type Policy = { readonly wasm: Uint8Array; readonly settings: object };

/** Starts the program with these policies by name. `folder` is for its files. */
export async function startKubewardenServer(
  program: string,
  { folder, policies }: { readonly folder: string; readonly policies: Readonly<Record<string, Policy>> },
): Promise<KubewardenServer> {
  const version = await versionLineOf(program);
  const server = await startRealPolicyServer({ program, folder, policies: await describe(folder, policies) });
  const pool = new Pool(server.url, { connections: 1 });
  return {
    version,
    ask: async (policy, review) => {
      const headers = { 'content-type': 'application/json' };
      const { statusCode, body } = await pool.request({
        method: 'POST',
        path: `/audit/${policy}`,
        headers,
        body: review,
      });
      const text = await body.text();
      if (statusCode !== 200) throw new Error(`${policy}: HTTP ${statusCode}: ${text}`);
      return (JSON.parse(text) as { response: { allowed: boolean } }).response.allowed;
    },
    cpuSeconds: () => cpuSecondsOf(server.pid),
    close: async () => {
      await pool.destroy();
      await server.close();
    },
  };
}

async function describe(folder: string, policies: Readonly<Record<string, Policy>>): Promise<object> {
  const described: Record<string, object> = {};
  for (const [name, { wasm, settings }] of Object.entries(policies)) {
    const path = join(folder, `${name}.wasm`);
    await writeFile(path, wasm);
    described[name] = { module: `file://${path}`, settings };
  }
  return described;
}
