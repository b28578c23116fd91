import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseDocuments, type SourceText } from './documents.ts';
import { isJsonObject } from './objects.ts';
import { readText } from './read-text.ts';

/** Whether a folder with these files in it is a Helm chart. */
export function isChart(names: readonly string[]): boolean {
  return names.includes('Chart.yaml');
}

/** Whether a file is called what packed charts are called. */
export function isPackedChart(name: string): boolean {
  return /\.(?:tgz|tar\.gz)$/i.test(name);
}

const chartParts: ReadonlySet<string> = new Set([
  'Chart.yaml',
  'Chart.lock',
  'values.yaml',
  'values.schema.json',
  'requirements.yaml',
  'requirements.lock',
  '.helmignore',
  'templates',
  'charts',
  'crds',
]);

/** Whether a file or folder of a chart's folder is what helm makes manifests of, or needs to do so. */
export function isChartPart(name: string): boolean {
  return chartParts.has(name);
}

/** Whether the chart in a folder only serves other charts. Nothing can be rendered of it, and nothing is missed. */
export async function isLibraryChart(folder: string): Promise<boolean> {
  const source = await readText(join(folder, 'Chart.yaml'));
  if ('error' in source) return false;
  const [chart] = parseDocuments(source, { repeatedKeys: 'take-last' });
  return isLibrary(chart instanceof Error ? undefined : chart?.value);
}

function isLibrary(chart: unknown): boolean {
  return isJsonObject(chart) && chart['type'] === 'library';
}

/** A part of what helm rendered. */
export type RenderedTemplate = SourceText & {
  /** It stands in `crds/`, which is installed before everything else and never changed afterwards. */
  readonly isDefinition: boolean;
};

const separator = /^---(?=\s|$)/gm;
const sourceComment = /^---[^\n]*\n# Source: ([^\n]+?)\r?\n/;

/**
 * What `helm template` printed, template by template. `path` becomes that of the template where there is such a file, or else of the
 * chart, with the name by which helm calls the template.
 */
export function splitRenderedChart({ path, text }: SourceText): readonly RenderedTemplate[] {
  const parts: { name: string | undefined; text: string }[] = [];
  const starts = [0, ...[...text.matchAll(separator)].map(({ index }) => index)];
  for (const [index, start] of starts.entries()) {
    const part = text.slice(start, starts[index + 1]);
    const name = sourceComment.exec(part)?.[1];
    const last = parts.at(-1);
    // Helm names the file once, also where several documents stand in it.
    if (name === undefined && last !== undefined) last.text += part;
    else parts.push({ name, text: part });
  }
  return parts
    .filter((part) => part.text.trim() !== '')
    .map((part) => ({
      ...locateTemplate(path, part.name),
      text: part.text,
      isRendered: true,
      isDefinition: /^[^/]+\/(?:charts\/[^/]+\/)*crds\//.test(part.name ?? ''),
    }));
}

/** Helm's name begins with that of the chart in place of its folder. */
function locateTemplate(chart: string, name: string | undefined): Pick<SourceText, 'path' | 'template'> {
  if (isPackedChart(chart)) return { path: chart, template: name };
  const steps = name?.split('/').slice(1) ?? [];
  if (steps.length > 0 && !steps.includes('..')) {
    const path = join(chart, ...steps);
    if (existsSync(path)) return { path };
  }
  // A subchart may be packed.
  return { path: join(chart, 'Chart.yaml'), template: name };
}
