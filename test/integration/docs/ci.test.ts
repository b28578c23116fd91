import { execFile, execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { ActionlintUnavailable, buildActionlint } from '../../actionlint/build.mjs';
import { checkResultJson } from '../../support/result-schema.ts';

const project = join(import.meta.dirname, '../../..');
const read = (name: string) => readFile(join(project, 'docs/ci', name), 'utf8');

type Pipeline = {
  readonly name: string;
  /** The lines of shell that the file gives its system, in their order. */
  readonly commands: (text: string) => readonly string[];
  /** What the file uploads. */
  readonly uploads: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
};
type Step = { readonly run?: string; readonly bash?: string };
type Jobs = { readonly jobs: { readonly audit: { readonly steps: readonly Step[] } } };
type GitLab = {
  readonly audit: { readonly before_script: readonly string[]; readonly script: readonly string[] };
};
type Azure = { readonly jobs: readonly { readonly steps: readonly Step[] }[] };

const pipelines: readonly Pipeline[] = [
  {
    name: 'github-actions.yml',
    commands: (text) => (parse(text) as Jobs).jobs.audit.steps.flatMap(({ run }) => run ?? []),
    uploads: ['audit.sarif', 'audit.xml', 'audit.json', 'audit.html'],
    env: { GITHUB_OUTPUT: 'outputs', GITHUB_STEP_SUMMARY: 'summary' },
  },
  {
    name: 'gitlab-ci.yml',
    commands: (text) => {
      const { audit } = parse(text) as GitLab;
      return [...audit.before_script, ...audit.script];
    },
    uploads: ['gl-code-quality-report.json', 'audit.xml', 'audit.json', 'audit.html'],
  },
  {
    name: 'Jenkinsfile',
    commands: (text) =>
      [...text.matchAll(/\bsh(?: |\([^']*script: )('''|')([\s\S]*?)\1/g)].map(([, , line = '']) =>
        // Groovy joins such lines.
        line.replaceAll('\\\n', ''),
      ),
    uploads: ['audit.sarif', 'audit.xml', 'audit.json', 'audit.html'],
  },
  {
    name: 'azure-pipelines.yml',
    commands: (text) =>
      (parse(text) as Azure).jobs.flatMap(({ steps }) => steps.flatMap(({ bash }) => bash ?? [])),
    uploads: ['logs/audit.sarif', 'audit.xml', 'logs/audit.json', 'logs/audit.html', 'audit.md'],
  },
];

const podWith = (name: string, image: string, memory: string) => `apiVersion: v1
kind: Pod
metadata: { name: ${name}, namespace: shop, labels: { app.kubernetes.io/name: ${name} } }
spec:
  containers: [{ name: main, image: ${image}, resources: { limits: { memory: ${memory} } } }]
`;

let folder: string;
let repository: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ci-'));
  repository = join(folder, 'repository');
  await mkdir(join(repository, 'deploy'), { recursive: true });
  for (const name of ['policies', 'modules'])
    await cp(join(project, 'examples', name), join(repository, name), { recursive: true });
  await cp(join(project, 'examples/manifests/shop.yaml'), join(repository, 'deploy/shop.yaml'));
  await mkdir(join(folder, 'bin'));
  await symlink(join(project, 'bin/audit-scanner.js'), join(folder, 'bin/audit-scanner'));
});

afterEach(() => rm(folder, { recursive: true }));

function runInRepository(command: string, env: NodeJS.ProcessEnv = {}): Promise<number | null> {
  const path = [join(folder, 'bin'), dirname(process.execPath), process.env['PATH']].join(delimiter);
  const options = { cwd: repository, env: { PATH: path, HOME: folder, ...env } };
  return new Promise((resolve) => {
    const child = execFile('bash', ['-c', command], options, () => {
      resolve(child.exitCode);
    });
  });
}

/** The exit codes of all steps but the one that installs the program: a failed one does not keep those that upload. */
async function runPipeline({ name, commands, env }: Pipeline): Promise<readonly (number | null)[]> {
  const [install, ...others] = commands(await read(name));
  expect(install).toMatch(/^npm install --global "\$\(?AUDIT_SCANNER\)?"$/);
  const codes: (number | null)[] = [];
  for (const command of others) codes.push(await runInRepository(command, env));
  return codes;
}

async function readResult(): Promise<{ gate: { result: string }; summary: { fail: number } }> {
  const text = await readFile(join(repository, 'audit.json'), 'utf8');
  checkResultJson(text);
  return JSON.parse(text) as Awaited<ReturnType<typeof readResult>>;
}

describe.each(pipelines)('the commands of $name', { timeout: 120_000 }, (pipeline) => {
  // As the page says, once, before the pipeline is there.
  beforeEach(async () => {
    const [, baseline = ''] = /```sh\n(.*)\n/.exec(await read('README.md')) ?? [];
    expect(await runInRepository(baseline)).toBe(0);
  }, 120_000);

  test('pass with old violations, and fail with a new one, which is in what is uploaded', async () => {
    expect((await runPipeline(pipeline))[0]).toBe(0);
    await writeFile(join(repository, 'deploy/new.yaml'), podWith('new', 'docker.io/library/busybox', '1Gi'));
    const [audit, ...uploads] = await runPipeline(pipeline);
    expect([audit, uploads.filter((code) => code !== 0)]).toEqual([1, []]);
    expect(await readResult()).toMatchObject({ gate: { result: 'failed' } });
    for (const upload of pipeline.uploads.filter((path) => !path.endsWith('.json') || path.startsWith('gl')))
      expect(await readFile(join(repository, upload), 'utf8')).toContain('docker.io, which is not trusted');
  });

  test('end with 3 where something could not be looked at', async () => {
    await writeFile(join(repository, 'deploy/odd.yaml'), podWith('odd', 'registry.example.com/odd', '5Megs'));
    expect((await runPipeline(pipeline))[0]).toBe(3);
    expect(await readResult()).toMatchObject({ gate: { result: 'incomplete' } });
  });

  test('leave no SARIF where nothing could be scanned, and say so in the others', async () => {
    await rm(join(repository, 'policies'), { recursive: true });
    const [audit = 0, ...uploads] = await runPipeline(pipeline);
    expect([2, 4]).toContain(audit);
    expect(uploads.filter((code) => code !== 0)).toEqual([]);
    for (const upload of pipeline.uploads)
      expect([upload, existsSync(join(repository, upload))]).toEqual([upload, !upload.endsWith('.sarif')]);
  });
});

describe('the files', () => {
  test('upload what the commands write', async () => {
    for (const { name, uploads } of pipelines) {
      const text = await read(name);
      for (const upload of uploads)
        expect([name, text.split(upload.split('/').at(-1) ?? '').length > 2]).toEqual([name, true]);
    }
  });

  test('are all on the page', async () => {
    const page = await read('README.md');
    for (const { name } of pipelines) expect(page).toContain(`](${name})`);
  });

  test('have braces in pairs, where nothing here parses Groovy', async () => {
    const text = (await read('Jenkinsfile')).replaceAll(/\/\/.*|'''[\s\S]*?'''|'[^']*'/g, '');
    for (const [open = '', close = ''] of ['{}', '()', '[]'])
      expect(text.split(open).length).toBe(text.split(close).length);
  });

  test('for GitHub: say nothing that actionlint finds wrong', async ({ skip }) => {
    const actionlint = await buildActionlint().catch((error: unknown) => {
      if (error instanceof ActionlintUnavailable) return skip(error.message);
      throw error;
    });
    execFileSync(actionlint, ['-no-color', join(project, 'docs/ci/github-actions.yml')], {
      encoding: 'utf8',
    });
  });
});
