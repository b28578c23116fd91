import { describe, expect, it } from 'vitest';
import { toReadyEndpoints } from '../../../../src/sources/kubernetes/service-endpoints.ts';

const https = [{ name: 'policy-server', port: 8443, protocol: 'TCP' }];
const v4 = { name: 'policy-server', family: 'IPv4' } as const;
const v6 = { name: 'policy-server', family: 'IPv6' } as const;

type Slice = { readonly addressType?: unknown; readonly ports?: unknown; readonly endpoints?: unknown };

function aSlice(endpoints: unknown, { addressType = 'IPv4', ports = https }: Slice = {}) {
  return { metadata: { name: 'policy-server-default-abc' }, addressType, ports, endpoints };
}

function anEndpoint(address: string, conditions?: object | null, uid?: string) {
  return { addresses: [address], conditions, ...(uid && { targetRef: { kind: 'Pod', uid } }) };
}

/** As `address:port`. */
function endpointsOf(slices: readonly unknown[], service: Parameters<typeof toReadyEndpoints>[1] = v4) {
  return toReadyEndpoints(slices, service).map(({ host, port }) => `${host}:${port}`);
}

describe('which endpoints of EndpointSlices are asked', () => {
  it.each<[string, object | null | undefined, boolean]>([
    ['ready', { ready: true, serving: true, terminating: false }, true],
    ['nothing is said of it', {}, true],
    ['there are no conditions', undefined, true],
    ['the conditions are null, as Go writes them', null, true],
    ['ready is null', { ready: null }, true],
    ['not ready', { ready: false }, false],
    ['serves, but ends', { ready: false, serving: true, terminating: true }, false],
    ['ready and ends, as with publishNotReadyAddresses', { ready: true, terminating: true }, false],
  ])('an endpoint: %s', (_what, conditions, isAsked) => {
    expect(endpointsOf([aSlice([anEndpoint('10.0.0.1', conditions)])])).toEqual(
      isAsked ? ['10.0.0.1:8443'] : [],
    );
  });

  it.each<[string, unknown, string[]]>([
    [
      'the port with the name of the Service’s',
      [{ name: 'metrics', port: 8080 }, ...https],
      ['10.0.0.1:8443'],
    ],
    ['no port of that name', [{ name: 'metrics', port: 8080 }], []],
    ['another protocol', [{ name: 'policy-server', port: 8443, protocol: 'UDP' }], []],
    ['no protocol, which is TCP', [{ name: 'policy-server', port: 9443 }], ['10.0.0.1:9443']],
    ['no number', [{ name: 'policy-server', port: null }], []],
    ['a number that is none', [{ name: 'policy-server', port: 70_000 }], []],
    ['no ports', null, []],
  ])('the port: %s', (_what, ports, expected) => {
    expect(endpointsOf([aSlice([anEndpoint('10.0.0.1')], { ports })])).toEqual(expected);
  });

  it('takes a port without a name for a Service whose port has none', () => {
    const ports = [{ name: '', port: 8443 }];
    const slices = [
      aSlice([anEndpoint('10.0.0.1')], { ports }),
      aSlice([anEndpoint('10.0.0.2')], { ports: [{ port: 1 }] }),
    ];
    expect(endpointsOf(slices, { name: '', family: 'IPv4' })).toEqual(['10.0.0.1:8443', '10.0.0.2:1']);
  });

  it('counts a Pod with addresses of both families once, by that of its Service', () => {
    const slices = [
      aSlice([anEndpoint('fd00::1', {}, 'a'), anEndpoint('fd00::2', {}, 'b')], { addressType: 'IPv6' }),
      aSlice([anEndpoint('10.0.0.1', {}, 'a'), anEndpoint('10.0.0.2', {}, 'b')]),
    ];
    expect(endpointsOf(slices)).toEqual(['10.0.0.1:8443', '10.0.0.2:8443']);
    expect(endpointsOf(slices, v6)).toEqual(['fd00::1:8443', 'fd00::2:8443']);
  });

  it('takes a Pod by the only family that it has', () => {
    const slices = [
      aSlice([anEndpoint('fd00::2', {}, 'b')], { addressType: 'IPv6' }),
      aSlice([anEndpoint('10.0.0.1', {}, 'a')]),
    ];
    expect(endpointsOf(slices)).toEqual(['10.0.0.1:8443', 'fd00::2:8443']);
    expect(endpointsOf(slices.slice(0, 1))).toEqual(['fd00::2:8443']);
  });

  it('leaves out an address of the other family of which nobody says whose it is', () => {
    const slices = [
      aSlice([anEndpoint('10.0.0.1')]),
      aSlice([anEndpoint('fd00::1')], { addressType: 'IPv6' }),
    ];
    expect(endpointsOf(slices)).toEqual(['10.0.0.1:8443']);
  });

  it('takes the first address of an endpoint, and each address once', () => {
    const twice = { addresses: ['10.0.0.1', '10.0.0.9'] };
    expect(endpointsOf([aSlice([twice, twice]), aSlice([twice, anEndpoint('10.0.0.1', {}, 'a')])])).toEqual([
      '10.0.0.1:8443',
    ]);
  });

  it.each<[string, unknown]>([
    ['names in place of addresses', aSlice([anEndpoint('pod.example.com')], { addressType: 'FQDN' })],
    ['an address type of the future', aSlice([anEndpoint('10.0.0.1')], { addressType: 'IPv8' })],
    ['an address of the other family', aSlice([anEndpoint('fd00::1')])],
    ['an address that is none', aSlice([anEndpoint('10.0.0.1/24'), anEndpoint('')])],
    ['endpoints without addresses', aSlice([{ addresses: [] }, { addresses: null }, {}, null, 'x'])],
    ['no endpoints', aSlice(null)],
    ['no slice', null],
    ['another object', { kind: 'Pod' }],
  ])('leaves out %s', (_what, slice) => {
    expect(endpointsOf([slice, aSlice([anEndpoint('10.0.0.7')])])).toEqual(['10.0.0.7:8443']);
  });
});
