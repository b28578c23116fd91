import { z } from 'zod';
import { type CapabilityCall, UnreadableRequest } from './host-capabilities.ts';

const text = z.string();
const optionalText = text.nullish().transform((value) => value ?? undefined);
const bytes = z.array(z.int().min(0).max(255));
const image = text;
const annotations = z
  .record(text, text)
  .nullish()
  .transform((value) => value ?? undefined);
const type = { api_version: text, kind: text };
const selection = {
  label_selector: optionalText,
  field_selector: optionalText,
  field_masks: z
    .array(text)
    .nullish()
    .transform((masks) => (masks ? [...new Set(masks)].sort() : undefined)),
};
const certificate = z.object({ encoding: z.enum(['Pem', 'Der']), data: bytes });

/**
 * What policies ask their host for, by the names that kwctl has for it, with the fields as policies write them. Whatever is null
 * is left out.
 */
const schemas = {
  OciManifestDigest: z.object({ image }),
  OciManifest: z.object({ image }),
  OciManifestAndConfig: z.object({ image }),
  SigstorePubKeyVerify: z.object({ image, pub_keys: z.array(text), annotations }),
  SigstoreKeylessVerify: z.object({
    image,
    keyless: z.array(z.object({ issuer: text, subject: text })),
    annotations,
  }),
  SigstoreKeylessPrefixVerify: z.object({
    image,
    keyless_prefix: z.array(z.object({ issuer: text, url_prefix: text })),
    annotations,
  }),
  SigstoreGithubActionsVerify: z.object({ image, owner: text, repo: optionalText, annotations }),
  SigstoreCertificateVerify: z.object({
    image,
    certificate: bytes,
    certificate_chain: z
      .array(bytes)
      .nullish()
      .transform((chain) => chain ?? undefined),
    require_rekor_bundle: z.boolean(),
    annotations,
  }),
  DNSLookupHost: z.object({ host: text }),
  KubernetesListResourceNamespace: z.object({ ...type, namespace: text, ...selection }),
  KubernetesListResourceAll: z.object({ ...type, ...selection }),
  KubernetesGetResource: z.object({
    ...type,
    name: text,
    namespace: optionalText,
    disable_cache: z.boolean(),
    field_masks: selection.field_masks,
  }),
  /** Only the engine itself asks for this, to lay out what a Rego policy reads. */
  KubernetesGetResourcePluralName: z.object(type),
  KubernetesCanI: z.object({
    request: z.object({
      groups: z
        .array(text)
        .nullish()
        .transform((groups) => groups ?? undefined),
      resource_attributes: z.object({
        group: optionalText,
        name: optionalText,
        namespace: optionalText,
        resource: text,
        subresource: optionalText,
        verb: text,
        version: optionalText,
      }),
      user: text,
    }),
    disable_cache: z.boolean(),
  }),
  CryptoIsCertificateTrusted: z.object({
    request: z.object({
      cert: certificate,
      cert_chain: z
        .array(certificate)
        .nullish()
        .transform((chain) => chain ?? undefined),
      not_after: optionalText.transform((time) => time || undefined),
    }),
  }),
} as const;

export type RequestType = keyof typeof schemas;

/** One request, or the union of several. */
export type HostRequest<T extends RequestType = RequestType> = {
  [Type in T]: { readonly type: Type } & Readonly<z.output<(typeof schemas)[Type]>>;
}[T];

/** The request of a policy's call. Throws an UnreadableRequest. */
export function readRequest({ namespace, operation, payload }: Omit<CapabilityCall, 'policy'>): HostRequest {
  const path = `${namespace}/${operation}`;
  const toRequest = Object.hasOwn(operations, path) ? operations[path] : undefined;
  if (toRequest === undefined) throw new UnreadableRequest(`unknown operation: ${operation}`);
  return toHostRequest(...toRequest(parseJson(payload)));
}

/** A request of this type with these fields. Throws an UnreadableRequest. */
export function toHostRequest(requestType: unknown, fields: unknown): HostRequest {
  if (!isRequestType(requestType)) {
    const name = typeof requestType === 'string' ? requestType : typeof requestType;
    throw unreadable(`unknown variant \`${name}\``);
  }
  const parsed = schemas[requestType].safeParse(fields, { reportInput: true });
  const [issue] = parsed.error?.issues ?? [];
  if (issue !== undefined) throw unreadable(describeIssue(issue));
  // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- the type and the schema of its fields belong together
  return { type: requestType, ...parsed.data } as HostRequest;
}

type Tagged = readonly [requestType: unknown, fields: unknown];

const operations: Readonly<Record<string, (payload: unknown) => Tagged>> = {
  'oci/v1/verify': (payload) => Object.entries(toObject(payload))[0] ?? [undefined, undefined],
  'oci/v2/verify': (payload) => [toObject(payload)['type'], payload],
  'oci/v1/manifest_digest': (name) => ['OciManifestDigest', { image: name }],
  'oci/v1/oci_manifest': (name) => ['OciManifest', { image: name }],
  'oci/v1/oci_manifest_config': (name) => ['OciManifestAndConfig', { image: name }],
  'net/v1/dns_lookup_host': (host) => ['DNSLookupHost', { host }],
  'crypto/v1/is_certificate_trusted': (request) => ['CryptoIsCertificateTrusted', { request }],
  'kubernetes/list_resources_by_namespace': (payload) => ['KubernetesListResourceNamespace', payload],
  'kubernetes/list_resources_all': (payload) => ['KubernetesListResourceAll', payload],
  'kubernetes/get_resource': (payload) => ['KubernetesGetResource', payload],
  'kubernetes/can_i': (payload) => {
    const { subject_access_review: request, disable_cache } = toObject(payload);
    return ['KubernetesCanI', { request, disable_cache }];
  },
};

function isRequestType(value: unknown): value is RequestType {
  return typeof value === 'string' && Object.hasOwn(schemas, value);
}

function parseJson(payload: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(payload).toString());
  } catch (cause) {
    throw new UnreadableRequest('the request cannot be read: it is not JSON', { cause });
  }
}

function toObject(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null) return { ...value };
  throw unreadable('it is no JSON object');
}

function describeIssue({ code, path, input, message }: z.core.$ZodIssue): string {
  const field = path.map(String).join('.');
  if (field === '') return 'it is no JSON object';
  return code === 'invalid_type' && input === undefined
    ? `missing field \`${field}\``
    : `${field}: ${message}`;
}

function unreadable(why: string): UnreadableRequest {
  return new UnreadableRequest(`the request cannot be read: ${why}`);
}
