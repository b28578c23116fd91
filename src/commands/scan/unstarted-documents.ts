import { randomUUID } from 'node:crypto';
import type { DisplayConfig, OutputSpec } from '../../config/index.ts';
import { type AuditError, toAuditError } from '../../domain/index.ts';
import { type Io, OutputFile } from '../../host/index.ts';
import {
  type AuditDocument,
  piecesOf,
  type RenderContext,
  renderers,
  toUnstartedDocument,
  unstartedFormats,
} from '../../reports/index.ts';
import { tellGitHubJob } from './github-job.ts';
import { createRenderContext } from './render-context.ts';

export type UnstartedRun = {
  /** Why it did not start; at least one. */
  readonly errors: readonly AuditError[];
  readonly exitCode: number;
  readonly failOn: string;
  readonly outputs: readonly OutputSpec[];
  readonly display: Pick<DisplayConfig, 'color' | 'headers'>;
  readonly target: RenderContext['target'];
};

/**
 * Writes the files that were asked for, to say that nothing was scanned: CI systems upload them whatever happened, and one that is
 * missing hides the reason. Resolves to what could not be written, which is no more than a nuisance here.
 */
export async function writeUnstartedDocuments(run: UnstartedRun, io: Io): Promise<readonly AuditError[]> {
  const document = toUnstartedDocument({ ...run, runUid: randomUUID(), at: new Date(io.now()) });
  const failures: AuditError[] = [];
  for (const spec of run.outputs) {
    try {
      await writeUnstarted(document, spec, { run, io });
    } catch (thrown) {
      failures.push(toAuditError(thrown));
    }
  }
  return failures;
}

async function writeUnstarted(
  document: AuditDocument,
  spec: OutputSpec,
  { run, io }: { readonly run: UnstartedRun; readonly io: Io },
): Promise<void> {
  const { format, file } = spec;
  const context = createRenderContext(run.display, { io, spec, target: run.target });
  if (format === 'github') await tellGitHubJob(document, context, { env: io.env, outputs: run.outputs });
  if (file === undefined || !unstartedFormats.has(format)) return;
  const renderer = await renderers[format]();
  const pieces =
    'renderEnd' in renderer ? [renderer.renderEnd(document, context)] : piecesOf(renderer, document, context);
  const output = new OutputFile(file);
  for (const piece of pieces) await output.write(piece);
  await output.commit();
}
