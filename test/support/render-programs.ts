import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { ClusterUnavailable, ensureBinaries } from '../cluster/build.mjs';
import { buildHelm, HelmUnavailable } from '../helm/build.mjs';

export type RenderPrograms = {
  /** A PATH that begins with a folder in which helm and kubectl are. */
  readonly path: string;
  readonly remove: () => Promise<void>;
};

/** The programs that render charts and kustomizations, built once; undefined where there is no Go to build them, which is said. */
export async function findRenderPrograms(): Promise<RenderPrograms | undefined> {
  try {
    const [helm, { kubectl }] = [await buildHelm(), await ensureBinaries(['kubectl'])];
    const folder = await mkdtemp(join(tmpdir(), 'render-programs-'));
    await symlink(helm, join(folder, 'helm'));
    await symlink(kubectl, join(folder, 'kubectl'));
    return {
      path: `${folder}${delimiter}${process.env['PATH'] ?? ''}`,
      remove: () => rm(folder, { recursive: true }),
    };
  } catch (error) {
    if (!(error instanceof HelmUnavailable || error instanceof ClusterUnavailable)) throw error;
    console.error(`SKIPPED: tests with real charts and kustomizations, because ${error.message}`);
    return undefined;
  }
}
