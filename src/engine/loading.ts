import type { ReadInventory } from './capabilities/inventory.ts';
import { findPatternError } from './capabilities/paths.ts';
import { writeJson } from './guest/guest-request.ts';
import { writeData } from './guest/rego/data.ts';
import type { Compile } from './module/compiler.ts';
import type { ExecutionMode } from './program/admission-response.ts';
import { EngineError, type EngineErrorKind } from './program/engine-error.ts';
import { type Expression, membersOf, parseExpression } from './program/expression.ts';
import type {
  GroupProgram,
  ModuleProgram,
  PolicyProgram,
  RunnableModule,
  RunnableProgram,
} from './program/program.ts';

export type LoadOptions = {
  readonly compile: Compile;
  readonly readInventory: ReadInventory;
  /** The limit of policies that have none of their own. */
  readonly timeoutMs: number;
};

/** Makes a policy's program ready to run. Rejects with an EngineError, or when the signal aborts. */
export async function loadProgram(
  { name, program }: { readonly name: string; readonly program: PolicyProgram },
  options: LoadOptions,
  signal: AbortSignal,
): Promise<RunnableProgram> {
  if (program.kind === 'single') {
    const guest = await loadModule({ name, program }, options, signal);
    return { kind: 'single', guest };
  }
  const expression = readExpression(name, program);
  const members = await Promise.all(
    Object.entries(program.members).map(async ([member, part]) => ({
      name: member,
      guest: await loadModule({ name: `${name}/${member}`, program: part }, options, signal),
    })),
  );
  return { kind: 'group', name, members, expression, message: program.message };
}

function readExpression(name: string, { expression, members }: GroupProgram): Expression {
  const invalid = (why: string): EngineError =>
    new EngineError(
      'settings-invalid',
      `Policy settings are invalid: ${name}: the expression "${expression}" cannot be used: ${why}`,
    );
  let parsed: Expression;
  try {
    parsed = parseExpression(expression);
  } catch (error) {
    throw invalid(describe(error));
  }
  const unknown = [...membersOf(parsed)].filter((member) => !Object.hasOwn(members, member));
  if (unknown.length > 0) throw invalid(`the group has no policy ${unknown.join(', ')}`);
  return parsed;
}

type NamedModule = { readonly name: string; readonly program: ModuleProgram };

async function loadModule(
  { name, program }: NamedModule,
  options: LoadOptions,
  signal: AbortSignal,
): Promise<RunnableModule> {
  const { hostCapabilities, contextAwareResources, timeoutEvalSeconds } = program;
  const pattern = findPatternError(hostCapabilities);
  if (pattern !== undefined) throw fault('not-runnable', name, pattern);
  const settings = writeSettings(name, program.settings);
  const { module, mode, rewindable } = await options
    .compile(program.wasm)
    .catch((error: unknown) => Promise.reject(fault('not-runnable', name, describe(error))));
  const data = isRego(mode) ? await readData(mode, { name, program }, { options, signal }) : new Uint8Array();
  const timeoutMs = timeoutEvalSeconds === undefined ? options.timeoutMs : timeoutEvalSeconds * 1000;
  return { mode, module, rewindable, settings, timeoutMs, contextAwareResources, hostCapabilities, data };
}

async function readData(
  mode: 'opa' | 'gatekeeper',
  { name, program }: NamedModule,
  { options, signal }: { readonly options: LoadOptions; readonly signal: AbortSignal },
): Promise<Uint8Array> {
  const { contextAwareResources: resources, settings } = program;
  if (resources.length === 0) return writeData(mode, settings, undefined);
  try {
    return writeData(mode, settings, await options.readInventory(mode, resources, signal));
  } catch (error) {
    signal.throwIfAborted();
    throw new EngineError('data-missing', toMessage(name, describe(error)));
  }
}

function isRego(mode: ExecutionMode): mode is 'opa' | 'gatekeeper' {
  return mode === 'opa' || mode === 'gatekeeper';
}

function writeSettings(name: string, settings: unknown): string {
  if (settings === undefined || settings === null) return '{}';
  if (typeof settings !== 'object' || Array.isArray(settings))
    throw fault('settings-invalid', name, 'Invalid settings in CRD, not an object');
  return writeJson(settings);
}

function fault(kind: EngineErrorKind, name: string, why: string): EngineError {
  return new EngineError(kind, toMessage(name, why));
}

function toMessage(name: string, why: string): string {
  return `policy "${name}" cannot be run: ${why}`;
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
