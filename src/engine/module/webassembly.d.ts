/** The part of the WebAssembly interface that is used. TypeScript has it in its browser library only. */
declare namespace WebAssembly {
  class Module {
    /** Opaque: a module has no members, and must not be mistaken for any object. */
    private readonly brand: never;
    static customSections(module: Module, name: string): ArrayBuffer[];
    static imports(module: Module): { module: string; name: string; kind: ExternalKind }[];
    static exports(module: Module): { name: string; kind: ExternalKind }[];
  }
  class Instance {
    constructor(module: Module, imports: Imports);
    readonly exports: Readonly<Record<string, unknown>>;
  }
  class Memory {
    private readonly brand: never;
    constructor(descriptor: { initial: number; maximum?: number });
    readonly buffer: ArrayBuffer;
  }
  class Global {
    private readonly brand: never;
    constructor(descriptor: { value: 'i32'; mutable: boolean }, value: number);
    value: number | bigint;
  }
  class CompileError extends Error {}
  class LinkError extends Error {}
  class RuntimeError extends Error {}
  type ExternalKind = 'function' | 'table' | 'memory' | 'global' | 'tag';
  type ImportedFunction = (...parameters: never[]) => unknown;
  type Imports = Record<string, Record<string, ImportedFunction | Memory>>;
  function compile(bytes: Uint8Array): Promise<Module>;
}
