import { describe, expect, it } from 'vitest';
import { configureScan } from '../../../src/commands/scan/configure.ts';

const gateway = { pushgateway: ['http://push:9091'] };

describe('the flags of monitoring', () => {
  it('say where metrics go', () => {
    const flags = {
      ...gateway,
      pushgatewayInstance: ['prod'],
      metricsFile: ['/m/audit.prom'],
      events: ['true'],
    };
    const checked = configureScan(flags, {});
    expect(checked.ok && checked.value.telemetry).toEqual({
      metricsFile: '/m/audit.prom',
      events: true,
      pushgateway: {
        url: new URL('http://push:9091'),
        job: 'audit-scanner',
        instance: 'prod',
        basicAuthFile: undefined,
        bearerTokenFile: undefined,
      },
    });
  });

  it.each([
    [{ pushgatewayInstance: ['prod'] }, '--pushgateway-instance needs --pushgateway'],
    [{ pushgatewayBearerTokenFile: ['t'] }, '--pushgateway-bearer-token-file needs --pushgateway'],
    [
      { ...gateway, pushgatewayBasicAuthFile: ['a'], pushgatewayBearerTokenFile: ['t'] },
      '--pushgateway-basic-auth-file and --pushgateway-bearer-token-file are two logins',
    ],
    [{ pushgateway: ['push:9091'] }, 'invalid value "push:9091" for --pushgateway'],
    [{ ...gateway, pushgatewayJob: [''] }, 'invalid value "" for --pushgateway-job'],
  ])('%j are refused: %s', (flags, message) => {
    const checked = configureScan(flags, {});
    expect(checked.ok ? [] : checked.problems.map((problem) => problem.message)).toEqual([
      expect.stringContaining(message) as string,
    ]);
  });
});
