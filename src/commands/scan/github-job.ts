import { appendFile } from 'node:fs/promises';
import type { OutputSpec } from '../../config/index.ts';
import { AuditError, errorCodes } from '../../domain/index.ts';
import type { Io } from '../../host/index.ts';
import { type AuditDocument, type RenderContext, renderers } from '../../reports/index.ts';
import { describeSystemError } from '../../system/index.ts';
import { toPlainText } from '../../text/index.ts';

/**
 * Tells the job of GitHub Actions in which the scan runs, if any, what came of it: the markdown report in its summary, and outputs
 * for later steps. Rejects with `outputFailed`.
 */
export async function tellGitHubJob(
  document: AuditDocument,
  context: RenderContext,
  { env, outputs }: { readonly env: Io['env']; readonly outputs: readonly OutputSpec[] },
): Promise<void> {
  const summary = env['GITHUB_STEP_SUMMARY'] ?? '';
  if (summary !== '') {
    const markdown = await renderers.markdown();
    await append(summary, markdown.render(document, context));
  }
  const output = env['GITHUB_OUTPUT'] ?? '';
  if (output !== '') await append(output, renderJobOutputs(document, outputs));
}

function renderJobOutputs({ outcome, gate }: AuditDocument, outputs: readonly OutputSpec[]): string {
  const json = outputs.find(({ format, file }) => format === 'json' && file !== undefined)?.file ?? '';
  const values = {
    gate: gate.result,
    violations: gate.violations,
    complete: outcome.complete,
    // A line break would begin another output.
    json: toPlainText(json),
  };
  return Object.entries(values)
    .map(([name, value]) => `${name}=${String(value)}\n`)
    .join('');
}

async function append(path: string, text: string): Promise<void> {
  try {
    await appendFile(path, text);
  } catch (thrown) {
    throw new AuditError(errorCodes.outputFailed, `cannot write ${path}: ${describeSystemError(thrown)}`, {
      cause: thrown,
    });
  }
}
