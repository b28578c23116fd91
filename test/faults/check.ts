import { performance } from 'node:perf_hooks';
import { expect } from 'vitest';
import type { CliResult } from '../support/cli.ts';
import type { Cluster } from '../support/cluster/connection.ts';
import { dropInExitCode, type Fault, type ReportsAfter } from './fault.ts';
import { FaultWorld, type Stored, secretMarks } from './world.ts';

type Document = {
  readonly complete: boolean;
  readonly summary: { readonly stored: Record<'created' | 'updated' | 'deleted', number> };
};

/** Makes the fault happen and holds what came of it against the record, and against what must hold after any fault. */
export async function checkFault(fault: Fault, cluster: Cluster): Promise<void> {
  const world = await FaultWorld.create(cluster);
  try {
    expectComplete(await world.scan());
    await world.change();
    const before = await world.stored();
    await fault.arrange(world);
    const startedAt = performance.now();
    const result = await (fault.run?.(world) ?? world.scan(fault.flags));
    const seconds = (performance.now() - startedAt) / 1000;
    checkResult(fault, result, seconds);
    await checkReports(fault, before, world);
    await checkHealing(fault, world);
    if (fault.dropIn !== false && fault.run === undefined) await checkDropIn(fault, world);
  } finally {
    try {
      await fault.repair?.(world);
    } finally {
      await world.close();
    }
  }
}

function expectComplete(result: CliResult): void {
  expect(result).toMatchObject({ code: 0 });
  expect((JSON.parse(result.stdout) as Document).complete).toBe(true);
}

function checkResult(fault: Fault, result: CliResult, seconds: number): void {
  const text = `${result.stdout}\n${result.stderr}`;
  if (process.env['FAULTS_SHOW'] !== undefined)
    console.log(`${fault.id}: exit ${result.code} after ${seconds.toFixed(1)} s\n${result.stderr}`);
  expect({ said: text, code: result.code }).toEqual({
    said: expect.stringContaining(
      text.includes(fault.sees) ? fault.sees : (fault.orSees ?? fault.sees),
    ) as string,
    code: fault.otherExitCodes?.includes(result.code) === true ? result.code : fault.exitCode,
  });
  for (const mark of secretMarks) expect(text).not.toContain(mark);
  expect(text, 'a control character reached the screen').not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f]/);
  expect(seconds).toBeLessThan(fault.seconds ?? 60);
  if (fault.document === false || fault.exitCode === 4 || fault.exitCode === 2) return;
  expect((JSON.parse(result.stdout) as Document).complete).toBe(fault.complete);
}

async function checkReports(fault: Fault, before: Stored, world: FaultWorld): Promise<void> {
  const expected = await world.expected();
  if (fault.isCollected === true)
    await expect.poll(() => world.stored(), { timeout: 60_000 }).toEqual(expected);
  const after = await world.stored();
  // Whatever happened, no report is gone whose object is there.
  for (const name of Object.keys(before)) if (name in expected) expect(Object.keys(after)).toContain(name);
  const types: readonly [prefix: string, state: ReportsAfter][] = [
    ['web-', fault.pods],
    ['conf-', fault.configMaps],
  ];
  for (const [prefix, state] of types) {
    const [was, is, should] = [before, after, expected].map((reports) => ofType(reports, prefix));
    if (state === 'current') expect(is).toEqual(should);
    if (state === 'kept') expect(is).toEqual(was);
    if (state === 'errored') expect(is).toEqual(withErrors(should ?? {}));
  }
  if (fault.complete && fault.stores !== false)
    expect([fault.pods, fault.configMaps]).toEqual(['current', 'current']);
}

function withErrors(reports: Stored): Stored {
  return Object.fromEntries(
    Object.entries(reports).map(([name, lines]) => [
      name,
      lines.map((line) => line.replace(/ \w+$/, ' error')),
    ]),
  );
}

function ofType(reports: Stored, prefix: string): Stored {
  return Object.fromEntries(Object.entries(reports).filter(([name]) => name.startsWith(prefix)));
}

/** The next scan makes everything right, and the one after it has nothing to do. */
async function checkHealing(fault: Fault, world: FaultWorld): Promise<void> {
  world.heal();
  await fault.repair?.(world);
  expectComplete(await world.scan());
  expect(await world.stored()).toEqual(await world.expected());
  world.proxy.requests.splice(0);
  expectComplete(await world.scan());
  const writes = world.proxy.requests.filter(({ method }) => method !== 'GET');
  expect(writes.map(({ method, path }) => `${method} ${path}`)).toEqual([]);
}

async function checkDropIn(fault: Fault, world: FaultWorld): Promise<void> {
  await fault.arrange(world);
  const before = Object.keys(await world.stored());
  const { code, stdout, stderr } = await world.dropIn(fault.flags);
  expect({ code, said: `${stdout}\n${stderr}` }).toMatchObject({ code: dropInExitCode(fault) });
  for (const mark of secretMarks) expect(`${stdout}\n${stderr}`).not.toContain(mark);
  expect(Object.keys(await world.stored())).toEqual(before);
  world.heal();
}
