import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { metricTable } from '../../../src/telemetry/metric-table.ts';
import { renderExposition } from '../../../src/telemetry/prometheus/exposition.ts';
import { type PushgatewayTarget, pushMetrics } from '../../../src/telemetry/prometheus/pushgateway.ts';
import { readLastCompleteRun, writeTextfile } from '../../../src/telemetry/prometheus/textfile.ts';
import { freePorts } from '../../support/ports.ts';
import { aRun } from '../../unit/telemetry/runs.ts';
import { startServer } from '../kubernetes/loopback.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'metrics-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('the file for the textfile collector', () => {
  it('says when the last complete run ended, also to the run that takes its place', async () => {
    const own = await mkdtemp(join(folder, 'textfile-'));
    const path = join(own, 'audit.prom');
    const lastCompleteAt = new Date('2026-11-24T02:01:30.500Z');
    await writeTextfile(path, await renderExposition(metricTable, aRun({ lastCompleteAt })));
    expect(await readLastCompleteRun(path)).toEqual(lastCompleteAt);
    expect(await readdir(own)).toEqual(['audit.prom']);
    expect(await readFile(path, 'utf8')).toMatch(/^# HELP audit_scanner_build_info .*\n/);
  });

  it.each([
    ['there is none', undefined],
    ['it is of somebody else', 'node_load1 0.3\n'],
    ['it says something else', 'audit_scanner_last_complete_run_timestamp_seconds soon\n'],
  ])('says nothing where %s', async (_what, text) => {
    const path = join(folder, 'other.prom');
    if (text !== undefined) await writeFile(path, text);
    expect(await readLastCompleteRun(path)).toBeUndefined();
    await rm(path, { force: true });
  });

  it('cannot be written where there is no folder, and says so in one line', async () => {
    const path = join(folder, 'missing', 'audit.prom');
    await expect(writeTextfile(path, 'x 1\n')).rejects.toMatchObject({
      code: 'AS-5201',
      message: `the metrics could not be written to ${path}: it does not exist`,
    });
  });
});

function aTarget(url: string, overrides: Partial<PushgatewayTarget> = {}): PushgatewayTarget {
  const login = { basicAuthFile: undefined, bearerTokenFile: undefined };
  return { url: new URL(url), job: 'audit-scanner', instance: undefined, ...login, ...overrides };
}

async function push(target: PushgatewayTarget): Promise<string> {
  try {
    await pushMetrics('x 1\n', target, { env: {}, replacesAll: false, deadlineMs: 500 });
    return 'pushed';
  } catch (thrown) {
    expect(thrown).toMatchObject({ code: 'AS-5202' });
    return (thrown as Error).message.replace(/^the metrics could not be pushed to http:\/\/[^ ]+: /, '');
  }
}

async function writeSecret(text: string): Promise<string> {
  const path = join(folder, 'secret');
  await writeFile(path, text);
  return path;
}

describe('a push', () => {
  it.each([
    [{}, '/metrics/job/audit-scanner'],
    [{ job: 'a b', instance: 'prod' }, '/metrics/job/a%20b/instance/prod'],
    [{ instance: 'prod', shard: 2 }, '/metrics/job/audit-scanner/instance/prod/shard/2'],
    [{ instance: 'eu/prod' }, '/metrics/job/audit-scanner/instance@base64/ZXUvcHJvZA'],
  ])('of %j goes to its place', async (overrides, path) => {
    const server = await startServer((_request, response) => response.end());
    expect(await push(aTarget(`${server.url}/prefix/`, overrides))).toBe('pushed');
    expect(server.requests).toEqual([`POST /prefix${path}`]);
  });

  it.each([
    ['basicAuthFile', 'ana:se:cret\n', `Basic ${Buffer.from('ana:se:cret').toString('base64')}`],
    ['bearerTokenFile', 'token\n', 'Bearer token'],
  ] as const)('logs in with %s', async (kind, text, expected) => {
    const seen: unknown[] = [];
    const server = await startServer(({ headers }, response) => {
      seen.push(headers.authorization);
      response.end();
    });
    expect(await push(aTarget(server.url, { [kind]: await writeSecret(text) }))).toBe('pushed');
    expect(seen).toEqual([expected]);
  });

  it.each([
    [401, {}, 'no\nway', 'it answers HTTP 401: no'],
    [500, {}, '', 'it answers HTTP 500'],
    [
      307,
      { location: 'https://elsewhere/metrics' },
      '',
      'it redirects (HTTP 307) to https://elsewhere/metrics, which is not followed; use that address instead',
    ],
  ])('that is answered with %i is told', async (status, headers, body, expected) => {
    const server = await startServer((_request, response) => response.writeHead(status, headers).end(body));
    expect(await push(aTarget(server.url))).toBe(expected);
  });

  it('that nobody answers ends', async () => {
    const server = await startServer(() => undefined);
    expect(await push(aTarget(server.url))).toBe('no answer within 0.5 s');
  });

  it('to an address where nobody listens is reported', async () => {
    const [port] = await freePorts(1);
    expect(await push(aTarget(`http://127.0.0.1:${port}`))).toBe('the connection was refused');
  });

  it.each([
    [{ basicAuthFile: '/nonexistent' }, 'cannot read /nonexistent: it does not exist'],
    [{ bearerTokenFile: '/nonexistent' }, 'cannot read /nonexistent: it does not exist'],
  ])('with %j is not tried', async (overrides, expected) => {
    const server = await startServer(() => undefined);
    expect(await push(aTarget(server.url, overrides))).toBe(expected);
    expect(server.requests).toEqual([]);
  });

  it('with a login that is none says which file, and not what is in it', async () => {
    const secret = await writeSecret('hush hush');
    const server = await startServer(() => undefined);
    expect(await push(aTarget(server.url, { basicAuthFile: secret }))).toBe(
      `${secret} does not hold USER:PASSWORD`,
    );
    expect(await push(aTarget(server.url, { bearerTokenFile: secret }))).toBe(
      `${secret} does not hold one token`,
    );
  });
});
