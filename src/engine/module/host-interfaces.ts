import type { ExecutionMode } from '../program/admission-response.ts';
import { wasiInterface } from './wasi-interface.ts';

export type HostInterface = {
  /** What a module of this kind has to export. */
  readonly exports: Readonly<Record<string, WebAssembly.ExternalKind>>;
  /** The functions that it may import, by module and name, with their types as `readFunctionTypes` writes them. */
  readonly imports: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Whether it may import its memory. */
  readonly memory?: true;
};

const functions = (...names: readonly string[]): Record<string, WebAssembly.ExternalKind> =>
  Object.fromEntries(names.map((name) => [name, 'function']));

const rego: HostInterface = {
  exports: functions(
    'builtins',
    'entrypoints',
    'eval',
    'opa_eval_ctx_new',
    'opa_eval_ctx_set_input',
    'opa_eval_ctx_set_data',
    'opa_eval_ctx_set_entrypoint',
    'opa_eval_ctx_get_result',
    'opa_heap_ptr_get',
    'opa_heap_ptr_set',
    'opa_malloc',
    'opa_json_parse',
    'opa_json_dump',
  ),
  imports: {
    ...wasiInterface,
    env: {
      opa_abort: 'i>',
      opa_println: 'i>',
      opa_builtin0: 'ii>i',
      opa_builtin1: 'iii>i',
      opa_builtin2: 'iiii>i',
      opa_builtin3: 'iiiii>i',
      opa_builtin4: 'iiiiii>i',
    },
  },
  memory: true,
};

const hostCall = 'iiiiiiii>i';

/** What host and module must have in common, so that it can be checked before the first evaluation. */
export const hostInterfaces: Readonly<Record<ExecutionMode, HostInterface>> = {
  'kubewarden-wapc': {
    exports: { memory: 'memory', __guest_call: 'function' },
    imports: {
      ...wasiInterface,
      wapc: {
        __guest_request: 'ii>',
        __guest_response: 'ii>',
        __guest_error: 'ii>',
        __host_call: hostCall,
        __host_response_len: '>i',
        __host_response: 'i>',
        __host_error_len: '>i',
        __host_error: 'i>',
        __console_log: 'ii>',
      },
    },
  },
  wasi: {
    exports: { memory: 'memory', _start: 'function' },
    imports: { ...wasiInterface, host: { call: hostCall }, 'kubewarden:javy/host': { call: hostCall } },
  },
  opa: rego,
  gatekeeper: rego,
};
