import { AuditError, errorCodes } from '../../domain/index.ts';
import { ChildEndedError, describeSystemError, runProgram, systemErrorCode } from '../../system/index.ts';
import { toOneLine } from '../../text/index.ts';
import type { UnreadInput } from '../index.ts';
import { type RenderedTemplate, splitRenderedChart } from './charts.ts';
import { kustomizationFileOf } from './kustomization.ts';

/** How manifests are made of the charts and kustomizations of an input. */
export type RenderOptions = {
  readonly chart: ChartOptions;
  /** For charts: the namespace that they are for. */
  readonly namespace: string;
  /** Whether kustomizations may have helm render charts. */
  readonly enableHelm: boolean;
};

/** What the user says about charts, as helm takes it. */
export type ChartOptions = {
  readonly values: readonly string[];
  readonly set: readonly string[];
  readonly releaseName: string | undefined;
};

/** What another program makes manifests of; `path` is a folder, but for a packed chart. */
export type Unrendered = { readonly kind: 'chart' | 'packed-chart' | 'kustomization'; readonly path: string };

/** `leftOut` says why there is nothing to be rendered. */
export type Rendered =
  | { readonly parts: readonly RenderedTemplate[] }
  | { readonly unread: UnreadInput }
  | { readonly leftOut: string };

export type Render = (unrendered: Unrendered, signal: AbortSignal) => Promise<Rendered>;

type Command = readonly [program: string, ...args: string[]];
type Ran = { readonly stdout: string } | { readonly complaint: string };

/** Runs the user's own programs with the environment of this process. */
export function createRenderer(options: RenderOptions): Render {
  return async (unrendered, signal) => {
    const { kind, path } = unrendered;
    if (kind === 'kustomization') return renderKustomization(path, options, signal);
    if (kind === 'packed-chart') {
      const described = await describePackedChart(path, signal);
      if (described !== undefined) return described;
    }
    return renderChart(path, options, signal);
  };
}

async function renderChart(
  path: string,
  { chart: { values, set, releaseName }, namespace }: RenderOptions,
  signal: AbortSignal,
): Promise<Rendered> {
  const flags = [
    ...values.map((file) => `--values=${file}`),
    ...set.map((assignment) => `--set=${assignment}`),
    `--namespace=${namespace}`,
    '--include-crds',
  ];
  const release = releaseName === undefined ? [] : [releaseName];
  const ran = await runFirst([['helm', 'template', ...flags, ...asArguments(...release, path)]], signal);
  if ('stdout' in ran) return { parts: splitRenderedChart({ path, text: ran.stdout }) };
  return failed(path, `cannot render the Helm chart ${path}: ${ran.complaint}`);
}

/** Undefined for one that can be rendered. What is packed in another way is no chart, and a library has no manifests. */
async function describePackedChart(path: string, signal: AbortSignal): Promise<Rendered | undefined> {
  const ran = await runFirst([['helm', 'show', 'chart', ...asArguments(path)]], signal);
  if ('stdout' in ran)
    return /^type: *["']?library\b/m.test(ran.stdout) ? { leftOut: libraryChart } : undefined;
  if (noChart.test(ran.complaint)) return { leftOut: 'an archive that is not a Helm chart' };
  return failed(path, `cannot tell whether ${path} is a Helm chart: ${ran.complaint}`);
}

/** Why a library chart is left out. */
export const libraryChart = 'a library chart, which has no manifests of its own';
const noChart =
  /Chart\.yaml file is missing|content outside the base directory|does not appear to be a gzipped archive/;

async function renderKustomization(
  path: string,
  { enableHelm }: RenderOptions,
  signal: AbortSignal,
): Promise<Rendered> {
  const args = [...(enableHelm ? ['--enable-helm'] : []), ...asArguments(path)];
  const ran = await runFirst(
    [
      ['kustomize', 'build', ...args],
      ['kubectl', 'kustomize', ...args],
    ],
    signal,
  );
  if (!('stdout' in ran)) return failed(path, `cannot render the kustomization ${path}: ${ran.complaint}`);
  const file = await kustomizationFileOf(path);
  return { parts: [{ path: file, text: ran.stdout, isRendered: true, isDefinition: false }] };
}

/** A folder may be called like a flag, and then another program of somebody's choice would be run. */
function asArguments(...paths: readonly string[]): readonly string[] {
  return ['--', ...paths];
}

function failed(path: string, message: string): Rendered {
  return { unread: { path, error: new AuditError(errorCodes.renderFailed, message) } };
}

/** Charts may have to be fetched. */
const timeoutMs = 5 * 60_000;

/** Runs the first of some commands whose program is there. */
async function runFirst(commands: readonly Command[], signal: AbortSignal): Promise<Ran> {
  for (const [program, ...args] of commands) {
    try {
      const { exitCode, stdout, stderr } = await runProgram(program, args, {
        stdin: 'nothing',
        stderr: 'keep',
        signal,
        timeoutMs,
      });
      if (exitCode === 0) return { stdout: stdout.toString('utf8') };
      return { complaint: `${program} says: ${readComplaint(stderr)}` };
    } catch (thrown) {
      signal.throwIfAborted();
      if (systemErrorCode(thrown) === 'ENOENT') continue;
      const why = thrown instanceof ChildEndedError ? thrown.message : describeSystemError(thrown);
      return { complaint: `${program}: ${why}` };
    }
  }
  const programs = new Set(commands.map(([program]) => program));
  return { complaint: `${[...programs].join(' or ')} is not on PATH` };
}

/**
 * The error in what such a program wrote to stderr: what follows `Error:`, without the warnings before it and helm's hint behind it.
 * One line.
 */
function readComplaint(stderr: string): string {
  const lines = stderr
    .split('\n')
    .filter((line) => line.trim() !== '' && !/^Use --debug flag to render out invalid YAML/.test(line));
  const start = lines.findIndex((line) => /^(?:error|fatal):|^[EF]\d{4} .*\] /i.test(line));
  const text = lines.slice(Math.max(start, 0)).join('\n');
  const plain = text.replace(/^(?:error: |fatal: |[EF]\d{4} .*?\] (?:"command failed" err=)?)/i, '');
  return toOneLine(plain) || 'nothing';
}
