import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { AuditEvent } from '../../../../src/audit/events.ts';
import {
  chooseProgress,
  createProgress,
  Progress,
  type ProgressMode,
} from '../../../../src/commands/scan/progress.ts';
import type { FlagValues } from '../../../../src/config/given.ts';
import { anIo, aScanConfig, aStream } from '../../cli/support.ts';
import { aFail, aPass, aReport, aSubject } from '../../sinks/report-builders.ts';

const erase = '\r\u001b[K';

function aClock(mode: ProgressMode, width = 80) {
  let time = 0;
  let written = '';
  let tick: (() => void) | undefined;
  let interval = 0;
  const progress = new Progress({
    mode,
    width: () => width,
    write: (text) => (written += text),
    now: () => time,
    every: (ms, callback) => {
      tick = callback;
      interval = ms;
      return () => (tick = undefined);
    },
  });
  return {
    progress,
    interval: () => interval,
    /** Lets time pass and gives what was written in it. */
    pass: (ms: number) => {
      written = '';
      for (let passed = interval; interval > 0 && passed <= ms; passed += interval) {
        time += interval;
        tick?.();
      }
      return written;
    },
    take: () => {
      const text = written;
      written = '';
      return text;
    },
  };
}

const started: AuditEvent = {
  type: 'object-started',
  object: aSubject('shop/web'),
  groupResource: 'deployments.apps',
  policies: 2,
};
const finished: AuditEvent = {
  type: 'object-finished',
  object: aSubject('shop/web'),
  report: aReport('shop/web', [aFail('a'), aFail('b'), aPass('c')]),
};

describe('the line of a terminal', () => {
  it('waits half a second, then counts at most ten times a second', () => {
    const { progress, pass, interval } = aClock('line');
    progress.observe(started);
    expect(interval()).toBe(100);
    expect(pass(400)).toBe('');
    expect(pass(100)).toBe(`${erase}0 resources, 0 fail, 0 error, 00:00  shop/deployments.apps`);
    progress.observe(finished);
    expect(pass(100)).toBe(`${erase}1 resource, 2 fail, 0 error, 00:00  shop/deployments.apps`);
  });

  it('is redrawn only when it changes', () => {
    const { pass } = aClock('line');
    pass(500);
    expect(pass(400)).toBe('');
    expect(pass(100)).toBe(`${erase}0 resources, 0 fail, 0 error, 00:01`);
    expect(pass(3_599_000).endsWith(`${erase}0 resources, 0 fail, 0 error, 60:00`)).toBe(true);
  });

  it.each([
    [80, '0 resources, 0 fail, 0 error, 00:00  shop/x y'],
    [40, '0 resources, 0 fail, 0 error, 00:00'],
    [8, '0'],
    [1, ''],
  ])('never wraps and steers no terminal of %i columns', (width, line) => {
    const { progress, pass } = aClock('line', width);
    progress.observe({ ...started, groupResource: '\u001b[2Jx\ny' });
    expect(pass(500)).toBe(line === '' ? '' : `${erase}${line}`);
  });

  it('is taken away for other output and comes back', () => {
    const { progress, pass, take } = aClock('line');
    pass(500);
    progress.clear();
    expect(take().endsWith(erase)).toBe(true);
    progress.clear();
    expect(take()).toBe('');
    expect(pass(100)).toBe(`${erase}0 resources, 0 fail, 0 error, 00:00`);
  });

  it('leaves nothing behind', () => {
    const { progress, pass, take } = aClock('line');
    pass(500);
    take();
    progress.stop();
    expect(take()).toBe(erase);
    expect(pass(5000)).toBe('');
  });
});

describe('how much is left', () => {
  const types = (...expected: (number | undefined)[]): AuditEvent => ({
    type: 'scan-planned',
    types: expected.map((count, index) => ({ groupResource: `type-${index}`, expected: count })),
  });

  /** Looks at so many objects of a type, one every 100 ms. */
  const scanObjects = ({ progress, pass }: ReturnType<typeof aClock>, objects: number): string => {
    let last = '';
    for (let done = 0; done < objects; done += 1) {
      progress.observe({ ...started, groupResource: 'type-0' });
      progress.observe({ ...finished, report: undefined });
      last = pass(100) || last;
    }
    return last;
  };

  it('is estimated by what earlier runs have stored, and timed once the rate is steady', () => {
    const clock = aClock('line');
    clock.progress.observe(types(600, 600));
    expect(scanObjects(clock, 30)).toBe(
      `${erase}30/~1200 resources (2%), 0 fail, 0 error, 00:03  shop/type-0`,
    );
    expect(scanObjects(clock, 90)).toBe(
      `${erase}120/~1200 resources (10%), 0 fail, 0 error, 00:12, ~1m 50s left  shop/type-0`,
    );
  });

  it('is exact once everything has been listed', () => {
    const clock = aClock('line');
    clock.progress.observe(types(600));
    clock.progress.observe({ type: 'type-sized', groupResource: 'type-0', objects: 50, isFinal: true });
    expect(scanObjects(clock, 25)).toBe(`${erase}25/50 resources (50%), 0 fail, 0 error, 00:02  shop/type-0`);
  });

  it('is unknown if a part of it is: then types count, and the type that is listed', () => {
    const clock = aClock('line');
    clock.progress.observe(types(undefined, undefined));
    clock.progress.observe({ type: 'type-sized', groupResource: 'type-0', objects: 400, isFinal: false });
    expect(scanObjects(clock, 100)).toBe(
      `${erase}100 resources, 0/2 types, 0 fail, 0 error, 00:10  shop/type-0 100/~400`,
    );
  });

  it('is not known any more when there are more than were expected', () => {
    const clock = aClock('line');
    clock.progress.observe(types(20, 600));
    expect(scanObjects(clock, 100)).toBe(
      `${erase}100 resources, 0/2 types, 0 fail, 0 error, 00:10  shop/type-0`,
    );
  });

  it('is logged, too', () => {
    const { progress, pass } = aClock('plain');
    progress.observe(types(600));
    progress.observe(started);
    progress.observe(finished);
    expect(pass(3000)).toBe(
      'still scanning: 1/~600 resources (0%), 2 fail, 0 error, 00:03  shop/deployments.apps\n',
    );
  });
});

it('prints a line after three seconds and every 30 where there is no terminal', () => {
  const { progress, pass } = aClock('plain');
  expect(pass(3000)).toBe('still scanning: 0 resources, 0 fail, 0 error, 00:03\n');
  expect(pass(24_000)).toBe('');
  progress.observe(finished);
  expect(pass(3000)).toBe('still scanning: 1 resource, 2 fail, 0 error, 00:30\n');
  progress.stop();
  expect(pass(60_000)).toBe('');
});

it('does nothing at all with none', () => {
  const { progress, pass } = aClock('none');
  progress.observe(finished);
  progress.clear();
  progress.stop();
  expect(pass(60_000)).toBe('');
});

const terminal = { isTTY: true, columns: 80 };

describe('where it is drawn', () => {
  const choose = (flags: FlagValues, stderr = aStream(terminal), env: Record<string, string> = {}) => {
    const { display, log } = aScanConfig(flags);
    return chooseProgress(display, log, { stderr, env });
  };

  it.each([
    [{}, 'line'],
    [{ verbose: ['+1'] }, 'line'],
    [{ progress: ['plain'] }, 'plain'],
    [{ progress: ['none'] }, 'none'],
    [{ quiet: ['true'] }, 'none'],
    [{ logLevel: ['debug'] }, 'plain'],
    [{ logFormat: ['json'] }, 'plain'],
  ])('%j at a terminal: %s', (flags, mode) => {
    expect(choose(flags)).toBe(mode);
  });

  it.each([
    [aStream(), {}],
    [aStream(terminal), { CI: 'true' }],
    [aStream(terminal), { TERM: 'dumb' }],
  ])('plain elsewhere', (stderr, env) => {
    expect(choose({}, stderr, env)).toBe('plain');
  });
});

it('ticks by itself', async () => {
  let time = 0;
  const io = anIo({ stderr: aStream(terminal), now: () => (time += 400) });
  const progress = createProgress(aScanConfig(), io);
  while (!io.stderr.text().includes('0 resources, 0 fail, 0 error')) await delay(20);
  progress.stop();
  expect(io.stderr.text().endsWith(erase)).toBe(true);
});
