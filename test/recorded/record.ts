// Asks a real policy-server of Kubewarden, and keeps its answers: node test/recorded/record.ts --policy-server PATH [--suite NAME …]
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { versionLineOf } from '../support/real-policy-server.ts';
import { startAskedServer } from './asking.ts';
import type { Suite } from './case.ts';
import { toReview } from './case.ts';
import { suites } from './cases/all.ts';
import { hashCase, writeRecording } from './recordings.ts';

const { values } = parseArgs({
  options: { 'policy-server': { type: 'string' }, suite: { type: 'string', multiple: true } },
});
const program = values['policy-server'];
if (program === undefined) {
  process.stderr.write('usage: node test/recorded/record.ts --policy-server PATH [--suite NAME …]\n');
  process.exit(2);
}
const version = (await versionLineOf(program)).replace(/^\S+ /, '');
for (const suite of suites) if (values.suite?.includes(suite.name) ?? true) await record(suite, program);

async function record(suite: Suite, path: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'record-'));
  const server = await startAskedServer({ program: path, folder, policies: suite.policies });
  try {
    const answers: Record<string, { asked: string; answer: Awaited<ReturnType<typeof server.ask>> }> = {};
    for (const one of suite.cases)
      answers[one.name] = {
        asked: hashCase(suite, one),
        answer: await server.ask(one.policy, toReview(one)),
      };
    await writeRecording(suite, { version, answers });
    process.stdout.write(`${suite.name}: ${suite.cases.length} answers\n`);
  } finally {
    await server.close();
    await rm(folder, { recursive: true });
  }
}
