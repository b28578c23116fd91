import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { runCli } from '../../support/cli.ts';
import type { Fault, FaultGroup } from '../fault.ts';

const module = join(import.meta.dirname, '../../../examples/modules/required-labels.wasm');
const policy = `
apiVersion: policies.kubewarden.io/v1
kind: ClusterAdmissionPolicy
metadata: {name: team}
spec:
  module: ${pathToFileURL(module).href}
  mutating: false
  settings: {labels: [team]}
  rules: [{apiGroups: [""], apiVersions: [v1], resources: [configmaps], operations: [CREATE]}]
`;
const configMap = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, labels: {team: a}}\n';

/** A folder with a manifest that passes, and one thing that cannot be looked at. */
function inFolder(
  told: Pick<Fault, 'id' | 'title' | 'sees'>,
  arrange: (folder: string) => Promise<unknown>,
): Fault {
  return {
    ...told,
    exitCode: 3,
    complete: false,
    pods: 'kept',
    configMaps: 'kept',
    stores: false,
    arrange: () => undefined,
    run: async () => {
      const folder = await mkdtemp(join(tmpdir(), 'fault-files-'));
      try {
        const input = join(folder, 'in');
        await mkdir(input);
        await writeFile(join(input, 'a.yaml'), configMap);
        await writeFile(join(folder, 'policy.yaml'), policy);
        await arrange(input);
        // Without helm, kustomize and kubectl, whatever this machine has.
        const env = { PATH: '/nonexistent' };
        return await runCli(['scan', input, '--policies', join(folder, 'policy.yaml'), '-o', 'json'], {
          env,
        });
      } finally {
        await rm(folder, { recursive: true });
      }
    },
  };
}

export const fileFaults: FaultGroup = {
  title: 'Files in place of a cluster',
  faults: [
    inFolder({ id: 'file-link', title: 'a broken link in the folder', sees: 'it does not exist' }, (folder) =>
      symlink('gone', join(folder, 'link')),
    ),
    inFolder(
      { id: 'file-encoding', title: 'a manifest is not text', sees: 'is neither UTF-8 text nor UTF-16 text' },
      (folder) => writeFile(join(folder, 'b.yaml'), Buffer.from([0x61, 0x80, 0x81])),
    ),
    inFolder(
      { id: 'file-syntax', title: 'a manifest is not YAML', sees: 'A manifest cannot be read' },
      (folder) => writeFile(join(folder, 'b.yaml'), 'a: [\n'),
    ),
    inFolder(
      { id: 'file-chart', title: 'a chart, without helm installed', sees: 'helm is not on PATH' },
      (folder) => writeFile(join(folder, 'Chart.yaml'), 'apiVersion: v2\nname: web\nversion: 0.1.0\n'),
    ),
    inFolder(
      {
        id: 'file-kustomization',
        title: 'a kustomization, without kustomize or kubectl installed',
        sees: 'kustomize or kubectl is not on PATH',
      },
      (folder) => writeFile(join(folder, 'kustomization.yaml'), 'resources: []\n'),
    ),
    inFolder(
      {
        id: 'file-ignore',
        title: 'an .auditignore that cannot be read',
        sees: '.auditignore: it is a directory',
      },
      (folder) => mkdir(join(folder, '.auditignore')),
    ),
  ],
};
