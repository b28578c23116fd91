import type { RbacConfig } from '../config/inspection.ts';
import { AuditError, errorCodes } from '../domain/errors.ts';
import type { Permission } from '../domain/permission.ts';
import { isApiStatus } from '../kubernetes/errors.ts';
import type { AuditPlan } from '../matching/plan.ts';
import { findNeeds, type Need } from '../preflight/access/needs.ts';
import { reviewNeeds } from '../preflight/access/review.ts';
import { renderRoles, type Subject, toSubject } from '../preflight/access/roles.ts';
import { type Facts, gatherFacts, planFromFacts } from '../preflight/facts.ts';
import type { DiscoveredApi } from '../sources/source.ts';
import { composePreflight, type Preflight, toNeedsOptions } from './compose-preflight.ts';
import { exitCodes } from './exit-codes.ts';
import type { Io } from './io.ts';
import { renderError } from './render-error.ts';

/** `audit-scanner rbac`. Resolves to the exit code; rejects with an AuditError when nothing could be found out. */
export async function runRbac(config: RbacConfig, io: Io): Promise<number> {
  const preflight = await composePreflight(config.scan, io);
  try {
    return await printRoles(config, preflight, io);
  } finally {
    await preflight.close();
  }
}

async function printRoles(config: RbacConfig, preflight: Preflight, io: Io): Promise<number> {
  const { signal } = new AbortController();
  const facts = await gatherFacts(preflight.ports, preflight.request, signal);
  const api = requireFacts(facts);
  const plan = planFromFacts(facts, preflight.request);
  const gaps = findGaps(plan);
  for (const gap of gaps) await io.stderr.write(renderError(gap, { level: 'warning' }));
  const needs = findNeeds(toNeedsOptions(config.scan, api, plan));
  const grant = config.missing
    ? await findMissing(needs, facts, { preflight, signal })
    : {
        permissions: needs.map(({ permission }) => permission),
        subject: { kind: 'ServiceAccount', ...config.serviceAccount } as const,
      };
  await print(grant, config, io);
  return gaps.length === 0 ? exitCodes.ok : exitCodes.incomplete;
}

type Grant = { readonly permissions: readonly Permission[]; readonly subject: Subject };

async function print({ permissions, subject }: Grant, { missing }: RbacConfig, io: Io): Promise<void> {
  if (permissions.length === 0) {
    const who = subject.kind === 'User' ? subject.name : `${subject.namespace}/${subject.name}`;
    await io.stderr.write(`nothing is missing: "${who}" is allowed all that this scan is known to need\n`);
  }
  const comment = describeRoles(permissions, missing);
  await io.stdout.write(renderRoles(permissions, { subject, additional: missing, comment }));
}

/** Without the types nothing can be said; without the policies or the namespaces, because they may not be listed, something can. */
function requireFacts({ api, policies, namespaces }: Facts): DiscoveredApi {
  if (api instanceof AuditError) throw api;
  for (const known of [policies, namespaces])
    if (known instanceof AuditError && !isForbidden(known)) throw known;
  return api;
}

function isForbidden(error: AuditError): boolean {
  return error.code === errorCodes.listForbidden || isApiStatus(error, 403);
}

/** Why the roles may be too small. */
function findGaps(plan: AuditPlan | undefined): readonly AuditError[] {
  if (plan === undefined) {
    return [
      new AuditError(
        errorCodes.listForbidden,
        'the policies may not be listed, so it is not known which types they need',
        {
          facts: ['The roles below allow to list the policies.'],
          tries: ['apply them, then run the same command again for the types'],
        },
      ),
    ];
  }
  const unknown = new Set(plan.selected.flatMap((selected) => selected.unknown));
  return [...unknown].map(
    (groupVersion) =>
      new AuditError(
        errorCodes.discoveryFailed,
        `${groupVersion} does not answer, so it is not known which of its types the policies need`,
        { tries: ['kubectl get apiservices | grep False'] },
      ),
  );
}

async function findMissing(
  needs: readonly Need[],
  { namespaces }: Facts,
  { preflight, signal }: { readonly preflight: Preflight; readonly signal: AbortSignal },
): Promise<Grant> {
  const { reviewer, client } = preflight;
  const known = namespaces instanceof AuditError ? undefined : namespaces.map(({ name }) => name);
  const reviewed = await reviewNeeds(needs, { reviewer, namespaces: known }, signal);
  const user = (await reviewer.whoAmI(signal)) ?? client.connection.user;
  return {
    permissions: reviewed
      .filter(({ access }) => access === 'denied' || access === 'unknown')
      .map(({ permission }) => permission),
    subject: toSubject(user),
  };
}

function describeRoles(permissions: readonly Permission[], missing: boolean): readonly string[] {
  const reads = permissions.some(({ group, resource }) => group === '' && resource === 'secrets');
  return [
    missing
      ? 'What is missing for a complete scan, besides what is granted already.'
      : 'The least that a scan needs with the policies of today.',
    ...(reads ? ['Secrets are part of it: who may list them can read them.'] : []),
  ];
}
