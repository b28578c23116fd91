import type { ExecutionMode } from './admission-response.ts';

export type HostInterface = {
  /** What a module of this kind has to export. */
  readonly exports: Readonly<Record<string, WebAssembly.ExternalKind>>;
  /** What it may import, beside WASI, by module and name. */
  readonly imports: Readonly<Record<string, readonly string[]>>;
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
    env: [
      'memory',
      'opa_abort',
      'opa_println',
      'opa_builtin0',
      'opa_builtin1',
      'opa_builtin2',
      'opa_builtin3',
      'opa_builtin4',
    ],
  },
};

/** What host and module must have in common, so that it can be checked before the first evaluation. */
export const hostInterfaces: Readonly<Record<ExecutionMode, HostInterface>> = {
  'kubewarden-wapc': {
    exports: { memory: 'memory', __guest_call: 'function' },
    imports: {
      wapc: [
        '__guest_request',
        '__guest_response',
        '__guest_error',
        '__host_call',
        '__host_response_len',
        '__host_response',
        '__host_error_len',
        '__host_error',
        '__console_log',
      ],
    },
  },
  wasi: {
    exports: { memory: 'memory', _start: 'function' },
    imports: { host: ['call'], 'kubewarden:javy/host': ['call'] },
  },
  opa: rego,
  gatekeeper: rego,
};
