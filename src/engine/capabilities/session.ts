import { CORE_SCHEMA, load } from 'js-yaml';
import { z } from 'zod';
import { type HostRequest, toHostRequest } from './requests.ts';

/** One question of a policy and what it was told, as kwctl keeps them. */
export type Exchange = {
  readonly request: HostRequest;
  readonly response: { readonly payload: string } | { readonly error: string };
};

const sessionSchema = z.array(
  z.object({
    type: z.literal('Exchange'),
    request: z.string(),
    response: z.discriminatedUnion('type', [
      z.object({ type: z.literal('Success'), payload: z.string() }),
      z.object({ type: z.literal('Error'), message: z.string() }),
    ]),
  }),
);

/** Whether something has changed since then: nothing of a scan does, so nobody asks. */
const neverAsked = 'HasKubernetesListResourceAllResultChangedSinceInstant';

/** Reads what kwctl or formatExchange wrote. Throws an Error that says in one line what is wrong with it. */
export function parseSession(text: string): readonly Exchange[] {
  const document = sessionSchema.safeParse(parseYaml(text));
  const [issue] = document.error?.issues ?? [];
  if (issue !== undefined)
    throw new Error(`it is not a list of exchanges: ${issue.path.join('.')}: ${issue.message}`);
  return (document.data ?? []).flatMap(({ request, response }, index) => {
    const [, tag, fields = ''] = /^\s*(?:---\s+)?!(\w+)([\s\S]*)$/.exec(request) ?? [];
    if (tag === undefined)
      throw new Error(`exchange ${index + 1}: the request has no type like !KubernetesGetResource`);
    if (tag === neverAsked) return [];
    try {
      const asked = toHostRequest(tag, parseYaml(fields));
      return [
        {
          request: asked,
          response: response.type === 'Success' ? { payload: response.payload } : { error: response.message },
        },
      ];
    } catch (cause) {
      throw new Error(`exchange ${index + 1}: ${describe(cause)}`, { cause });
    }
  });
}

/** One exchange as an element of a YAML list, which kwctl can read. */
export function formatExchange({ request, response }: Exchange): string {
  const fields = Object.entries(withTime(request)).filter(
    ([name, value]) => name !== 'type' && value !== undefined,
  );
  const lines = fields.map(([name, value]) => `    ${name}: ${toFlow(value)}\n`);
  const answer =
    'error' in response
      ? `    type: Error\n    message: ${quote(response.error)}\n`
      : `    type: Success\n    payload: ${quote(response.payload)}\n`;
  return `- type: Exchange\n  request: |\n    !${request.type}\n${lines.join('')}  response:\n${answer}`;
}

/** kwctl takes a field that is not there for one that is null, but not this one. */
function withTime(request: HostRequest): object {
  if (request.type !== 'CryptoIsCertificateTrusted') return request;
  return { request: { ...request.request, not_after: request.request.not_after ?? null } };
}

/** In single quotes where that is possible, because JSON has so many double ones. */
function quote(text: string): string {
  const isPlain = /^[\x20-\x7e\xa0-\u2027\u202a-\ud7ff]*$/.test(text);
  return isPlain ? `'${text.replaceAll("'", "''")}'` : toFlow(text);
}

/** JSON is YAML, but for characters that YAML takes for line breaks or not at all. */
function toFlow(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function parseYaml(text: string): unknown {
  try {
    return load(text, { schema: CORE_SCHEMA });
  } catch (cause) {
    throw new Error(`it is not YAML: ${describe(cause)}`, { cause });
  }
}

function describe(error: unknown): string {
  const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n', 1);
  return line;
}
