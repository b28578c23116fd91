import { isIP } from 'node:net';
import { z } from 'zod';
import { AuditError, errorCodes } from '../../domain/index.ts';
import type { KubernetesClient } from '../../kubernetes/index.ts';
import { optional } from '../index.ts';
import { readList } from './lists.ts';

/** Where a replica takes connections. */
export type ServiceEndpoint = { readonly host: string; readonly port: number };

/** Reads which replicas a Service has that are ready now. The URL is that of the Service. */
type ReadServiceEndpoints = (service: URL, signal: AbortSignal) => Promise<readonly ServiceEndpoint[]>;

/** What of a Service says which endpoints are meant. */
export type ServicePort = { readonly name: string; readonly family: 'IPv4' | 'IPv6' };

const serviceSchema = z.object({
  metadata: z.object({ name: z.string() }),
  spec: z.object({
    clusterIP: optional(z.string()),
    ipFamilies: optional(z.array(z.string())),
    ports: optional(z.array(z.object({ name: optional(z.string()), port: z.number() }))),
  }),
});

const endpointSchema = z.object({
  addresses: z.array(z.string()),
  conditions: optional(z.object({ ready: optional(z.boolean()), terminating: optional(z.boolean()) })),
  targetRef: optional(z.object({ uid: optional(z.string()) })),
});
const sliceSchema = z.object({
  addressType: z.enum(['IPv4', 'IPv6']),
  endpoints: optional(z.array(z.unknown())),
  ports: optional(
    z.array(
      z.object({
        name: optional(z.string()),
        port: optional(z.int().min(1).max(65_535)),
        protocol: optional(z.string()),
      }),
    ),
  ),
});

const slices = { group: 'discovery.k8s.io', version: 'v1', resource: 'endpointslices' };
const services = { group: '', version: 'v1', resource: 'services' };

/** Reads the endpoints of Services of Kubewarden's namespace; each Service itself is read once. Rejects with an AuditError. */
export function createServiceEndpoints(
  client: KubernetesClient,
  { namespace }: { readonly namespace: string },
): ReadServiceEndpoints {
  let reading: Promise<readonly unknown[]> | undefined;
  return async (url, signal) => {
    const name = url.hostname.split('.')[0] ?? '';
    const labelSelector = `kubernetes.io/service-name=${name}`;
    const labelled = { ...services, namespace, labelSelector: 'app.kubernetes.io/instance' };
    reading ??= readList(client, labelled, signal).catch((thrown: unknown) => {
      reading = undefined;
      throw thrown;
    });
    const documents = await reading;
    const service = toServicePort(documents, name, Number(url.port || '443'));
    if (service === undefined)
      throw new AuditError(errorCodes.endpointsUnusable, `there is no Service "${name}" with that port`);
    return toReadyEndpoints(await readList(client, { ...slices, namespace, labelSelector }, signal), service);
  };
}

function toServicePort(documents: readonly unknown[], name: string, number: number): ServicePort | undefined {
  const parsed = documents.flatMap((document) => serviceSchema.safeParse(document).data ?? []);
  const spec = parsed.find(({ metadata }) => metadata.name === name)?.spec;
  const port = spec?.ports?.find((candidate) => candidate.port === number);
  return spec && port && { name: port.name ?? '', family: familyOf(spec) };
}

/** That of its first address; a Service without one says which it prefers. */
function familyOf({ clusterIP, ipFamilies }: z.infer<typeof serviceSchema>['spec']): ServicePort['family'] {
  const version = isIP(clusterIP ?? '');
  const isV6 = version === 0 ? ipFamilies?.[0] === 'IPv6' : version === 6;
  return isV6 ? 'IPv6' : 'IPv4';
}

type Candidate = ServiceEndpoint & { readonly family: string; readonly uid: string | undefined };

/**
 * The endpoints that kube-proxy would send connections to, each Pod once: one that has addresses of both families by that of its
 * Service. What does not have the shape of a slice or an endpoint is left out.
 */
export function toReadyEndpoints(
  documents: readonly unknown[],
  { name, family }: ServicePort,
): readonly ServiceEndpoint[] {
  const candidates = documents
    .flatMap((document) => toCandidates(document, name))
    .toSorted((a, b) => Number(b.family === family) - Number(a.family === family));
  const preferred = candidates[0]?.family;
  const chosen = new Map<string, ServiceEndpoint>();
  for (const { host, port, uid, ...candidate } of candidates) {
    // Nothing says whether this is another address of a Pod that is there already.
    if (uid === undefined && candidate.family !== preferred) continue;
    const key = uid ?? `${host} ${port}`;
    if (!chosen.has(key)) chosen.set(key, { host, port });
  }
  return [
    ...new Map(
      [...chosen.values()].map((endpoint) => [`${endpoint.host} ${endpoint.port}`, endpoint]),
    ).values(),
  ];
}

function toCandidates(document: unknown, portName: string): readonly Candidate[] {
  const slice = sliceSchema.safeParse(document).data;
  const port = slice?.ports?.find(
    ({ name, protocol }) => (name ?? '') === portName && (protocol ?? 'TCP') === 'TCP',
  )?.port;
  if (slice === undefined || port === undefined) return [];
  return (slice.endpoints ?? []).flatMap((endpoint) => {
    const { data } = endpointSchema.safeParse(endpoint);
    return data === undefined || !isReady(data) ? [] : toCandidate(data, { port, family: slice.addressType });
  });
}

type Parsed = z.infer<typeof endpointSchema>;

function isReady({ conditions }: Parsed): boolean {
  return conditions?.ready !== false && conditions?.terminating !== true;
}

/** All further addresses are the same endpoint, and kube-proxy leaves them out as well. */
function toCandidate(
  { addresses: [host = ''], targetRef }: Parsed,
  { port, family }: Pick<Candidate, 'port' | 'family'>,
): readonly Candidate[] {
  return isIP(host) === (family === 'IPv4' ? 4 : 6) ? [{ host, port, family, uid: targetRef?.uid }] : [];
}
