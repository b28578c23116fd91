import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runCli } from '../../support/cli.ts';

const examples = join(import.meta.dirname, '../../../examples');
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'exceptions-'));
});

afterAll(() => rm(folder, { recursive: true }));

/** Scans one of the examples, in which api is privileged. */
async function scan(exceptions: string, ...args: readonly string[]) {
  const file = join(folder, 'exceptions.yaml');
  await writeFile(file, exceptions);
  const policy = join(examples, 'policies/no-privileged.yaml');
  const manifests = join(examples, 'manifests/payments.yaml');
  return runCli(['scan', manifests, '--policies', policy, '--exceptions', file, ...args]);
}

it('lets an accepted violation through the gate and says so', async () => {
  const { code, stdout } = await scan('- {policy: no-*, name: api, reason: hardware, expires: 2999-01-01}\n');
  expect(stdout).toMatch(/HIGH +accepted +no-privileged/);
  expect(stdout).toContain('pass 1   fail 0   error 0   accepted 1\n');
  expect(stdout).toMatch(/\nPASSED: 0 violations .* Exit code 0\.\n$/);
  expect(code).toBe(0);
});

it('counts what an expired exception covers, and lists it', async () => {
  const { code, stdout } = await scan('- {policy: no-*, name: api, reason: hardware, expires: 2020-01-01}\n');
  expect(stdout).toMatch(/HIGH +fail +no-privileged/);
  expect(stdout).toContain('[AS-2015]\n');
  expect(stdout).toContain('exceptions.yaml:1:3 policy no-*, name api: until 2020-01-01, would cover 1');
  expect(code).toBe(1);
});

it('warns of an exception that covers nothing, but only where everything was scanned', async () => {
  const unused = '- {policy: no-*, name: gone, reason: hardware, permanent: true}\n';
  expect((await scan(unused)).stdout).toContain('[AS-2016]\n');
  expect((await scan(unused, '--policy', 'no-privileged')).stdout).not.toContain('AS-2016');
});

it('scans nothing with a file that is not right, and tells all mistakes', async () => {
  const { code, stdout, stderr } = await scan('- {policyy: x, reason: y, permanent: true}\n- {policy: x}\n');
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain(
    'exceptions.yaml:1:4: exception 1: "policyy" is not known; did you mean "policy"?',
  );
  expect(stderr).toContain('exceptions.yaml:2:3: exception 2: "reason" is required');
  expect(stderr).toContain('[AS-2014]');
});

it.each([
  ['broken YAML', '- {policy: x\n- y', /exceptions\.yaml:2: .*\[AS-2014\]/],
  ['a key that stands twice', '- {policy: x, policy: y}', /exceptions\.yaml:1: .*\[AS-2014\]/],
])('scans nothing with %s', async (_, text, message) => {
  const { code, stderr } = await scan(text);
  expect(code).toBe(2);
  expect(stderr).toMatch(message);
});

it('scans nothing with a file that is not there', async () => {
  const { code, stderr } = await runCli([
    'scan',
    examples,
    '--policies',
    examples,
    '--exceptions',
    '/nowhere',
  ]);
  expect(code).toBe(2);
  expect(stderr).toContain('cannot read /nowhere: it does not exist');
});
