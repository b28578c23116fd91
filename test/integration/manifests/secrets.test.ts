import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { main } from '../../../src/cli/main.ts';
import { outputFormats } from '../../../src/reports/output-formats.ts';
import { wapc } from '../../fixtures/wasm/modules.ts';
import { anIo } from '../../unit/cli/support.ts';

/** What must not be told, as it was written and as it is kept. */
const password = 'correct horse battery staple';
const encoded = Buffer.from(password).toString('base64');

/** Fails, and repeats in its error what it was asked, as policies do that cannot read it. */
const echo = wapc({
  validate: () => '(call $error (i32.const 65536) (local.get $msg)) (i32.const 0)',
});

const manifest = `
apiVersion: v1
kind: Secret
metadata: {name: db, namespace: shop}
data: {password: ${encoded}}
---
apiVersion: v1
kind: Secret
metadata: {name: plain, namespace: shop}
stringData: {password: ${password}}
`;

const policy = `
apiVersion: policies.kubewarden.io/v1
kind: ClusterAdmissionPolicy
metadata: {name: echo}
spec:
  module: file://echo.wasm
  rules: [{apiGroups: [""], apiVersions: [v1], resources: [secrets], operations: [CREATE]}]
`;

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'secrets-'));
  await writeFile(join(folder, 'in.yaml'), manifest);
  await writeFile(join(folder, 'policy.yaml'), policy);
  await writeFile(join(folder, 'echo.wasm'), echo);
});
afterEach(() => rm(folder, { recursive: true }));

async function scan(...flags: readonly string[]) {
  const io = anIo();
  const inputs = [join(folder, 'in.yaml'), `--policies=${join(folder, 'policy.yaml')}`, '--offline'];
  const code = await main(['scan', ...inputs, ...flags], io);
  return { code, text: io.stdout.text() + io.stderr.text() };
}

it.each(outputFormats)('no value of a Secret that a policy repeats is in %s', async (format) => {
  const file = join(folder, 'out');
  const { code, text } = await scan(`-o=${format}=${file}`, '--show=all', '-vv');
  const all = text + (await readFile(file, 'utf8'));
  expect(code).toBe(3);
  expect(all).not.toContain(password);
  expect(all).not.toContain(encoded);
});

it.each(['text', 'json'])('nor in a log in %s, which still says what failed', async (format) => {
  const { text } = await scan(`--log-format=${format}`, '-vv', '-o=name');
  expect(text).toContain('Guest call failure');
  expect(text).not.toContain(password);
  expect(text).not.toContain(encoded);
});
