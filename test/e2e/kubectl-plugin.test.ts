import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type CliResult, runShell } from '../support/cli.ts';

const executable = join(import.meta.dirname, '../../bin/audit-scanner.js');
const hasKubectl = await promisify(execFile)('kubectl', ['version', '--client']).then(
  () => true,
  () => false,
);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kubectl-plugin-'));
  for (const name of ['kubectl-audit_scanner', 'kubectl_complete-audit_scanner'])
    await symlink(executable, join(folder, name));
});
afterAll(() => rm(folder, { recursive: true }));

/** A line of bash with the plugin, and the Node.js of these tests, on the PATH. */
function run(script: string): Promise<CliResult> {
  // kubectl warns of folders that are not there, which npm puts on the PATH.
  const rest = (process.env['PATH'] ?? '').split(delimiter).filter((directory) => existsSync(directory));
  const path = [folder, dirname(process.execPath), ...rest].join(delimiter);
  return runShell(script, [], { env: { PATH: path } });
}

it.runIf(hasKubectl)('is found by kubectl, without a warning', async () => {
  const { code, stdout, stderr } = await run('kubectl plugin list');
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toContain(join(folder, 'kubectl-audit_scanner'));
});

it.runIf(hasKubectl).each(['audit-scanner', 'audit_scanner'])(
  'kubectl %s says how it is called',
  async (name) => {
    const { code, stdout } = await run(`kubectl ${name} scan --help`);
    expect(code).toBe(0);
    expect(stdout).toContain('  kubectl audit-scanner scan PATH...');
    const mistake = await run(`kubectl ${name} scan --nmespace shop`);
    expect(mistake.code).toBe(2);
    expect(mistake.stderr).toContain('More: kubectl audit-scanner explain AS-2002');
  },
);

it.runIf(hasKubectl)('has the global flags of kubectl', async () => {
  const { code, stderr } = await run(
    'kubectl audit-scanner scan -n shop --context prod --as jane --kubeconfig /nonexistent/config',
  );
  expect(code).toBe(4);
  expect(stderr).toContain('--kubeconfig points to a file that does not exist');
});

it.runIf(hasKubectl)('stores nothing where a command is missing', async () => {
  const { code, stderr } = await run('kubectl audit-scanner -n shop');
  expect(code).toBe(2);
  expect(stderr).toContain('Try: kubectl audit-scanner scan -n shop');
});

it.runIf(hasKubectl)('lets kubectl complete its words', async () => {
  const { stdout } = await run('kubectl __complete audit-scanner scan --fail-on h');
  expect(stdout).toMatch(/^high\n:4\n/);
});
