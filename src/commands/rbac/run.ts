import {
  composePreflight,
  type Facts,
  gatherFacts,
  type Preflight,
  planFromFacts,
} from '../../assembly/index.ts';
import { AuditError, errorCodes } from '../../domain/index.ts';
import { type Io, renderError } from '../../host/index.ts';
import { isApiStatus } from '../../kubernetes/index.ts';
import type { AuditPlan } from '../../matching/index.ts';
import { type DiscoveredApi, type Permission } from '../../sources/index.ts';
import { exitCodes } from '../../verdict/index.ts';
import { findNeeds, type Need } from './needs.ts';
import { toNeedsOptions } from './needs-options.ts';
import type { RbacConfig } from './options.ts';
import { reviewNeeds } from './review.ts';
import { renderRoles, type Subject, toSubject } from './roles.ts';

/** `audit-scanner rbac`. Resolves to the exit code; rejects with an AuditError when nothing could be found out. */
export async function runRbac(config: RbacConfig, io: Io, signal: AbortSignal): Promise<number> {
  const preflight = await composePreflight(config.scan, io, signal);
  try {
    return await printRoles(config, preflight, { io, signal });
  } finally {
    await preflight.close();
  }
}

async function printRoles(
  config: RbacConfig,
  preflight: Preflight,
  { io, signal }: { readonly io: Io; readonly signal: AbortSignal },
): Promise<number> {
  const facts = await gatherFacts(preflight.ports, preflight.request, signal);
  const api = requireFacts(facts);
  const plan = planFromFacts(facts, preflight.request);
  const gaps = findGaps(plan, facts);
  for (const gap of gaps) await io.stderr.write(renderError(gap, { level: 'warning' }));
  const needs = findNeeds(toNeedsOptions(config.scan, { ...facts, api, plan }));
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

async function print({ permissions, subject }: Grant, { missing, scan }: RbacConfig, io: Io): Promise<void> {
  if (permissions.length === 0) {
    const who = subject.kind === 'User' ? subject.name : `${subject.namespace}/${subject.name}`;
    await io.stderr.write(
      `nothing is missing: "${who}" has all permissions that this scan is known to need\n`,
    );
  }
  const comment = describeRoles(permissions, { missing, evaluates: scan.engine !== undefined });
  await io.stdout.write(renderRoles(permissions, { subject, additional: missing, comment }));
}

/** Without the types nothing can be said; without the rest, because it may not be listed, something can. */
function requireFacts({ api, policies, namespaces, references }: Facts): DiscoveredApi {
  if (api instanceof AuditError) throw api;
  for (const known of [policies, namespaces, references])
    if (known instanceof AuditError && !isForbidden(known)) throw known;
  return api;
}

function isForbidden(error: AuditError): boolean {
  return error.code === errorCodes.listForbidden || isApiStatus(error, 403);
}

/** Why the roles may not suffice. */
function findGaps(plan: AuditPlan | undefined, { references }: Facts): readonly AuditError[] {
  const gaps =
    references instanceof AuditError
      ? [mayNotList('policy servers', 'which Secrets and ConfigMaps they refer to')]
      : [];
  return plan === undefined
    ? [mayNotList('policies', 'which types they need'), ...gaps]
    : [...gaps, ...findSilentGroups(plan)];
}

function mayNotList(what: string, unknown: string): AuditError {
  return new AuditError(
    errorCodes.listForbidden,
    `listing the ${what} is forbidden, so it is not known ${unknown}`,
    {
      facts: [`The roles below allow listing the ${what}.`],
      tries: ['apply them, then run the same command again for the rest'],
    },
  );
}

function findSilentGroups(plan: AuditPlan): readonly AuditError[] {
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

type RolesContext = { readonly missing: boolean; readonly evaluates: boolean };

function describeRoles(
  permissions: readonly Permission[],
  { missing, evaluates }: RolesContext,
): readonly string[] {
  const secrets = permissions.filter(({ group, resource }) => group === '' && resource === 'secrets');
  const isListed = secrets.some(({ verb }) => verb === 'list');
  const named = secrets.flatMap(({ name }) => name ?? []).sort();
  return [
    missing
      ? 'What is missing for a complete scan, besides what is granted already.'
      : 'The least privileges that a scan needs with the current policies.',
    ...(isListed ? ['This includes Secrets: anyone who can list them can read them.'] : []),
    ...(named.length > 0 ? [`With ${named.join(', ')} modules are pulled from their registries.`] : []),
    ...(evaluates
      ? [
          'A policy that checks permissions also needs "create" on subjectaccessreviews in authorization.k8s.io.',
          'Only its author knows whether it does.',
        ]
      : []),
  ];
}
