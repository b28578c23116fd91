import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AuditError } from '../../../src/domain/index.ts';
import { chooseContexts } from '../../../src/kubernetes/index.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'contexts-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

async function choose(asked: readonly string[], names = ['staging', 'prod-us', 'prod-eu', 'a*']) {
  const kubeconfigPath = join(directory, 'config');
  const contexts = names.map((name) => ({ name, context: { cluster: 'c' } }));
  await writeFile(kubeconfigPath, JSON.stringify({ contexts }));
  return chooseContexts(asked, { kubeconfigPath, env: {}, homeDir: directory });
}

test('names and patterns give contexts in the order in which they were asked for, each once', async () => {
  expect(await choose(['staging', 'prod-*', 'prod-eu'])).toEqual(['staging', 'prod-eu', 'prod-us']);
  expect(await choose(['*'])).toEqual(['a*', 'prod-eu', 'prod-us', 'staging']);
  expect(await choose(['a*'], ['a*', 'ab'])).toEqual(['a*']);
});

test.each([
  { asked: 'prod-e', message: /^context "prod-e" is not in /, fact: /^Did you mean "prod-eu"\? / },
  {
    asked: 'x-*',
    message: /^no context in .* fits "x-\*"$/,
    fact: /^Contexts: a\*, prod-eu, prod-us, staging$/,
  },
])('says that nothing fits $asked, with what there is', async ({ asked, message, fact }) => {
  const error = await choose([asked]).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(AuditError);
  const { message: said, facts, tries, code } = error as AuditError;
  expect(said).toMatch(message);
  expect(facts[0]).toMatch(fact);
  expect(tries[0]).toMatch(/^audit-scanner scan --contexts /);
  expect(code).toBe('AS-3003');
});

test('all of none is none', async () => {
  await expect(choose(['*'], [])).rejects.toThrow(/^there is no context in /);
});

test('the credentials of a Pod have no context', async () => {
  const asked = chooseContexts(['*'], { env: {}, homeDir: directory, serviceAccountDir: directory });
  await expect(asked).rejects.toThrow('no Kubernetes cluster is configured');
});
