import { mkdir, mkdtemp, readdir, readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openOutputs } from '../../../../src/commands/scan/output.ts';
import { AuditError, errorCodes } from '../../../../src/domain/errors.ts';
import type { ResourceReport } from '../../../../src/domain/report.ts';
import { aPolicy } from '../../../support/builders.ts';
import { aGate, anIo, anOutcome, aScanConfig, aStream, type MemoryIo } from '../../cli/support.ts';
import { aFail, aPass, aReport } from '../../sinks/report-builders.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'output-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

const high = aPolicy('bad', { severity: 'high' });
const low = aPolicy('meh', { severity: 'low' });
const web = aReport('shop/web', [aFail(high, 'no'), aFail(low, 'hm'), aPass('fine')]);
const gate = aGate({
  result: 'failed',
  exitCode: 1,
  violations: 2,
  verdict: 'FAILED: 2 violations. Exit code 1.',
});
const failed = {
  gate,
  outcome: anOutcome({}, { resources: 1, results: { pass: 1, fail: 2, warn: 0, error: 0, skip: 0 } }),
};
const target = { context: 'kind', server: 'https://127.0.0.1:6443' };

type Flags = Parameters<typeof aScanConfig>[0];

async function run(flags: Flags, io: MemoryIo = anIo(), reports: readonly ResourceReport[] = [web]) {
  let writes = 0;
  const outputs = await openOutputs(aScanConfig(flags), io, { beforeWrite: () => (writes += 1) });
  for (const report of reports) await writeTo(outputs, report);
  const code = await outputs.finish({ ...failed, target });
  return { code, stdout: io.stdout.text(), stderr: io.stderr.text(), writes };
}

async function writeTo(
  { sinks }: Awaited<ReturnType<typeof openOutputs>>,
  report: ResourceReport,
): Promise<void> {
  for (const sink of sinks) await sink.write(report, new AbortController().signal);
}

describe('on stdout', () => {
  it('is a table with the summary and the verdict on the last line', async () => {
    const { code, stdout, stderr } = await run({});
    expect([code, stderr]).toEqual([1, '']);
    expect(stdout).toBe(
      `shop  deployments.apps/web
  HIGH      fail   bad  no
  LOW       fail   meh  hm

1 resource, 0 audited policies, 0 evaluations in 1.4s
  pass 1   fail 2   error 0
  looked at: 2 namespaces, 2 resource types: all 12 checks in full
FAILED: 2 violations. Exit code 1.
`,
    );
  });

  it.each([['json'], ['jsonl'], ['wide'], ['name']])(
    'is nothing but %s, with the summary on stderr',
    async (format) => {
      const { stdout, stderr } = await run({ output: [format] });
      expect(stdout).not.toContain('Exit code 1.\n');
      expect(stderr.split('\n').at(-2)).toBe('FAILED: 2 violations. Exit code 1.');
      if (format === 'json') expect(JSON.parse(stdout)).toMatchObject({ kind: 'AuditResult' });
    },
  );

  it('is the summary alone when documents go to files', async () => {
    const { stdout, stderr } = await run({ output: [`json=${join(folder, 'a')}`] });
    expect(stdout.split('\n')[0]).toBe('1 resource, 0 audited policies, 0 evaluations in 1.4s');
    expect(stderr).toBe(`wrote json to ${join(folder, 'a')} (2 results)\n`);
  });

  it('is the verdict alone with -q', async () => {
    const { stdout, stderr } = await run({ quiet: ['true'] });
    expect([stdout, stderr]).toEqual(['FAILED: 2 violations. Exit code 1.\n', '']);
  });

  it('keeps the findings and the verdict with --no-summary', async () => {
    const { stdout } = await run({ noSummary: ['true'] });
    expect(stdout).toMatch(/meh {2}hm\n\nFAILED: 2 violations\. Exit code 1\.\n$/);
  });

  it('streams jsonl while the scan goes on', async () => {
    const io = anIo();
    const outputs = await openOutputs(aScanConfig({ output: ['jsonl'] }), io, {
      beforeWrite: () => undefined,
    });
    await writeTo(outputs, web);
    expect(io.stdout.text().trimEnd().split('\n')).toHaveLength(2);
    await outputs.finish({ ...failed, target });
    expect(io.stdout.text().trimEnd().split('\n')).toHaveLength(3);
  });
});

describe('what is shown', () => {
  it.each([
    [{ severity: ['high'] }, ['bad']],
    [{ severity: ['unset'], show: ['all'] }, ['fine']],
    [{ show: ['pass'] }, ['fine']],
    [{ show: ['all'] }, ['bad', 'fine', 'meh']],
    [{ severity: ['critical'] }, []],
  ])('%j, to people, while the verdict stays', async (flags, policies) => {
    for (const format of ['wide', 'table']) {
      const { code, stdout } = await run({ ...flags, output: [format] });
      expect(code).toBe(1);
      expect(['bad', 'fine', 'meh'].filter((name) => new RegExp(`\\b${name}\\b`).test(stdout))).toEqual(
        policies,
      );
    }
  });

  it.each([
    [{ severity: ['high'] }, ['bad', 'meh']],
    [{ show: ['pass'] }, ['bad', 'meh', 'fine']],
    [{ show: ['all'], severity: ['unset'] }, ['bad', 'meh', 'fine']],
    [{ severity: ['critical'] }, ['bad', 'meh']],
  ])('%j, to programs: every violation, and passes where they are asked for', async (flags, policies) => {
    for (const format of ['json', 'jsonl']) {
      const { code, stdout } = await run({ ...flags, output: [format] });
      expect(code).toBe(1);
      const results =
        format === 'json'
          ? (JSON.parse(stdout) as { results: { policy: { name: string } }[] }).results
          : stdout
              .trimEnd()
              .split('\n')
              .slice(0, -1)
              .map((line) => JSON.parse(line) as { policy: { name: string } });
      expect(results.map(({ policy }) => policy.name)).toEqual(policies);
    }
  });

  it('has colour, width and headers as asked for', async () => {
    const stdout = aStream({ isTTY: true, columns: 40 });
    expect((await run({ output: ['table'] }, anIo({ stdout }))).stdout).toContain('\u001b[31mHIGH');
    const wide = await run({ output: ['wide'], noHeaders: ['true'] });
    expect(wide.stdout).not.toContain('SEVERITY');
    const { stdout: document } = await run({ output: ['json'] });
    expect(JSON.parse(document)).toMatchObject({
      metadata: { context: 'kind', server: 'https://127.0.0.1:6443' },
    });
  });
});

describe('in files', () => {
  it('are several documents of one run, which leave nothing else behind', async () => {
    const output = ['json=a.json', 'jsonl=b.jsonl', 'wide=c'].map((spec) => spec.replace('=', `=${folder}/`));
    const { code, stderr } = await run({ output: [...output, 'table'] });
    expect(code).toBe(1);
    expect(stderr.match(/^wrote \w+ to .*\(2 results\)$/gm)).toHaveLength(3);
    expect(await readdir(folder)).toEqual(['a.json', 'b.jsonl', 'c']);
    expect(JSON.parse(await readFile(join(folder, 'a.json'), 'utf8'))).toMatchObject({ kind: 'AuditResult' });
    expect((await readFile(join(folder, 'b.jsonl'), 'utf8')).trimEnd().split('\n')).toHaveLength(3);
  });

  it('replace what is there only at the end', async () => {
    const file = join(folder, 'out');
    await writeFile(file, 'old');
    const outputs = await openOutputs(aScanConfig({ output: [`jsonl=${file}`] }), anIo(), {
      beforeWrite: () => undefined,
    });
    await writeTo(outputs, web);
    expect(await readFile(file, 'utf8')).toBe('old');
    await outputs.finish({ ...failed, target });
    expect(await readFile(file, 'utf8')).toContain('"kind":"Summary"');
  });

  it('leave what is there alone when the run has no outcome', async () => {
    const file = join(folder, 'out');
    await writeFile(file, 'old');
    const outputs = await openOutputs(aScanConfig({ output: [`jsonl=${file}`] }), anIo(), {
      beforeWrite: () => undefined,
    });
    await writeTo(outputs, web);
    await outputs.discard();
    expect([await readdir(folder), await readFile(file, 'utf8')]).toEqual([['out'], 'old']);
  });

  it('may be devices, which are not replaced', async () => {
    const device = join(folder, 'null');
    await symlink('/dev/null', device);
    expect((await run({ output: [`json=${device}`] })).code).toBe(1);
    expect([await readdir(folder), await readlink(device)]).toEqual([['null'], '/dev/null']);
  });

  it('keep many writes at once in order', async () => {
    const file = join(folder, 'out');
    const outputs = await openOutputs(aScanConfig({ output: [`jsonl=${file}`] }), anIo(), {
      beforeWrite: () => undefined,
    });
    const reports = Array.from({ length: 200 }, (_, index) => aReport(`shop/w${index}`, [aFail(high)]));
    await Promise.all(reports.map((report) => writeTo(outputs, report)));
    await outputs.finish({ ...failed, target });
    const lines = (await readFile(file, 'utf8')).trimEnd().split('\n').slice(0, -1);
    expect(lines.map((line) => (JSON.parse(line) as { resource: { name: string } }).resource.name)).toEqual(
      reports.map(({ subject }) => subject.name),
    );
  });
});

describe('files that cannot be written', () => {
  it.each([
    ['none/out.json', 'it does not exist'],
    ['file/out.json', 'a part of its path is not a directory'],
    ['.', 'it is a directory'],
  ])('are refused before the scan: %s', async (path, reason) => {
    await writeFile(join(folder, 'file'), '');
    const file = join(folder, path);
    await expect(
      openOutputs(aScanConfig({ output: [`json=${file}`] }), anIo(), { beforeWrite: () => undefined }),
    ).rejects.toEqual(
      expect.objectContaining({ code: 'AS-2005', message: `cannot write to ${file}: ${reason}` }),
    );
  });

  it('do not keep the others from being written, and make the run incomplete', async () => {
    const broken = join(folder, 'broken');
    const output = [`json=${broken}`, `name=${join(folder, 'good')}`];
    const io = anIo();
    const outputs = await openOutputs(aScanConfig({ output }), io, { beforeWrite: () => undefined });
    await writeTo(outputs, web);
    await mkdir(broken);
    const code = await outputs.finish({ outcome: failed.outcome, gate: aGate(), target });
    expect(code).toBe(3);
    expect(await readdir(folder)).toEqual(['broken', 'good']);
    expect(io.stderr.text()).toMatch(/cannot write .*broken: it is a directory +\[AS-5001\]/);
    expect(io.stdout.text()).toMatch(
      /Exit code 0\.\nINCOMPLETE: an output could not be written\. Exit code 3\.\n$/,
    );
  });

  it('may turn out to be full', async () => {
    const full = join(folder, 'full');
    await symlink('/dev/full', full);
    const { code, stderr } = await run({ output: [`json=${full}`] });
    expect(code).toBe(1);
    expect(stderr).toMatch(/cannot write .*full: no space is left on the device +\[AS-5001\]/);
  });

  it('are told with the reason of the first failure', async () => {
    const full = join(folder, 'full');
    await symlink('/dev/full', full);
    const io = anIo();
    const outputs = await openOutputs(aScanConfig({ output: [`jsonl=${full}`] }), io, {
      beforeWrite: () => undefined,
    });
    await expect(writeTo(outputs, web)).rejects.toMatchObject({ code: 'AS-5001' });
    await outputs.finish({ ...failed, target });
    expect(io.stderr.text()).toMatch(/^error: cannot write .*full: no space is left on the device/);
  });

  it('do not hide that the gate failed', async () => {
    const stdout = aStream({
      write: () => Promise.reject(new AuditError(errorCodes.outputFailed, 'cannot write to stdout')),
    });
    const stderr = aStream();
    const outputs = await openOutputs(aScanConfig({ output: ['json'] }), anIo({ stdout, stderr }), {
      beforeWrite: () => undefined,
    });
    expect(await outputs.finish({ ...failed, target })).toBe(1);
    expect(stderr.text()).toMatch(/^error: cannot write to stdout +\[AS-5001\]/);
  });
});

it('lets a progress line be taken away before anything is written', async () => {
  expect((await run({ output: ['jsonl'] })).writes).toBe(2);
});
