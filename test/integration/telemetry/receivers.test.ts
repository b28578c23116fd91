import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { metricTable } from '../../../src/telemetry/metric-table.ts';
import { type CliResult, runCli } from '../../support/cli.ts';
import { describeWithMonitoring, startOtlpReceiver, startPushgateway } from '../../support/monitoring.ts';
import { freePorts } from '../../support/ports.ts';
import { startServer } from '../kubernetes/loopback.ts';

const examples = join(import.meta.dirname, '../../../examples');
const ofExamples = [
  'scan',
  join(examples, 'manifests'),
  '--policies',
  join(examples, 'policies'),
  '--exit-zero',
];
/** Of the examples, one policy can judge everything and one cannot. */
const complete = ['--policy', 'no-privileged'];
const incomplete = ['--policy', 'memory-limits'];

function scan(argv: readonly string[], env: Record<string, string> = {}): Promise<CliResult> {
  return runCli([...ofExamples, '-q', ...argv], { env });
}

function valueIn(text: string, name: string): string | undefined {
  return new RegExp(`^audit_scanner_${name}(?:\\{[^}]*\\})? (\\S+)$`, 'm').exec(text)?.[1];
}

const lastComplete = 'last_complete_run_timestamp_seconds';

describeWithMonitoring('a real Pushgateway', { timeout: 120_000 }, () => {
  it('has the last run, and when the last complete one ended', async () => {
    const url = await startPushgateway();
    const push = ['--pushgateway', url, '--pushgateway-instance', 'eu/prod'];
    const pushed = async (argv: readonly string[]): Promise<string> => {
      const { code, stderr } = await scan([...push, ...argv]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      return (await fetch(`${url}/metrics`)).text();
    };
    const first = await pushed(complete);
    expect(first).toContain('audit_scanner_run_complete{instance="eu/prod",job="audit-scanner"} 1');
    const second = await pushed(incomplete);
    expect(valueIn(second, 'run_complete')).toBe('0');
    expect(second).toMatch(
      /audit_scanner_missing\{code="AS-4201",.*what="ClusterAdmissionPolicy\/memory-limits"/,
    );
    expect(valueIn(second, lastComplete)).toBe(valueIn(first, lastComplete));
    expect(valueIn(second, 'last_run_timestamp_seconds')).not.toBe(
      valueIn(first, 'last_run_timestamp_seconds'),
    );
    // What the first run had and the second has not is gone with it.
    expect(second).not.toContain('no-privileged');
    const third = await pushed(complete);
    expect(third).not.toContain('audit_scanner_missing{');
    expect(third).not.toContain('audit_scanner_incidents{');
  });
});

describeWithMonitoring('the textfile', { timeout: 120_000 }, () => {
  it('keeps when the last complete run ended', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'textfile-'));
    const path = join(folder, 'audit.prom');
    const written = async (argv: readonly string[]): Promise<string> => {
      await scan(['--metrics-file', path, ...argv]);
      return readFile(path, 'utf8');
    };
    const first = await written(complete);
    const second = await written(incomplete);
    expect(valueIn(first, lastComplete)).toMatch(/^\d+/);
    expect(valueIn(second, 'run_complete')).toBe('0');
    expect(valueIn(second, lastComplete)).toBe(valueIn(first, lastComplete));
    await rm(folder, { recursive: true });
  });
});

type Span = {
  readonly name: string;
  readonly spanId: string;
  readonly traceId: string;
  readonly parentSpanId?: string;
};
type Traces = {
  readonly resourceSpans: readonly { readonly scopeSpans: readonly { readonly spans: readonly Span[] }[] }[];
};
type Metrics = {
  readonly resourceMetrics: readonly {
    readonly resource: { readonly attributes: readonly unknown[] };
    readonly scopeMetrics: readonly { readonly metrics: readonly { readonly name: string }[] }[];
  }[];
};

function spansOf(requests: readonly unknown[]): readonly Span[] {
  const all = requests as readonly Traces[];
  return all.flatMap(({ resourceSpans }) =>
    resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)),
  );
}

describeWithMonitoring('a real receiver for OTLP', { timeout: 120_000 }, () => {
  it('gets the metrics of the table, and the steps of the run as one trace', async () => {
    const receiver = await startOtlpReceiver();
    const { stderr } = await scan(complete, {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
      OTEL_SERVICE_NAME: 'nightly-audit',
      TRACEPARENT: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    });
    expect(stderr).toBe('');
    const [request, ...others] = (await receiver.received('metrics')) as readonly Metrics[];
    expect(others).toEqual([]);
    const { resource, scopeMetrics } = request!.resourceMetrics[0]!;
    expect(resource.attributes).toContainEqual({
      key: 'service.name',
      value: { stringValue: 'nightly-audit' },
    });
    const names = scopeMetrics.flatMap(({ metrics }) => metrics.map(({ name }) => name));
    expect(names).toContain('audit_scanner_evaluation_duration_seconds');
    expect(names.filter((name) => !metricTable.some((metric) => metric.name === name))).toEqual([]);

    const spans = spansOf(await receiver.received('traces'));
    const run = spans.find(({ name }) => name === 'audit-scanner scan');
    expect(run).toMatchObject({
      traceId: '0af7651916cd43dd8448eb211c80319c',
      parentSpanId: 'b7ad6b7169203331',
    });
    const steps = spans.filter((span) => span !== run);
    expect(new Set(steps.map(({ parentSpanId }) => parentSpanId))).toEqual(new Set([run?.spanId]));
    expect(steps.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['list policies', 'list pods', 'prepare policies', 'write reports']),
    );
  });

  it('sees policy servers join the trace, which get no traceparent otherwise', async () => {
    const receiver = await startOtlpReceiver();
    const seen: unknown[] = [];
    const server = await startServer(({ headers }, response) => {
      seen.push(headers['traceparent']);
      response.end(JSON.stringify({ response: { uid: 'x', allowed: true } }));
    });
    const asked = [...complete, '--policy-server-url', server.url];
    await scan(asked);
    expect(new Set(seen)).toEqual(new Set([undefined]));
    seen.length = 0;
    await scan(asked, { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${receiver.url}/v1/traces` });
    const run = spansOf(await receiver.received('traces')).find(({ name }) => name === 'audit-scanner scan');
    expect(new Set(seen)).toEqual(new Set([`00-${run?.traceId}-${run?.spanId}-01`]));
    expect(await receiver.received('metrics')).toEqual([]);
  });
});

it('what cannot be told is one line each, and the exit code stays', { timeout: 120_000 }, async () => {
  const [port = 0] = await freePorts(1);
  const url = `http://127.0.0.1:${port}`;
  const telling = ['--metrics-file', '/nonexistent/audit.prom', '--pushgateway', url, '--no-summary'];
  const env = {
    OTEL_EXPORTER_OTLP_ENDPOINT: url,
    OTEL_EXPORTER_OTLP_TIMEOUT: '1000',
    OTEL_TRACES_EXPORTER: 'none',
  };
  const { code, stderr } = await runCli([...ofExamples.slice(0, -1), ...incomplete, ...telling, '-q'], {
    env,
  });
  expect(code).toBe(1);
  expect(stderr.trim().split('\n').toSorted()).toEqual([
    expect.stringMatching(
      /^error: the metrics could not be pushed to .*: the connection was refused \[AS-5202\]$/,
    ),
    expect.stringMatching(/^error: the metrics could not be sent by OTLP: .*ECONNREFUSED.* \[AS-5203\]$/),
    'error: the metrics could not be written to /nonexistent/audit.prom: it does not exist [AS-5201]',
  ]);
});

it.each([
  ['refuses', 500, 'it answers HTTP 500'],
  ['redirects', 307, 'it answers HTTP 307, a redirect, which is not followed'],
  ['hangs', undefined, 'Request timed out'],
])('a receiver that %s costs one line, and no result', { timeout: 120_000 }, async (_what, status, why) => {
  const { url } = await startServer((_request, response) => {
    if (status !== undefined) response.writeHead(status, { location: 'http://127.0.0.1:9/' }).end();
  });
  const env = {
    OTEL_EXPORTER_OTLP_ENDPOINT: url,
    OTEL_EXPORTER_OTLP_TIMEOUT: '1000',
    OTEL_TRACES_EXPORTER: 'none',
  };
  const { code, stdout, stderr } = await scan([...complete, '-o', 'json'], env);
  const errors = stderr.split('\n').filter((line) => !line.startsWith('FAILED: '));
  expect(errors).toEqual([
    `error: the metrics could not be sent by OTLP: ${url}/v1/metrics: ${why} [AS-5203]`,
    '',
  ]);
  const { summary } = JSON.parse(stdout) as { summary: { evaluations: number } };
  expect({ code, evaluations: summary.evaluations }).toEqual({ code: 0, evaluations: 7 });
});
