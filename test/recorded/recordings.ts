import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fingerprint } from '../support/build-cache.mjs';
import {
  type Case,
  type CaseGroup,
  type CasePolicy,
  isGroup,
  type Recording,
  type Suite,
  toReview,
} from './case.ts';

function pathOf({ name }: Suite): string {
  return join(import.meta.dirname, 'answers', `${name}.json`);
}

/** The record of a suite; one without answers if there is none. */
export async function readRecording(suite: Suite): Promise<Recording> {
  const path = pathOf(suite);
  if (!existsSync(path)) return { version: '', answers: {} };
  return JSON.parse(await readFile(path, 'utf8')) as Recording;
}

export async function writeRecording(suite: Suite, recording: Recording): Promise<void> {
  await writeFile(pathOf(suite), `${JSON.stringify(recording, null, 2)}\n`);
}

/** Everything that decides about the answer to a case, as a hash. */
export function hashCase(suite: Suite, asked: Case): string {
  const policy = suite.policies[asked.policy];
  if (policy === undefined) throw new Error(`the suite ${suite.name} has no policy ${asked.policy}`);
  return fingerprint([JSON.stringify(describe(policy)), suite.objects ?? '', toReview(asked)]);
}

function describe(policy: CasePolicy | CaseGroup): object {
  if (!isGroup(policy)) return { ...policy, module: policy.module.sources };
  const members = Object.entries(policy.policies).map(([name, member]) => [name, describe(member)] as const);
  return { ...policy, policies: Object.fromEntries(members) };
}
