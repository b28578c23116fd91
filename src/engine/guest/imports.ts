export type HostFunctions = Readonly<Record<string, WebAssembly.ImportedFunction>>;

/** The functions that a kind of host has, by import module; `wasi` stands for all versions of the interface. */
export type HostModules = Readonly<Record<string, HostFunctions>>;

const notImplemented = 52;

/** What the module asks for. What is not a function, or unknown, was refused when the policy was loaded. */
export function provideImports(module: WebAssembly.Module, host: HostModules): WebAssembly.Imports {
  const imports: Record<string, Record<string, WebAssembly.ImportedFunction>> = {};
  for (const { module: from, name } of WebAssembly.Module.imports(module)) {
    const functions = host[isWasi(from) ? 'wasi' : from];
    const provided = functions !== undefined && Object.hasOwn(functions, name) ? functions[name] : undefined;
    (imports[from] ??= {})[name] = provided ?? (() => notImplemented);
  }
  return imports;
}

function isWasi(module: string): boolean {
  return module.startsWith('wasi_');
}
