import { parseExactJson } from '../../text/index.ts';
import type { AnswerRequest } from './answers.ts';
import type { InventorySource, ListedObject } from './inventory.ts';
import type { HostRequest } from './requests.ts';
import type { Exchange } from './session.ts';
import type { TypeName } from './snapshot.ts';

/** Asks as before, and tells each different question with its first answer. */
export function recordAnswers(
  answer: AnswerRequest,
  onExchange: (exchange: Exchange) => void,
): AnswerRequest {
  const known = new Set<string>();
  const record = (request: HostRequest, toResponse: () => Exchange['response']): void => {
    const key = toKey(request);
    if (known.has(key)) return;
    known.add(key);
    onExchange({ request, response: toResponse() });
  };
  return async (request, signal, policy) => {
    try {
      const payload = await answer(request, signal, policy);
      record(request, () => ({ payload: Buffer.from(payload).toString() }));
      return payload;
    } catch (thrown) {
      signal.throwIfAborted();
      record(request, () => ({ error: thrown instanceof Error ? thrown.message : String(thrown) }));
      throw thrown;
    }
  };
}

/**
 * Gives the recorded answers and nothing else. A scan asks in any order, so questions are told by what they say; where one was
 * recorded several times, the answers come one after another, and the last one stays.
 */
export function replayAnswers(session: readonly Exchange[], name: string): AnswerRequest {
  const answers = new Map<string, Exchange['response'][]>();
  for (const { request, response } of session) {
    const key = toKey(request);
    answers.set(key, [...(answers.get(key) ?? []), response]);
  }
  return async (request) => {
    const known = answers.get(toKey(request)) ?? [];
    const response = known.length > 1 ? known.shift() : known[0];
    if (response === undefined) throw new Error(unexpected(request, name));
    if ('error' in response) throw new Error(response.error);
    return Promise.resolve(Buffer.from(response.payload));
  };
}

/** Field by field, because documents are left out of what policies say of their errors. */
function unexpected({ type, ...fields }: HostRequest, name: string): string {
  const question = Object.entries(fields).map(([field, value]) => `${field}: ${JSON.stringify(value)}`);
  return `Replay error: unexpected request: ${name} has no answer to ${type} with ${question.join(', ')}`;
}

/** What a Rego policy reads, from the answers that another policy would be given. */
export function readInventoryFrom(answer: AnswerRequest): InventorySource {
  const ask = async (request: HostRequest, signal: AbortSignal): Promise<unknown> =>
    parseExactJson(Buffer.from(await answer(request, signal)).toString());
  return {
    readObjects: async (type, signal) => {
      const selection = { label_selector: undefined, field_selector: undefined, field_masks: undefined };
      const request = { type: 'KubernetesListResourceAll', ...toFields(type), ...selection } as const;
      const list = await ask(request, signal);
      const items: unknown = isObject(list) ? list['items'] : undefined;
      if (!Array.isArray(items)) throw new Error('the answer is not a list of objects');
      return items.map(toListedObject);
    },
    readPlural: async (type, signal) =>
      String(await ask({ type: 'KubernetesGetResourcePluralName', ...toFields(type) }, signal)),
  };
}

function toFields({ apiVersion, kind }: TypeName): { api_version: string; kind: string } {
  return { api_version: apiVersion, kind };
}

function toListedObject(item: unknown): ListedObject {
  const metadata: unknown = isObject(item) ? item['metadata'] : undefined;
  const { name, namespace }: Readonly<Record<string, unknown>> = isObject(metadata) ? metadata : {};
  if (typeof name !== 'string') throw new Error('DynamicObject does not have a name');
  const json = Buffer.from(JSON.stringify(item));
  return { namespace: typeof namespace === 'string' ? namespace : undefined, name, json };
}

/** The same for requests that say the same. */
function toKey(request: HostRequest): string {
  return JSON.stringify(request, (_key, value: unknown) =>
    isObject(value) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value,
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
