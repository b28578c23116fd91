import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { request } from 'undici';
import { type RealServerOptions, startRealPolicyServer } from '../support/real-policy-server.ts';
import { type CaseGroup, type CasePolicy, isGroup, type RecordedAnswer } from './case.ts';
import type { ModuleSource } from './module-source.ts';

/** A real policy-server of Kubewarden with the policies of a suite, and what it answers. */
export type AskedServer = {
  readonly ask: (policy: string, review: string) => Promise<RecordedAnswer>;
  readonly close: () => Promise<void>;
};

export type AskedServerOptions = Omit<RealServerOptions, 'policies' | 'flags'> & {
  readonly policies: Readonly<Record<string, CasePolicy | CaseGroup>>;
};

/** Starts the server and waits until it has loaded the policies. */
export async function startAskedServer(options: AskedServerOptions): Promise<AskedServer> {
  const { url, close } = await startRealPolicyServer({
    ...options,
    policies: await describeAll(options),
    flags: ['--continue-on-errors', '--log-no-color'],
  });
  return {
    close,
    ask: async (policy, review) => {
      const answer = await request(`${url}/audit/${policy}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: review,
      });
      const text = await answer.body.text();
      if (answer.statusCode === 400 || answer.statusCode === 422) return { refused: true };
      if (answer.statusCode !== 200) throw new Error(`${policy}: HTTP ${answer.statusCode}: ${text}`);
      return readAnswer((JSON.parse(text) as { response: ServerResponse }).response);
    },
  };
}

type ServerStatus = { readonly message?: string; readonly code?: number; readonly details?: unknown };
type ServerResponse = {
  readonly allowed: boolean;
  readonly status?: ServerStatus | null;
  readonly patch?: string | null;
  readonly warnings?: readonly string[] | null;
  readonly auditAnnotations?: Readonly<Record<string, string>> | null;
};

/**
 * What counts of an AdmissionResponse, whoever gives it. Of a guest that was ended by a trap only that is told: where it was depends on the
 * compiler.
 */
export function readAnswer(response: ServerResponse): RecordedAnswer {
  const { allowed, status, patch, warnings, auditAnnotations } = response;
  return {
    allowed,
    ...(status && { status: JSON.parse(JSON.stringify(status, tellPlainly)) as ServerStatus }),
    ...(patch && { patch: JSON.parse(Buffer.from(patch, 'base64').toString()) as unknown }),
    ...(warnings && { warnings }),
    ...(auditAnnotations && { auditAnnotations }),
  };
}

/** The causes of a group are in no order; nulls are nothing. */
function tellPlainly(key: string, value: unknown): unknown {
  if (key === 'causes' && Array.isArray(value))
    return (value as readonly { readonly field: string }[]).toSorted((a, b) => (a.field < b.field ? -1 : 1));
  if (typeof value !== 'string') return value ?? undefined;
  return value.replace(/(?:error while executing at wasm backtrace|wasm trap):[^]*$/, 'a trap').trimEnd();
}

async function describeAll({ policies, folder }: AskedServerOptions): Promise<object> {
  let modules = 0;
  const save = async (module: ModuleSource): Promise<string> => {
    modules += 1;
    const path = join(folder, `${modules}.wasm`);
    await writeFile(path, await module.load());
    return `file://${path}`;
  };
  const describe = async ({ module, ...rest }: CasePolicy): Promise<object> => ({
    ...rest,
    module: await save(module),
  });
  const described = Object.entries(policies).map(async ([name, policy]) => {
    if (!isGroup(policy)) return [name, { ...(await describe(policy)), allowedToMutate: true }] as const;
    const members = await Promise.all(
      Object.entries(policy.policies).map(async ([member, one]) => [member, await describe(one)] as const),
    );
    return [name, { ...policy, policies: Object.fromEntries(members) }] as const;
  });
  return Object.fromEntries(await Promise.all(described)) as object;
}
