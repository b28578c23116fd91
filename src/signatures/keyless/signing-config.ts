import { z } from 'zod';
import { parseJson } from '../../text/index.ts';

/** Whom an identity signs with, each by its URL. */
export type SigningServices = {
  /** Issues the certificate: Fulcio. */
  readonly authority: string;
  /** Transparency logs: Rekor, version 1. Version 2 takes no envelopes from this version of the library. */
  readonly logs: readonly string[];
  readonly timestampAuthorities: readonly string[];
};

/** Of the API of each of them. */
const knownVersion = 1;
const mediaType = 'application/vnd.dev.sigstore.signingconfig.v0.2+json';

const url = z.url({ protocol: /^https?$/, error: 'it is no URL of http or https' });
const time = z.iso.datetime({ offset: true });
const service = z.looseObject({
  url: url.transform((text) => text.replace(/\/+$/, '')),
  majorApiVersion: z.int().min(0).default(0),
  validFor: z.looseObject({ start: time.optional(), end: time.optional() }).optional(),
  operator: z.string().default(''),
});
const selection = z.looseObject({
  selector: z.enum(['ALL', 'ANY', 'EXACT']),
  count: z.int().min(1).optional(),
});
const schema = z.looseObject({
  mediaType: z.literal(mediaType),
  caUrls: z.array(service).min(1),
  rekorTlogUrls: z.array(service).default([]),
  rekorTlogConfig: selection.optional(),
  tsaUrls: z.array(service).default([]),
  tsaConfig: selection.optional(),
});

type Service = z.infer<typeof service>;
type Selection = z.infer<typeof selection>;

/**
 * Chooses by the rules of Sigstore's SigningConfig: what is valid now and of a version that is known here, the newest first, and one
 * of each operator. Throws an Error that says in one line why nobody could sign with it.
 */
export function readSigningConfig(text: string, now: number): SigningServices {
  const document = parseJson(text);
  const { data, error } = schema.safeParse(document);
  if (error !== undefined) throw new Error(describe(document, error));
  const { caUrls, rekorTlogUrls, rekorTlogConfig, tsaUrls, tsaConfig } = data;
  const any: Selection = { selector: 'ANY' };
  const [authority] = choose(caUrls, any, { now, where: 'caUrls' });
  const logs = rekorTlogConfig ? choose(rekorTlogUrls, rekorTlogConfig, { now, where: 'rekorTlogUrls' }) : [];
  const clocks = tsaConfig ? choose(tsaUrls, tsaConfig, { now, where: 'tsaUrls' }) : [];
  if (authority === undefined) throw new Error('caUrls names no authority');
  if (clocks.length === 0 && logs.length === 0)
    throw new Error(
      'it names nobody who says when something was signed, without which a certificate proves nothing: it needs rekorTlogUrls with rekorTlogConfig, or tsaUrls with tsaConfig',
    );
  return {
    authority: authority.url,
    logs: logs.map((log) => log.url),
    timestampAuthorities: clocks.map((clock) => clock.url),
  };
}

type Choice = { readonly now: number; readonly where: string };

function choose(
  services: readonly Service[],
  { selector, count = 1 }: Selection,
  { now, where }: Choice,
): readonly Service[] {
  const usable = services
    .filter((each) => each.majorApiVersion === knownVersion && isValid(each, now))
    .toSorted((a, b) => startOf(b) - startOf(a));
  const found = [...Map.groupBy(usable, ({ operator }) => operator).values()].flatMap(
    ([first]) => first ?? [],
  );
  const wanted = selector === 'EXACT' ? count : 1;
  if (found.length < wanted)
    throw new Error(
      `${where} names ${found.length} of the ${wanted} that it asks for: others have ended, have not begun, have the operator of another, or are of another version than ${knownVersion}`,
    );
  return selector === 'ALL' ? found : found.slice(0, wanted);
}

function isValid({ validFor: { start, end } = {} }: Service, now: number): boolean {
  return (start === undefined || Date.parse(start) <= now) && (end === undefined || now <= Date.parse(end));
}

function startOf({ validFor }: Service): number {
  return Date.parse(validFor?.start ?? '1970-01-01T00:00:00Z');
}

function describe(document: unknown, { issues: [issue] }: z.ZodError): string {
  const given = z.looseObject({ mediaType: z.string() }).safeParse(document).data?.mediaType;
  if (given === undefined) return 'it is no signing config of Sigstore: it has no mediaType';
  if (given !== mediaType) return `its mediaType is ${given.slice(0, 80)}, and only ${mediaType} is read`;
  return `${issue?.path.map(String).join('.') ?? ''} is not as it must be (${issue?.message ?? ''})`;
}
