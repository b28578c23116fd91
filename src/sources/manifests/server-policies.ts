import { z } from 'zod';
import type { ModuleUse, PolicyExecution } from '../../domain/index.ts';
import { moduleUseSchema, optional, withDefault } from '../index.ts';
import { isJsonObject } from './objects.ts';

/** One entry of a policy-server's `policies.yml`. */
export type ServerPolicy = {
  readonly name: string;
  readonly mode: 'protect' | 'monitor';
  readonly execution: PolicyExecution;
};

const moduleSchema = z.object({
  ...moduleUseSchema,
  // Here, unlike in the custom resources, nothing is granted that is not written down.
  hostCapabilities: withDefault(z.array(z.string()), []),
  module: optional(z.string()),
  url: optional(z.string()),
});

const entrySchema = moduleSchema.extend({
  policyMode: withDefault(z.enum(['protect', 'monitor']), 'protect'),
  message: optional(z.string()),
  expression: optional(z.string()),
  policies: optional(z.record(z.string(), moduleSchema)),
});

/** Whether a document without apiVersion and kind looks like such a file: every entry names a module, or a group of them. */
export function isServerConfig(value: unknown): value is Readonly<Record<string, unknown>> {
  if (!isJsonObject(value)) return false;
  const entries = Object.values(value);
  return (
    entries.length > 0 &&
    entries.every((entry) => isJsonObject(entry) && entryKeys.some((key) => key in entry))
  );
}

const entryKeys = ['module', 'url', 'policies'];

/** Reads one entry; a text says what is wrong with it. */
export function parseServerPolicy(name: string, entry: unknown): ServerPolicy | string {
  const { data, error } = entrySchema.safeParse(entry);
  if (error !== undefined) {
    const [issue] = error.issues;
    return `${issue?.path.map(String).join('.') ?? ''}: ${issue?.message ?? ''}`;
  }
  const execution = data.policies === undefined ? toSingle(data) : toGroup(data);
  return typeof execution === 'string' ? execution : { name, mode: data.policyMode, execution };
}

type Entry = z.infer<typeof entrySchema>;

function toSingle(entry: Entry): PolicyExecution | string {
  const use = toModuleUse(entry);
  return use === undefined ? 'it names no module' : { kind: 'single', ...use };
}

function toGroup({ policies = {}, expression = '', message = '' }: Entry): PolicyExecution | string {
  const members: Record<string, ModuleUse> = {};
  for (const [member, value] of Object.entries(policies)) {
    const use = toModuleUse(value);
    if (use === undefined) return `its member "${member}" names no module`;
    members[member] = use;
  }
  return { kind: 'group', members, expression, message };
}

function toModuleUse(entry: z.infer<typeof moduleSchema>): ModuleUse | undefined {
  const { settings, contextAwareResources, timeoutEvalSeconds, hostCapabilities } = entry;
  const module = entry.module ?? entry.url;
  return module === undefined
    ? undefined
    : { module, settings, contextAwareResources, timeoutEvalSeconds, hostCapabilities };
}
