import { createLiveEngine } from '../../assembly/index.ts';
import type { Policy } from '../../domain/index.ts';
import type { PolicyEvaluator } from '../../evaluation/index.ts';
import type { Io } from '../../host/index.ts';
import { auditedOf, type SelectedPolicy } from '../../matching/index.ts';
import { type Check, skipped } from './check.ts';
import type { KnownCluster } from './diagnose-servers.ts';
import { checkEngine, type EngineFacts } from './engine-checks.ts';
import { askPolicies } from './made-up-object.ts';
import type { DoctorConfig } from './options.ts';

type Surroundings = {
  readonly known: KnownCluster | undefined;
  readonly io: Io;
  readonly signal: AbortSignal;
};

/** Starts every policy that a scan would evaluate itself, on the terms of its PolicyServer. Never rejects for one that does not start. */
export async function diagnoseEngine(
  { scan, evaluate }: DoctorConfig,
  { known, io, signal }: Surroundings,
): Promise<readonly Check[]> {
  const audited = known === undefined ? [] : auditedOf(known.plan);
  if (known === undefined || audited.length === 0)
    return [skipped('modules', known === undefined ? 'not checked' : 'no policy needs one')];
  const areOfFiles = known.policies !== undefined;
  const { evaluator, close } = await createLiveEngine(scan, {
    client: known.client,
    policies: known.policies,
    io,
    onPolicyLog: () => undefined,
  });
  try {
    return (await start(evaluator, { policies: audited, evaluate, areOfFiles }, signal)).flatMap(checkEngine);
  } finally {
    await close();
  }
}

type Asked = {
  readonly policies: readonly SelectedPolicy[];
  readonly evaluate: boolean;
  readonly areOfFiles: boolean;
};

/** On whose terms a module is fetched and runs, as the lines name it. Where both kinds of policies are there, each says which it is. */
function whoseTerms(
  { origin, policyServer }: Policy,
  { areOfFiles }: { readonly areOfFiles: boolean },
): string {
  return (origin ?? (areOfFiles ? 'files' : 'installed')) === 'files' ? 'files' : `"${policyServer}"`;
}

async function start(
  evaluator: PolicyEvaluator,
  { policies, evaluate, areOfFiles }: Asked,
  signal: AbortSignal,
): Promise<readonly EngineFacts[]> {
  const refused = await evaluator.prepare(
    policies.map(({ status }) => status.policy),
    signal,
  );
  const byServer = Map.groupBy(policies, ({ status }) => whoseTerms(status.policy, { areOfFiles }));
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
