import { runAudit } from '../../src/audit/audit.ts';
import type { AuditPorts } from '../../src/audit/ports.ts';
import { phaseOf } from '../../src/domain/age.ts';
import type { AuditOutcome } from '../../src/domain/audit.ts';
import { AuditError, errorCodes, NoAnswerError } from '../../src/domain/errors.ts';
import type { Policy } from '../../src/domain/policy.ts';
import type { EvaluationOutcome } from '../../src/domain/report.ts';
import type { AuditedObject } from '../../src/domain/resource.ts';
import { withReuse } from '../../src/evaluation/decorators/with-reuse.ts';
import type { PolicyEvaluator } from '../../src/evaluation/evaluator.ts';
import { reportNameOf } from '../../src/reports/report-body.ts';
import { reportMapperFor } from '../../src/reports/report-kinds.ts';
import type { ReuseInput } from '../../src/reports/run-record.ts';
import { createReportStore } from '../../src/sinks/kubernetes/report-store.ts';
import { RunRecords } from '../../src/sinks/kubernetes/run-records.ts';
import { ShardRecords } from '../../src/sinks/kubernetes/shard-records.ts';
import { anApiResource, anObject, aPolicy, aRule } from '../support/builders.ts';
import { aRequest } from '../support/fakes.ts';
import type { ReportMemory } from '../support/report-memory.ts';
import { toApi } from './report-api.ts';

export const namespaceNames = ['blue', 'green', 'red'] as const;
const types = [anApiResource('v1/pods', 'Pod'), anApiResource('v1/services', 'Service')] as const;
export const hourMs = 3_600_000;
const epoch = Date.UTC(2026, 10, 24, 12);
const mapper = reportMapperFor('openreports');

/** What a cluster is at one moment; the numbers count changes. */
export type ReuseWorld = {
  /** By index; an object without a version is not there. */
  readonly objects: { version: number | undefined; labelled: boolean }[];
  readonly policies: {
    generation: number;
    pure: boolean;
    selectsLabel: boolean;
    selectsNamespaces: boolean;
  }[];
  serverGeneration: number;
  /** What policies look at that are not pure though they are declared so. */
  hidden: number;
  /** Namespaces that have the label which some policies select. */
  readonly production: Set<string>;
};

export type ReuseFaults = {
  /** Policies that give no answer, and the ones that fail. */
  readonly silent: readonly number[];
  readonly trapping: readonly number[];
  /** A type that cannot be listed, an object whose report cannot be written, and something broken that hides what is stale. */
  readonly list: number | undefined;
  readonly write: number | undefined;
  readonly blind: boolean;
  readonly deletions: boolean;
  /** Evaluations after which the process is killed. */
  readonly killAfter: number | undefined;
};

export type ReuseRun = {
  readonly ageHours: number | undefined;
  readonly ignored: readonly string[];
  /** Undefined for the whole cluster. */
  readonly namespace: string | undefined;
  readonly share: number;
  readonly seed: number;
  /** Whether it is a shard of a Job, which takes up a run again that was killed. */
  readonly isShard: boolean;
};

export type Ran = {
  readonly outcome: AuditOutcome | undefined;
  readonly taken: readonly { readonly pair: string; readonly basis: string }[];
  readonly asked: ReadonlySet<string>;
  /** UIDs of objects whose reports were to be changed and could not be. */
  readonly refused: ReadonlySet<string>;
  readonly notices: readonly string[];
  /** What begins the mark of the reports that it wrote, if it marks them. */
  readonly attempt: string;
};

export function objectAt(world: ReuseWorld, index: number): AuditedObject | undefined {
  const object = world.objects[index];
  if (object?.version === undefined) return undefined;
  const resource = types[index % types.length] ?? types[0];
  const namespace = namespaceNames[index % namespaceNames.length] ?? 'blue';
  const made = anObject(resource, `${namespace}/o${index}`, {
    uid: `00000000-0000-4000-8000-00000000000${index.toString(16)}`,
    labels: object.labelled ? { app: 'web' } : {},
  });
  const version = String(object.version);
  const json = Buffer.from(made.json).toString().replace(/}$/, `,"v":${version}}`);
  return { ...made, json: Buffer.from(json), reference: { ...made.reference, resourceVersion: version } };
}

export function policyAt({ policies }: ReuseWorld, index: number): Policy {
  const { generation, selectsLabel, selectsNamespaces } = policies[index] ?? {
    generation: 1,
    selectsLabel: false,
    selectsNamespaces: false,
  };
  return aPolicy(`p${index}`, {
    generation,
    rules: types.map(({ resource }) => aRule(`v1/${resource}`)),
    objectSelector: selectsLabel ? { matchLabels: { app: 'web' } } : undefined,
    namespaceSelector: selectsNamespaces ? { matchLabels: { env: 'prod' } } : undefined,
  });
}

/** All that the verdict of a pure policy may depend on. */
export function basisOf(world: ReuseWorld, index: number, policy: number): string {
  const { version, labelled } = world.objects[index] ?? {};
  return JSON.stringify([version, labelled, world.policies[policy]?.generation, world.serverGeneration]);
}

/** The verdict of a policy now. */
function verdictOf(world: ReuseWorld, index: number, policy: number): EvaluationOutcome {
  const isPure = world.policies[policy]?.pure !== false;
  const text = basisOf(world, index, policy) + (isPure ? '' : String(world.hidden));
  const mixed = phaseOf(`${index} ${policy} ${text}`);
  return mixed < 0.5 ? { verdict: 'allowed' } : { verdict: 'denied', message: `no ${text}` };
}

/** Report name to `policy result message` lines: what has to be stored after a complete audit of the whole cluster. */
export function expectedLines(world: ReuseWorld, ignored: readonly string[]): Map<string, string[]> {
  const expected = new Map<string, string[]>();
  for (const index of world.objects.keys()) {
    const object = objectAt(world, index);
    if (object === undefined || ignored.includes(object.reference.namespace ?? '')) continue;
    const lines = [...world.policies.keys()]
      .filter((policy) => matches(world, index, policy))
      .map((policy) => {
        const outcome = verdictOf(world, index, policy);
        const result = outcome.verdict === 'allowed' ? 'pass' : 'fail';
        const message = outcome.verdict === 'errored' ? '' : (outcome.message ?? '');
        return `${policyAt(world, policy).uniqueName} ${result} ${message}`;
      });
    if (lines.length > 0) expected.set(object.reference.uid, lines.sort());
  }
  return expected;
}

function matches(world: ReuseWorld, index: number, policy: number): boolean {
  const { selectsLabel, selectsNamespaces } = world.policies[policy] ?? {};
  if (selectsLabel === true && world.objects[index]?.labelled !== true) return false;
  const namespace = namespaceNames[index % namespaceNames.length] ?? '';
  return selectsNamespaces !== true || world.production.has(namespace);
}

class Killed extends Error {}

export type Running = {
  readonly world: ReuseWorld;
  readonly reports: ReportMemory;
  readonly hours: number;
  readonly run: ReuseRun;
  readonly faults: ReuseFaults;
};

/** One real audit with the real store, record and reuse over the world as it is. */
export async function runReuse(running: Running, runUid: string): Promise<Ran> {
  const { run, reports } = running;
  const notices: string[] = [];
  const asked = new Set<string>();
  const refused = new Set<string>();
  const taken: { pair: string; basis: string }[] = [];
  reports.intercept = ({ verb, path }) => breakStore(running, { verb, path, refused });
  const ports = createPorts(running, { notices, asked, taken });
  const request = aRequest({
    runUid,
    ignoreNamespaces: run.ignored,
    scope:
      run.namespace === undefined
        ? { cluster: true, namespaces: 'all' }
        : { cluster: false, namespaces: [run.namespace] },
    limits: { evaluations: 3, namespaces: Infinity, resources: Infinity, policies: 2 },
    ...(run.ageHours !== undefined && { reuse: { sampleSeed: run.seed } }),
  });
  const { signal } = new AbortController();
  const attempt = `${runUid} ${new Date(epoch + running.hours * hourMs).toISOString()}`;
  const ran = { taken, asked, refused, notices, attempt };
  try {
    const outcome = await runAudit(ports, request, { stop: signal, abort: signal });
    return { ...ran, outcome };
  } catch (thrown) {
    if (thrown instanceof Killed) return { ...ran, outcome: undefined };
    throw thrown;
  }
}

type Change = { readonly verb: string; readonly path: string; readonly refused: Set<string> };

function breakStore({ world, faults }: Running, { verb, path, refused }: Change) {
  if (path.endsWith('audit-scanner-run')) return undefined;
  const refusal = {
    status: 422,
    body: { kind: 'Status', status: 'Failure', message: 'no', reason: 'Invalid', code: 422 },
  };
  if (verb === 'delete' && faults.deletions) return refusal;
  const uid = faults.write === undefined ? undefined : objectAt(world, faults.write)?.reference.uid;
  if (verb !== 'patch' || uid === undefined || !path.endsWith(uid)) return undefined;
  refused.add(uid);
  return refusal;
}

type Seen = {
  readonly notices: string[];
  readonly asked: Set<string>;
  readonly taken: { pair: string; basis: string }[];
};

function createPorts(running: Running, seen: Seen): AuditPorts {
  const { world, reports, hours, run, faults } = running;
  const clock = (): Date => new Date(epoch + hours * hourMs);
  const onNotice = (text: string): void => {
    seen.notices.push(text);
  };
  const terms = run.ageHours === undefined ? undefined : toTerms(run, run.ageHours);
  const api = toApi(reports);
  const reuse = terms && {
    ...terms,
    isLeft: (policy: Policy) => store.isLeft(policy),
    resumedFrom: () => store.resumedFrom,
  };
  const wholeRun = (reused: ReuseInput | undefined) =>
    new RunRecords(api, { mapper, toolVersion: 'model', clock, onNotice, reuse: reused });
  const records = wholeRun(reuse);
  const shard = { index: 0, count: 1 };
  const recorder = run.isShard
    ? new ShardRecords(api, { mapper, shard, clock, onNotice, reuse, wholeRun })
    : records;
  const alternative = reportMapperFor('policyreport');
  const keep = { maxAgeMs: 24 * hourMs, readRecord: (signal: AbortSignal) => records.read(signal) };
  const reuses = terms !== undefined;
  const resumes = run.isShard ? terms : undefined;
  const store = createReportStore(api, { mapper, alternative, onNotice, keep, reuses, resumes });
  const plain = createEvaluator(running, seen);
  const evaluator =
    terms === undefined
      ? plain
      : withReuse(plain, {
          ageMs: terms.ageMs,
          stored: store,
          readMarks: (signal) => records.readMarks(terms, signal),
          readJudges: () => Promise.resolve(() => `server ${world.serverGeneration}`),
          isDeclaredPure: () => true,
          observesPurity: false,
          onNonePure: () => undefined,
          phaseOf: (subject) => phaseOf(reportNameOf(subject)),
          sample: { share: run.share, seed: run.seed },
        });
  const policyError = new AuditError(errorCodes.policyInvalid, 'no policy');
  return {
    discovery: { discover: () => Promise.resolve({ resources: types, failures: [] }) },
    policies: {
      list: () =>
        Promise.resolve({
          policies: [...world.policies.keys()].map((index) => policyAt(world, index)),
          broken: faults.blind ? [{ name: 'broken', error: policyError }] : [],
        }),
    },
    namespaces: {
      list: () => Promise.resolve(namespaceNames.map((name) => toNamespace(world, name))),
      get: (name) => Promise.resolve(toNamespace(world, name)),
    },
    resources: {
      // eslint-disable-next-line @typescript-eslint/require-await -- a list comes piece by piece
      async *list({ resource, namespace, excludeNamespaces }) {
        const type = types.findIndex((candidate) => candidate.resource === resource.resource);
        if (faults.list === type) throw new AuditError(errorCodes.listFailed, 'cannot list');
        const objects = [...world.objects.keys()].flatMap((index) => objectAt(world, index) ?? []);
        for (const object of objects.toSorted(compareByPath)) {
          const where = object.reference.namespace ?? '';
          const isListed = namespace === undefined ? !excludeNamespaces.includes(where) : where === namespace;
          if (object.resource === types[type] && isListed) yield object;
        }
      },
    },
    evaluator: watchTaken(evaluator, running, seen),
    sink: store,
    recorder: run.namespace === undefined ? recorder : undefined,
    cleanUp: undefined,
    observer: { observe: () => undefined },
    clock,
  };
}

function toTerms({ ignored }: ReuseRun, ageHours: number) {
  return { ageMs: ageHours * hourMs, ignored: ignored.join() };
}

function toNamespace({ production }: ReuseWorld, name: string) {
  return { name, labels: production.has(name) ? { env: 'prod' } : {} };
}

function watchTaken(evaluator: PolicyEvaluator, { world }: Running, { taken }: Seen): PolicyEvaluator {
  return {
    prepare: (policies, signal) => evaluator.prepare(policies, signal),
    evaluate: async (policy, review, signal) => {
      const outcome = await evaluator.evaluate(policy, review, signal);
      if (outcome.verdict !== 'errored' && outcome.reuse === 'taken') {
        const [index, which] = [indexOf(review.object), Number(policy.name.slice(1))];
        taken.push({
          pair: `${review.object.reference.uid} ${policy.uniqueName}`,
          basis: basisOf(world, index, which),
        });
      }
      return outcome;
    },
    close: () => evaluator.close(),
  };
}

function compareByPath({ reference: a }: AuditedObject, { reference: b }: AuditedObject): number {
  return `${a.namespace}/${a.name}` < `${b.namespace}/${b.name}` ? -1 : 1;
}

function indexOf({ reference }: AuditedObject): number {
  return Number(reference.name.slice(1));
}

function createEvaluator({ world, faults }: Running, { asked }: Seen): PolicyEvaluator {
  let evaluations = 0;
  return {
    prepare: () => Promise.resolve(new Map()),
    evaluate: async (policy, { object }): Promise<EvaluationOutcome> => {
      await Promise.resolve();
      evaluations += 1;
      if (faults.killAfter !== undefined && evaluations > faults.killAfter) throw new Killed();
      const which = Number(policy.name.slice(1));
      if (faults.silent.includes(which))
        return { verdict: 'errored', error: new NoAnswerError(errorCodes.evaluationTimeout, 'no answer') };
      if (faults.trapping.includes(which))
        return { verdict: 'errored', error: new AuditError(errorCodes.evaluationFailed, 'it trapped') };
      asked.add(`${object.reference.uid} ${policy.uniqueName}`);
      return verdictOf(world, indexOf(object), which);
    },
    close: () => Promise.resolve(),
  };
}
