import { hash } from 'node:crypto';
import { type Facts, type PolicyLook, planFromFacts } from '../../assembly/index.ts';
import { AuditError, documentationOf, type ModuleUse, orError, type Policy } from '../../domain/index.ts';
import { readMetadata } from '../../engine/index.ts';
import { otherReportKind, reportMapperFor } from '../../reports/index.ts';
import { readPolicyResults } from '../../sinks/kubernetes/index.ts';
import {
  type ExplainedModule,
  isUnknown,
  type PolicyExplanation,
  type Signatures,
  type Unknown,
} from './explanation.ts';
import type { ExplainConfig } from './options.ts';

type Sources = {
  readonly config: ExplainConfig;
  readonly look: PolicyLook;
  readonly now: Date;
  readonly signal: AbortSignal;
};

/** How many of the objects that fail a policy are named. */
const mostFailing = 10;

/** What can be found out of a policy; what cannot be is unknown, each for its reason. Rejects only when the signal aborts, and for defects. */
export async function explainFacts(
  policy: Policy,
  facts: Facts,
  sources: Sources,
): Promise<PolicyExplanation> {
  const [modules, results] = await Promise.all([
    explainModules(policy, sources),
    findResults(policy, sources),
  ]);
  const [first] = isUnknown(modules) || modules.length !== 1 ? [] : modules;
  const ofModule = first === undefined || isUnknown(first.content) ? {} : first.content.documentation;
  return {
    policy,
    ...explainPlan(policy, facts, sources.look),
    documentation: { ...ofModule, ...policy.documentation },
    modules,
    signatures: explainSignatures(policy, facts, sources.config),
    results,
  };
}

function explainPlan(
  policy: Policy,
  facts: Facts,
  { request }: PolicyLook,
): Pick<PolicyExplanation, 'audited' | 'targets'> {
  const plan = planFromFacts(facts, request);
  if (plan === undefined) {
    const unknown =
      facts.api instanceof AuditError ? facts.api.message : 'the types of the cluster are not known';
    return { audited: { unknown }, targets: { unknown } };
  }
  const selected = plan.selected.find(({ status }) => status.policy === policy);
  if (selected === undefined) {
    const reason = 'nothing that its rules name is in the namespaces that it applies to';
    return { audited: { state: 'skipped', reason, notes: [] }, targets: [] };
  }
  const { state, reason, notes } = selected.status;
  return { audited: { state, reason, notes }, targets: selected.targets };
}

async function explainModules(
  policy: Policy,
  sources: Sources,
): Promise<readonly ExplainedModule[] | Unknown> {
  const { execution } = policy;
  if (execution === undefined) return { unknown: 'the policy names no module: its policy server knows it' };
  const uses: readonly (readonly [string | undefined, ModuleUse])[] =
    execution.kind === 'single' ? [[undefined, execution]] : Object.entries(execution.members);
  return Promise.all(uses.map(([member, use]) => explainModule(policy, { member, use }, sources)));
}

async function explainModule(
  policy: Policy,
  { member, use }: { readonly member: string | undefined; readonly use: ModuleUse },
  sources: Sources,
): Promise<ExplainedModule> {
  const { module: reference, settings, contextAwareResources } = use;
  const pinned = /@(sha256:[0-9a-f]{64})$/.exec(reference)?.[1];
  const content = await readContent(policy, reference, sources);
  return { member, reference, settings, contextAwareResources, pinned, content };
}

async function readContent(
  policy: Policy,
  url: string,
  { config, look, signal }: Sources,
): Promise<ExplainedModule['content']> {
  const wasm = await orError(look.loadModule(policy, url, signal));
  signal.throwIfAborted();
  if (wasm instanceof AuditError) {
    const isFile = url.startsWith('file:');
    return {
      unknown:
        config.pull || isFile ? wasm.message : 'the module is not on this machine; --pull downloads it',
    };
  }
  const digest = `sha256:${hash('sha256', wasm, 'hex')}`;
  return { digest, documentation: documentationOf(annotationsOf(wasm)) ?? {} };
}

/** A module without metadata that can be read says nothing of itself; that it cannot run is found out by others. */
function annotationsOf(wasm: Uint8Array): Readonly<Record<string, string>> {
  try {
    return readMetadata(wasm).annotations ?? {};
  } catch {
    return {};
  }
}

function explainSignatures(
  { policyServer, origin }: Policy,
  { references }: Facts,
  { scan: { policySources, kubewardenNamespace } }: ExplainConfig,
): Signatures | Unknown {
  if (origin === 'files' || !policySources.installed) {
    const path = policySources.files?.modules.verificationConfig;
    return { by: path === undefined ? undefined : `the file ${path}` };
  }
  if (references === undefined) return { unknown: 'no cluster was asked' };
  if (references instanceof AuditError) return { unknown: references.message };
  const server = references.get(policyServer);
  if (server === undefined) return { unknown: `there is no PolicyServer "${policyServer}"` };
  const named = server.find(({ resource }) => resource === 'configmaps');
  return { by: named && `the ConfigMap ${kubewardenNamespace}/${named.name}` };
}

async function findResults(
  policy: Policy,
  { config, look: { client }, now, signal }: Sources,
): Promise<PolicyExplanation['results']> {
  if (!config.reports) return { unknown: 'the stored reports were not read (--no-reports)' };
  if (client instanceof AuditError) return { unknown: client.message };
  const { reportKind } = config.scan;
  const read = readPolicyResults(client, policy, {
    mapper: reportMapperFor(reportKind),
    alternative: reportMapperFor(otherReportKind(reportKind)),
    mostFailing,
    now,
    signal,
  });
  const results = await orError(read);
  if (results instanceof AuditError) return { unknown: results.message };
  const { pass, fail, error } = results.counts;
  const hasNone = pass + fail + error === 0 && results.answeredAt === undefined;
  return hasNone ? { unknown: 'no stored report has a result of it' } : results;
}
