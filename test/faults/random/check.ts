import { expect } from 'vitest';
import { expectedReports, type RandomCluster, type Reports, types } from './cluster.ts';
import type { Lane, LaneRun } from './lane.ts';
import { secretMarks } from './manifests.ts';
import { calm, type Schedule } from './schedule.ts';

/** Nothing that a schedule makes happen takes longer; an outage of the policy server is waited for half as long. */
const deadlineSeconds = 60;
const stopSeconds = 5;

/** What came of one schedule, for a look at all of them. */
export type Course = { readonly fired: number; readonly complete: boolean; readonly stopped: boolean };

/** Reports of an earlier audit; a change; an audit with faults; one without that heals; one that has nothing to do. */
export async function checkSchedule(lane: Lane, cluster: RandomCluster, schedule: Schedule): Promise<Course> {
  await lane.seed(cluster);
  expectComplete(await lane.scan(cluster, calm, 'old'));
  const { everywhere } = lane;
  const before = await checkedReports(lane);
  expectReports('after the first audit', before, expectedReports(cluster, { moment: 'old', everywhere }));
  await lane.change(cluster);

  const run = await lane.scan(cluster, schedule, 'current');
  const after = await checkedReports(lane);
  const wanted = withKept(expectedReports(cluster, { moment: 'current', everywhere }), before, {
    lane,
    cluster,
  });
  checkEnd(run);
  const complete = checkTruth(run);
  checkNothingLost({ before, after, wanted, run, lane });
  checkNothingInvented({ before, after, wanted, run });
  if (complete) {
    const excused = [...run.faults.excused].map((name) => lane.subject(name) ?? '');
    expectReports('after a complete audit', without(after, excused), without(wanted, excused));
  }

  expectComplete(await lane.scan(cluster, calm, 'current'));
  expectReports('after an audit without faults', await checkedReports(lane), wanted);
  const idle = await lane.scan(cluster, calm, 'current');
  expectComplete(idle);
  expect(idle.writes, `an audit of an unchanged cluster wrote: ${idle.writes.join(', ')}`).toEqual([]);
  return { fired: run.fired.length, complete, stopped: run.secondsAfterStop !== undefined };
}

/** Audits of named namespaces do not touch others; an audit of the whole cluster removes reports that left its scope. */
function withKept(
  wanted: Reports,
  before: Reports,
  { lane, cluster }: { readonly lane: Lane; readonly cluster: RandomCluster },
): Reports {
  if (lane.everywhere) return wanted;
  const kept = Object.entries(before).filter(([subject]) =>
    cluster.scope.every((name) => name !== namespaceOf(subject)),
  );
  return Object.fromEntries([...Object.entries(wanted), ...kept].sort());
}

async function checkedReports(lane: Lane): Promise<Reports> {
  const { reports, text } = await lane.stored();
  for (const mark of secretMarks)
    expect(text.includes(mark), `"${mark}" is in a report: ${around(text, mark)}`).toBe(false);
  return reports;
}

function expectComplete(run: LaneRun): void {
  checkEnd(run);
  const said = `an audit without faults ended with ${run.result.code}: ${tail(run.result.stderr)}`;
  expect(run.result.code === 0 && isComplete(run), said).toBe(true);
}

/** It ends, soon after a signal, and says nothing that is secret. */
function checkEnd({ result, seconds, secondsAfterStop }: LaneRun): void {
  expect(seconds, 'it took too long').toBeLessThan(deadlineSeconds);
  expect(secondsAfterStop ?? 0, 'it went on for too long after the signal').toBeLessThan(stopSeconds);
  const text = `${result.stdout}\n${result.stderr}`;
  for (const mark of secretMarks)
    expect(text.includes(mark), `"${mark}" is in the output: ${around(text, mark)}`).toBe(false);
}

function around(text: string, mark: string): string {
  const at = text.indexOf(mark);
  return text.slice(Math.max(0, at - 200), at + 50);
}

/** Undefined where the audit could not start and left no document, and where nothing says whether it is whole. */
function isComplete({ result, killed }: LaneRun): boolean | undefined {
  return killed || result.stdout === ''
    ? undefined
    : (JSON.parse(result.stdout) as { complete: boolean }).complete;
}

/** What the audit says of itself: complete only if nothing was missed, and then always; what is missed never ends in a 0. */
function checkTruth(run: LaneRun): boolean {
  const { result, faults, unanswered, secondsAfterStop } = run;
  const isStopped = secondsAfterStop !== undefined;
  const missed = [...faults.missed.what, ...unanswered.map((question) => `no answer for ${question}`)];
  const seen = `missed: ${missed.join(', ') || 'nothing'}; exit code ${result.code}; it says ${tail(result.stderr)}`;
  const shouldBeComplete = missed.length === 0 && !isStopped;
  const complete = isComplete(run) === true;
  expect(complete, `complete; ${seen}`).toBe(shouldBeComplete);
  const codes = run.killed ? [-1] : isStopped ? [143] : faults.refused ? [2, 4] : [shouldBeComplete ? 0 : 3];
  expect(codes.includes(result.code), `the exit code is one of ${codes.join()}; ${seen}`).toBe(true);
  return complete;
}

function tail(stderr: string): string {
  return stderr.trim().split('\n').slice(-6).join('\n');
}

type After = {
  readonly before: Reports;
  readonly after: Reports;
  readonly wanted: Reports;
  readonly run: LaneRun;
};

/** A report is gone only if nobody asks about its object any more, or there is none, and only where everything was seen. */
function checkNothingLost({ before, after, wanted, run, lane }: After & { readonly lane: Lane }): void {
  const { faults } = run;
  if (faults.refused) expectReports('after an audit that could not start', after, before);
  for (const subject of Object.keys(before)) {
    if (subject in after) continue;
    expect(subject in wanted, `the report of ${subject} is gone, but not its object`).toBe(false);
    const namespace = namespaceOf(subject);
    const type = types.find((name) => subject.toLowerCase().startsWith(name.slice(0, -1))) ?? '';
    const place = namespace === undefined ? undefined : lane.nameOf(namespace);
    expect(
      faults.missed.sawAll(type, place),
      `the report of ${subject} is gone, where not all was seen: ${faults.missed.what.join(', ')}`,
    ).toBe(true);
  }
}

/** A stored report is as it was, or it says what the policies say now; of what was not answered, an error or what was stored before. */
function checkNothingInvented({ before, after, wanted, run }: After): void {
  const possible = Object.entries(after).map(([subject, lines]) => {
    if (lines.join() === before[subject]?.join()) return [subject, lines] as const;
    const said = (wanted[subject] ?? []).map((line, index) => {
      const policy = line.replace(/ \w+$/, '');
      const earlier = before[subject]?.find((stored) => stored.startsWith(`${policy} `));
      const instead = [`${policy} error`, earlier].find(
        (other) => other !== undefined && other === lines[index],
      );
      return run.unanswered.length > 0 ? (instead ?? line) : line;
    });
    return [subject, said] as const;
  });
  expectReports('after an audit with faults', after, Object.fromEntries(possible));
}

function expectReports(when: string, are: Reports, should: Reports): void {
  const subjects = [...new Set([...Object.keys(are), ...Object.keys(should)])];
  const wrong = subjects.filter((subject) => are[subject]?.join() !== should[subject]?.join());
  const told = wrong.map((subject) => {
    const [is, wanted] = [are, should].map((reports) => reports[subject]?.join(', ') ?? 'no report');
    return `${subject}: ${is}, where it should be ${wanted}`;
  });
  expect(told, `${when}\n${told.join('\n')}`).toEqual([]);
}

function without(reports: Reports, subjects: readonly string[]): Reports {
  return Object.fromEntries(Object.entries(reports).filter(([subject]) => !subjects.includes(subject)));
}

/** `blue` of `Pod blue/o1`; undefined for what has no namespace. */
function namespaceOf(subject: string): string | undefined {
  return / (\w+)\//.exec(subject)?.[1];
}
