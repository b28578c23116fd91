import { X509Certificate } from 'node:crypto';
import { z } from 'zod';
import { describeSystemError, readRegularFile } from '../system/index.ts';
import { describeSchemaError } from './schema-error.ts';

/** How the hosts of modules are reached, as `sources.yml` and PolicyServers say it. Hosts are `host` or `host:port`. */
export type SourceSettings = {
  /** Hosts that need not show a certificate that can be verified, nor speak TLS. */
  readonly insecureHosts: readonly string[];
  /** PEM certificates of authorities that are trusted besides the usual ones, for each host. */
  readonly authorities: Readonly<Record<string, readonly string[]>>;
  /** In place of those of the environment. */
  readonly proxies: ProxySettings | undefined;
};

/** URLs of proxies, and a list of hosts with commas. */
export type ProxySettings = { readonly http: string; readonly https: string; readonly except: string };

export const noSourceSettings: SourceSettings = { insecureHosts: [], authorities: {}, proxies: undefined };

const authority = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('Path'), path: z.string() }),
  z.strictObject({ type: z.literal('Data'), data: z.string() }),
]);
type Authority = z.infer<typeof authority>;

const url = z.string().nullish();

const schema = z.strictObject({
  insecure_sources: z.array(z.string()).default([]),
  source_authorities: z.record(z.string(), z.array(authority)).default({}),
  proxies: z.strictObject({ http_proxy: url, https_proxy: url, no_proxy: url }).nullish(),
});

/**
 * The settings of a document in the format of `sources.yml`. Reads the certificates that it names; a relative path begins at the
 * working directory. Rejects with an Error that says in one line what is wrong.
 */
export async function readSourceSettings(document: unknown): Promise<SourceSettings> {
  const parsed = schema.safeParse(document ?? {});
  if (parsed.error !== undefined) throw new Error(describeSchemaError(parsed.error));
  const { insecure_sources, source_authorities, proxies } = parsed.data;
  const authorities = await Promise.all(
    Object.entries(source_authorities).map(
      async ([host, given]) =>
        [host, await Promise.all(given.map((one) => readCertificates(host, one)))] as const,
    ),
  );
  return {
    insecureHosts: insecure_sources,
    authorities: Object.fromEntries(authorities),
    proxies: proxies
      ? { http: proxies.http_proxy ?? '', https: proxies.https_proxy ?? '', except: proxies.no_proxy ?? '' }
      : undefined,
  };
}

async function readCertificates(host: string, given: Authority): Promise<string> {
  const place = given.type === 'Path' ? given.path : 'the data';
  const content = given.type === 'Path' ? await readPath(host, given.path) : Buffer.from(given.data);
  try {
    const isText = content.includes('-----BEGIN');
    const first = new X509Certificate(content);
    return isText ? content.toString() : first.toString();
  } catch (cause) {
    throw new Error(`source_authorities "${host}": ${place} is not a certificate in PEM or DER`, { cause });
  }
}

async function readPath(host: string, path: string): Promise<Buffer> {
  try {
    return await readRegularFile(path);
  } catch (cause) {
    throw new Error(`source_authorities "${host}": ${path} cannot be read: ${describeSystemError(cause)}`, {
      cause,
    });
  }
}
