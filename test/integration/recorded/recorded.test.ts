import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHostCapabilities } from '../../../src/assembly/host-capabilities.ts';
import { AuditError } from '../../../src/domain/errors.ts';
import type { Policy } from '../../../src/domain/policy.ts';
import type { ModuleProgram, PolicyProgram } from '../../../src/engine/program/program.ts';
import {
  createEmbeddedEvaluator,
  type EmbeddedEvaluator,
} from '../../../src/evaluation/embedded/evaluator.ts';
import { readAnswer } from '../../recorded/asking.ts';
import {
  type CaseGroup,
  type CasePolicy,
  isGroup,
  modulesOf,
  type RecordedAnswer,
  type Suite,
  toReview,
} from '../../recorded/case.ts';
import { suites } from '../../recorded/cases/all.ts';
import { hashCase, readRecording } from '../../recorded/recordings.ts';
import { RegoUnavailable } from '../../rego/build.mjs';
import { RustUnavailable } from '../../rust/build.mjs';
import { SdkUnavailable } from '../../sdk/build.mjs';
import { readManifests } from '../engine/manifests.ts';

/* The engine says what a real policy-server said to the same questions. */

const never = new AbortController().signal;

async function load({ module, settings = {}, ...rest }: CasePolicy): Promise<ModuleProgram> {
  return {
    kind: 'single',
    wasm: await module.load(),
    settings,
    hostCapabilities: rest.hostCapabilities ?? [],
    contextAwareResources: rest.contextAwareResources ?? [],
    timeoutEvalSeconds: rest.timeoutEvalSeconds ?? 60,
  };
}

async function loadAll(policy: CasePolicy | CaseGroup): Promise<PolicyProgram> {
  if (!isGroup(policy)) return load(policy);
  const members = await Promise.all(
    Object.entries(policy.policies).map(async ([name, member]) => [name, await load(member)] as const),
  );
  const { expression, message } = policy;
  return { kind: 'group', members: Object.fromEntries(members), expression, message };
}

async function whyUnavailable(suite: Suite): Promise<string | undefined> {
  for (const module of Object.values(suite.policies).flatMap(modulesOf)) {
    try {
      await module.load();
    } catch (error) {
      const isMissingTool = [RustUnavailable, RegoUnavailable, SdkUnavailable].some(
        (type) => error instanceof type,
      );
      if (!isMissingTool) throw error;
      return error instanceof Error ? error.message : String(error);
    }
  }
  return undefined;
}

for (const suite of suites) {
  const [recording, unavailable] = [await readRecording(suite), await whyUnavailable(suite)];
  if (unavailable !== undefined)
    console.error(`SKIPPED: the record of ${suite.name}, because ${unavailable}`);

  describe(`the record of ${suite.name}`, () => {
    const again = 'run node test/recorded/record.ts --policy-server PATH';

    it('is about these cases, policies and requests', () => {
      const asked = suite.cases.map((one) => [one.name, hashCase(suite, one)] as const);
      const recorded = Object.entries(recording.answers).map(([name, one]) => [name, one.asked] as const);
      expect(Object.fromEntries(recorded), `the record is out of date: ${again}`).toEqual(
        Object.fromEntries(asked),
      );
    });
  });

  describe.skipIf(unavailable !== undefined)(
    `${suite.name}, as policy-server ${recording.version} answers`,
    () => {
      let evaluator: EmbeddedEvaluator;
      let refused: ReadonlyMap<string, AuditError>;

      beforeAll(async () => {
        const objects = readManifests(suite.objects ?? '');
        const now = (): Date => new Date();
        evaluator = createEmbeddedEvaluator({
          programs: ({ uniqueName }) => loadAll(suite.policies[uniqueName]!),
          ...createHostCapabilities({ objects, findImageRegistry: () => undefined, offline: true, now }),
          workers: 1,
          timeoutMs: 60_000,
        });
        refused = await evaluator.prepare(Object.keys(suite.policies).map(toPolicy), never);
      }, 120_000);

      afterAll(() => evaluator.close());

      async function ask(policy: string, review: string): Promise<RecordedAnswer> {
        const why = refused.get(policy);
        if (why !== undefined) return { allowed: false, status: { message: why.message, code: 500 } };
        const answer = await evaluator.respond(toPolicy(policy), Buffer.from(review), never);
        if (!(answer instanceof AuditError)) return readAnswer(answer);
        if (answer.code === 'AS-4420') return { refused: true };
        throw answer;
      }

      it.each(suite.cases)('$name', async (one) => {
        const recorded = recording.answers[one.name]?.answer;
        const answer = await ask(one.policy, toReview(one));
        expect(answer).toEqual(one.ours?.answer ?? recorded);
        // What does not differ any more has no reason to be told apart.
        if (one.ours !== undefined) expect(recorded).not.toEqual(one.ours.answer);
      });
    },
  );
}

/** The only part of a policy that the engine looks at. */
function toPolicy(uniqueName: string): Policy {
  return { uniqueName } as Policy;
}
