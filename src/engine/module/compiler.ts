import { createHash } from 'node:crypto';
import type { ExecutionMode } from '../program/admission-response.ts';
import { isModule, readSections } from './binary.ts';
import { readFunctionTypes } from './function-types.ts';
import { type HostInterface, hostInterfaces } from './host-interfaces.ts';
import { readImports } from './import-section.ts';
import { readExecutionMode } from './metadata.ts';
import { findExcess } from './module-limits.ts';
import { makeRewindable } from './rewindable.ts';

export type CompiledModule = {
  readonly module: WebAssembly.Module;
  readonly mode: ExecutionMode;
  /** Whether its instances can be set back. */
  readonly rewindable: boolean;
};

/** Compiles a module and checks that it can be run. Rejects with an Error that says in one line why it cannot. */
export type Compile = (wasm: Uint8Array) => Promise<CompiledModule>;

/** Policies often share a module: each is compiled once, whatever it is called. */
export function createCompiler(): Compile {
  const compiled = new Map<string, Promise<CompiledModule>>();
  return (wasm) => {
    const digest = createHash('sha256').update(wasm).digest('hex');
    const compiling = compiled.get(digest) ?? compileModule(wasm);
    compiled.set(digest, compiling);
    return compiling;
  };
}

async function compileModule(wasm: Uint8Array): Promise<CompiledModule> {
  const excess = findExcess(wasm);
  if (excess !== undefined) throw new Error(excess);
  const { module, rewindable } = await compileRewindable(wasm);
  const mode = readExecutionMode(wasm);
  checkImports(wasm, hostInterfaces[mode]);
  checkExports(module, hostInterfaces[mode]);
  return { module, mode, rewindable };
}

/** The module so that its instances can be set back, where that can be done. */
async function compileRewindable(wasm: Uint8Array): Promise<Omit<CompiledModule, 'mode'>> {
  const rewritten = makeRewindable(wasm);
  const asItIs = async (): Promise<Omit<CompiledModule, 'mode'>> => ({
    module: await compile(wasm),
    rewindable: false,
  });
  if (rewritten === undefined) return asItIs();
  // Of a module that is not valid the engine speaks better by its own bytes.
  return compile(rewritten).then((module) => ({ module, rewindable: true }), asItIs);
}

async function compile(wasm: Uint8Array): Promise<WebAssembly.Module> {
  if (!isModule(wasm)) throw new Error('it is not a WebAssembly module');
  try {
    return await WebAssembly.compile(wasm);
  } catch (cause) {
    const words = cause instanceof Error ? cause.message : String(cause);
    const why = words.replace(/^WebAssembly\.compile\(\): /, '');
    throw new Error(`it is damaged, or needs a newer version of Node.js: ${why}`, { cause });
  }
}

/** V8 takes any function for any type, and then a policy would be asked in another way than it thinks. */
function checkImports(wasm: Uint8Array, { imports, memory }: HostInterface): void {
  const sections = readSections(wasm);
  const types = readFunctionTypes(wasm, sections);
  for (const { from, name, kind, type } of readImports(wasm, sections)) {
    if (kind === 'memory' && memory && from === 'env' && name === 'memory') continue;
    const wanted = kind === 'function' ? findType(imports, from, name) : undefined;
    if (wanted === undefined)
      throw new Error(`it imports the ${kind} ${from}.${name}, which no policy server provides`);
    if (types[type] !== wanted)
      throw new Error(`it imports ${from}.${name} as another type of function than policy servers provide`);
  }
}

function findType(imports: HostInterface['imports'], from: string, name: string): string | undefined {
  const functions = Object.hasOwn(imports, from) ? imports[from] : undefined;
  return functions !== undefined && Object.hasOwn(functions, name) ? functions[name] : undefined;
}

function checkExports(module: WebAssembly.Module, { exports }: HostInterface): void {
  const exported = new Map(WebAssembly.Module.exports(module).map(({ name, kind }) => [name, kind]));
  for (const [name, kind] of Object.entries(exports)) {
    const found = exported.get(name);
    if (found === undefined) throw new Error(`it does not export the ${kind} ${name}`);
    if (found !== kind) throw new Error(`its export ${name} is a ${found} and no ${kind}`);
  }
}
