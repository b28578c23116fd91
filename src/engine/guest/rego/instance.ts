import { SerdeError } from '../../serde/cursor.ts';
import { isObject, type JsonValue, parseValue, writeValue } from '../../serde/value.ts';
import { describeTrap, getFunction } from '../guest.ts';
import { createGuestMemory, decodeStrict, encodeText, type GuestMemory } from '../guest-memory.ts';
import { provideImports } from '../imports.ts';
import { maxTextBytes } from '../text-limit.ts';
import { BuiltinError } from './builtin-error.ts';
import { callBuiltin, dependsOnMoment } from './builtins.ts';

/** A failure of the policy's evaluation, in the words of policy-server's own Rego engine. */
export class RegoError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'RegoError';
  }
}

/** A running module that OPA's compiler made. All methods throw a RegoError or a BuiltinError. */
export type RegoInstance = {
  /** The builtins that the module needs from its host. */
  readonly builtins: readonly string[];
  readonly setData: (data: Uint8Array) => void;
  /** Evaluates the first entrypoint on the data. The text of a JSON list of results. */
  readonly evaluate: (input: Uint8Array) => string;
  /** In bytes. */
  readonly memorySize: () => number;
};

const initialPages = 5;
const firstEntrypoint = 0;

export function createRegoInstance(
  module: WebAssembly.Module,
  { log, look }: { readonly log: (line: Uint8Array) => void; readonly look: () => void },
): RegoInstance {
  const names = new Map<number, string>();
  const heap = openHeap(module, {
    log,
    invoke: (id, values) => invoke(names.get(id) ?? `number ${id}`, values, look),
  });
  const { call } = heap;
  guard(() => {
    checkEntrypoints(readNumbers(heap.pull(call('entrypoints'))));
    for (const [name, id] of readNumbers(heap.pull(call('builtins')))) names.set(id, name);
  });
  const emptyHeap = call('opa_heap_ptr_get');
  let data = 0;
  let dataHeap = emptyHeap;
  return {
    builtins: [...names.values()],
    memorySize: heap.size,
    setData: (bytes) => {
      guard(() => {
        call('opa_heap_ptr_set', emptyHeap);
        data = heap.push(bytes);
        dataHeap = call('opa_heap_ptr_get');
      });
    },
    // Forgets what the last evaluation left behind: the heap starts after the data again, with empty lists of free blocks.
    evaluate: (input) =>
      guard(() => {
        call('opa_heap_ptr_set', dataHeap);
        const value = heap.push(input);
        const context = call('opa_eval_ctx_new');
        call('opa_eval_ctx_set_input', context, value);
        call('opa_eval_ctx_set_data', context, data);
        call('opa_eval_ctx_set_entrypoint', context, firstEntrypoint);
        guard(() => call('eval', context), 'error invoking opa_eval function: ');
        return heap.dump(call('opa_eval_ctx_get_result', context));
      }),
  };
}

function invoke(name: string, values: readonly JsonValue[], look: () => void): JsonValue {
  if (dependsOnMoment(name)) look();
  return callBuiltin(name, values);
}

/** Values in the memory of the guest, by their address. */
type Heap = {
  readonly call: (name: string, ...parameters: number[]) => number;
  readonly push: (json: Uint8Array) => number;
  readonly dump: (value: number) => string;
  readonly pull: (value: number) => JsonValue;
  readonly size: () => number;
};

type HostSide = {
  readonly log: (line: Uint8Array) => void;
  readonly invoke: (id: number, values: readonly JsonValue[]) => JsonValue;
};

function openHeap(module: WebAssembly.Module, { log, invoke }: HostSide): Heap {
  const memory = createGuestMemory();
  const shared = new WebAssembly.Memory({ initial: initialPages });
  memory.attach(shared);
  const print = (address = 0): number => {
    log(readBytes(memory, address));
    return 0;
  };
  const builtin = (...[id = 0, , ...addresses]: number[]): number =>
    push(encodeText(writeValue(invoke(id, pullAll(addresses)))));
  const builtins = [0, 1, 2, 3, 4].map((count) => [`opa_builtin${count}`, builtin] as const);
  const env = { opa_abort: print, opa_println: print, ...Object.fromEntries(builtins) };
  const instance = instantiate(module, provideImports(module, { env }), shared);
  const call: Heap['call'] = (name, ...parameters) => getFunction(instance, name)?.(...parameters) ?? 0;
  const dump = (value: number): string => readText(memory, call('opa_json_dump', value));
  const pull = (value: number): JsonValue => parse(dump(value));
  const pullAll = (values: readonly number[]): readonly JsonValue[] => {
    const texts = values.map(dump);
    checkSize(texts.reduce((sum, { length }) => sum + length, 0));
    return texts.map(parse);
  };
  function push(bytes: Uint8Array): number {
    const address = call('opa_malloc', bytes.length);
    memory.write(address, bytes);
    const value = call('opa_json_parse', address, bytes.length);
    if (value === 0) throw new RegoError('Rego wasm error: cannot parse JSON inside of the policy');
    return value;
  }
  return { call, push, dump, pull, size: memory.size };
}

function instantiate(
  module: WebAssembly.Module,
  imports: WebAssembly.Imports,
  memory: WebAssembly.Memory,
): WebAssembly.Instance {
  try {
    return new WebAssembly.Instance(module, { ...imports, env: { ...imports['env'], memory } });
  } catch (cause) {
    throw new RegoError(`wasm engine error: linker cannot create instance: ${describeTrap(cause)}`, {
      cause,
    });
  }
}

function readText(memory: GuestMemory, address: number): string {
  const bytes = readBytes(memory, address);
  checkSize(bytes.length);
  try {
    return decodeStrict(bytes);
  } catch (cause) {
    throw new RegoError('Rego wasm error: the policy made a text that is no UTF-8', { cause });
  }
}

function parse(text: string): JsonValue {
  try {
    return parseValue(text);
  } catch (cause) {
    if (!(cause instanceof SerdeError)) throw cause;
    throw new RegoError(`cannot convert data read from memory into utf8 String: ${cause.message}`, { cause });
  }
}

function checkSize(bytes: number): void {
  if (bytes > maxTextBytes)
    throw new RegoError(`Rego wasm error: the policy made a text of more than ${maxTextBytes} bytes`);
}

/** A text of C: it ends before the first zero. */
function readBytes(memory: GuestMemory, address: number): Uint8Array {
  const start = address >>> 0;
  const bytes = memory.view(start, memory.size() - start);
  const end = bytes.indexOf(0);
  if (end === -1) throw new RegoError('Rego wasm error: the policy made a text without an end');
  return bytes.subarray(0, end);
}

function checkEntrypoints(entrypoints: readonly NamedNumber[]): void {
  if (!entrypoints.some(([, id]) => id === firstEntrypoint))
    throw new RegoError('Rego wasm error: Cannot find the specified entrypoint 0 inside of {}');
}

type NamedNumber = readonly [name: string, id: number];

function readNumbers(value: JsonValue): readonly NamedNumber[] {
  return isObject(value) ? Object.entries(value).map(([name, id]) => [name, Number(id)] as const) : [];
}

function guard<T>(run: () => T, doing = ''): T {
  try {
    return run();
  } catch (thrown) {
    if (thrown instanceof RegoError || thrown instanceof BuiltinError) throw thrown;
    throw new RegoError(`wasm engine error: ${doing}${describeTrap(thrown)}`, { cause: thrown });
  }
}
