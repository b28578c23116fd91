import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { configureScan } from '../../../../src/commands/scan/configure.ts';
import { openOutputs } from '../../../../src/commands/scan/output.ts';
import type { ResourceReport } from '../../../../src/domain/report.ts';
import type { Io, TextStream } from '../../../../src/host/io.ts';
import { outputFormats } from '../../../../src/reports/output-formats.ts';
import type { RenderContext } from '../../../../src/reports/renderer.ts';
import { aPolicy } from '../../../support/builders.ts';
import { aDocument, clusterContext, fromFile } from '../../reports/findings.ts';
import { aFail, aPass, aReport } from '../../sinks/report-builders.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'outputs-'));
});
afterEach(() => rm(folder, { recursive: true }));

const policy = aPolicy('no-root', { severity: 'high' });
const web = aReport('shop/web', [aFail(policy, 'runs as root')]);

type Run = { readonly reports?: readonly ResourceReport[]; readonly env?: Io['env'] };
type Scanned = { readonly exitCode: number; readonly stdout: string; readonly stderr: string };

/** What a scan with these flags writes when it has found these reports. */
async function scan(flags: readonly string[], { reports = [web], env = {} }: Run = {}): Promise<Scanned> {
  const checked = configureScan({ output: [...flags] }, {});
  if (!checked.ok) throw checked.problems[0]!;
  const written = { stdout: '', stderr: '' };
  const stream = (name: 'stdout' | 'stderr'): TextStream => ({
    write: (text) => {
      written[name] += text;
      return Promise.resolve();
    },
    isTTY: false,
    columns: undefined,
    closed: new AbortController().signal,
  });
  const io: Io = {
    stdin: { isTTY: false, read: () => Promise.resolve('') },
    stdout: stream('stdout'),
    stderr: stream('stderr'),
    env,
    now: () => 0,
    onStop: () => () => undefined,
    terminationLog: join(folder, 'none'),
  };
  const outputs = await openOutputs(checked.value, io, { beforeWrite: () => undefined });
  const { signal } = new AbortController();
  for (const sink of outputs.sinks) for (const report of reports) await sink.write(report, signal);
  const { outcome, gate } = aDocument(reports);
  const target: RenderContext['target'] = clusterContext.target;
  return { exitCode: await outputs.finish({ outcome, gate, target }), ...written };
}

const read = (name: string) => readFile(join(folder, name), 'utf8');

it('writes every format in one run', async () => {
  const flags = outputFormats.map((format) =>
    format === 'table' ? format : `${format}=${join(folder, format)}`,
  );
  const { exitCode, stderr } = await scan(flags, { reports: [web, aReport('shop/ok', [aPass('good')])] });

  expect(exitCode).toBe(1);
  expect((await readdir(folder)).sort()).toEqual(outputFormats.filter((format) => format !== 'table').sort());
  for (const format of outputFormats.slice(1)) {
    expect(stderr).toContain(`wrote ${format} to ${join(folder, format)} (1 results)\n`);
  }
});

it('tells what a reader of sarif should know, on stderr', async () => {
  const { stdout, stderr } = await scan(['sarif']);
  expect(JSON.parse(stdout)).toMatchObject({ version: '2.1.0' });
  expect(stderr).toMatch(/^GitHub lists the results of a live cluster but has no code to show with them\n/);
});

describe('files in a CI system', () => {
  const report = fromFile(web, { path: 'deploy/web.yaml', line: 4, column: 1 });
  const pathIn = async (env: Io['env']) => {
    const { stdout } = await scan(['gitlab'], { reports: [report], env });
    return (JSON.parse(stdout) as [{ location: { path: string } }])[0].location.path;
  };

  it.each(['GITHUB_WORKSPACE', 'CI_PROJECT_DIR'])('are named as seen from %s', async (name) => {
    const root = join(process.cwd(), '..');
    expect(await pathIn({ [name]: root })).toBe(`${process.cwd().slice(root.length + 1)}/deploy/web.yaml`);
  });

  it('are named as seen from the current directory without either', async () => {
    expect(await pathIn({ GITHUB_WORKSPACE: '' })).toBe('deploy/web.yaml');
  });
});

describe('in a job of GitHub Actions', () => {
  const inJob = () => ({
    GITHUB_STEP_SUMMARY: join(folder, 'summary.md'),
    GITHUB_OUTPUT: join(folder, 'output'),
  });

  it('github appends the report to the summary and the verdict to the outputs', async () => {
    await writeFile(join(folder, 'summary.md'), 'before\n');
    await writeFile(join(folder, 'output'), 'other=1\n');
    const json = join(folder, 'audit.json');
    const { stdout } = await scan(['github', `json=${json}`], { env: inJob() });

    expect(stdout).toBe('::error title=no-root%3A shop/deployments.apps/web::runs as root\n');
    expect(await read('summary.md')).toMatch(/^before\n## audit-scanner\n[^]*runs as root/);
    expect(await read('output')).toBe(`other=1\ngate=failed\nviolations=1\ncomplete=true\njson=${json}\n`);
  });

  it('other formats leave the job alone', async () => {
    await scan(['markdown'], { env: inJob() });
    expect(await readdir(folder)).toEqual([]);
  });

  it('a summary that cannot be written is an output that is missing', async () => {
    const { exitCode, stderr } = await scan(['github'], {
      reports: [aReport('shop/ok', [aPass('good')])],
      env: { GITHUB_STEP_SUMMARY: join(folder, 'gone', 'summary.md') },
    });
    expect(exitCode).toBe(3);
    expect(stderr).toMatch(/error: cannot write .*summary\.md: .*\[AS-5001\]/);
  });
});
