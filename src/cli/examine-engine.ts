import type { DoctorConfig } from '../config/inspection.ts';
import type { PolicyEvaluator } from '../evaluation/evaluator.ts';
import { auditedOf } from '../matching/plan.ts';
import type { SelectedPolicy } from '../matching/select.ts';
import { type Check, skipped } from '../preflight/doctor/check.ts';
import { checkEngine, type EngineFacts } from '../preflight/doctor/engine-checks.ts';
import { createLiveEngine } from './compose-engine.ts';
import type { KnownCluster } from './examine-servers.ts';
import type { Io } from './io.ts';
import { askPolicies } from './made-up-object.ts';

/** Starts every policy that a scan would evaluate itself, on the terms of its PolicyServer. Never rejects for one that does not start. */
export async function examineEngine(
  { scan, evaluate }: DoctorConfig,
  { known, io }: { readonly known: KnownCluster | undefined; readonly io: Io },
): Promise<readonly Check[]> {
  const audited = known === undefined ? [] : auditedOf(known.plan);
  if (known === undefined || audited.length === 0)
    return [skipped('modules', known === undefined ? 'not checked' : 'no policy needs one')];
  const { evaluator, close } = await createLiveEngine(scan, {
    client: known.client,
    io,
    onPolicyLog: () => undefined,
  });
  try {
    return (await start(evaluator, audited, evaluate)).flatMap(checkEngine);
  } finally {
    await close();
  }
}

async function start(
  evaluator: PolicyEvaluator,
  policies: readonly SelectedPolicy[],
  evaluate: boolean,
): Promise<readonly EngineFacts[]> {
  const { signal } = new AbortController();
  const refused = await evaluator.prepare(
    policies.map(({ status }) => status.policy),
    signal,
  );
  const byServer = Map.groupBy(policies, ({ status }) => status.policy.policyServer);
  const names = [...byServer.keys()].sort();
  return Promise.all(
    names.map(async (name) => {
      const ofServer = byServer.get(name) ?? [];
      const failed = ofServer.flatMap(({ status: { policy } }) => {
        const error = refused.get(policy.uniqueName);
        return error === undefined ? [] : [{ policy: policy.name, error }];
      });
      const started = ofServer.filter(({ status }) => !refused.has(status.policy.uniqueName));
      return {
        name,
        started: { known: started.length, failed },
        answered: evaluate ? await askPolicies(evaluator, started, signal) : undefined,
      };
    }),
  );
}
