import { grants, type HostOperations, hostOperations } from '../capabilities/paths.ts';
import type { Grants } from '../program/program.ts';
import { decodeLossy } from './guest-memory.ts';
import { parseObject } from './json-object.ts';

export type HostCall = {
  readonly binding: string;
  readonly namespace: string;
  readonly operation: string;
  readonly payload: Uint8Array;
};

export type HostCallResult = { readonly payload: Uint8Array } | { readonly error: string };

/** Asks the main thread, and blocks until there is an answer. */
export type HostAsker = { readonly ask: (call: HostCall) => HostCallResult };

/** What a guest may ask of its host. */
export type Host = {
  readonly call: (call: HostCall) => HostCallResult;
  readonly log: (level: string, line: Uint8Array) => void;
  /** Notes that the guest learns something that its question does not say, so that it may answer it otherwise another time. */
  readonly look: () => void;
};

export type HostOptions = {
  readonly program: Grants;
  readonly channel: HostAsker;
  readonly onLog: (level: string, message: string) => void;
  readonly onLook: () => void;
};

const nothing = new Uint8Array();
const maxLineBytes = 4096;

/** Checks what the policy was granted, and passes on the rest. */
export function createHost({ program, channel, onLog, onLook }: HostOptions): Host {
  return {
    call: (call) => {
      if (call.binding !== 'kubewarden') return { error: `unknown binding: ${call.binding}` };
      // Nobody needs a grant to write to the log.
      if (call.namespace === 'tracing') return trace(call, onLog);
      onLook();
      const refusal = refuse(call, program);
      if (refusal === undefined) return channel.ask(call);
      onLog('error', refusal);
      return { error: refusal };
    },
    log: (level, line) => {
      onLog(level, decodeLossy(line.subarray(0, maxLineBytes)).trimEnd());
    },
    look: onLook,
  };
}

function trace({ operation, payload }: HostCall, onLog: HostOptions['onLog']): HostCallResult {
  if (operation !== 'log') return { error: `unknown operation: ${operation}` };
  logEvent(payload, onLog);
  return { payload: nothing };
}

/** A message that nobody can read is dropped: logging never fails. */
function logEvent(payload: Uint8Array, onLog: HostOptions['onLog']): void {
  if (payload.length > maxLineBytes * 4) return;
  try {
    const { level, message } = parseObject(payload);
    if (typeof level === 'string' && typeof message === 'string')
      onLog(level.toLowerCase(), message.slice(0, maxLineBytes).trimEnd());
  } catch {
    // See above.
  }
}

function refuse({ namespace, operation, payload }: HostCall, program: Grants): string | undefined {
  const path = `${namespace}/${operation}`;
  if (!grants(program.hostCapabilities, path))
    return `Policy has not been granted access to the '${path}' host capability. The violation has been reported.`;
  const operations: HostOperations | undefined = Object.hasOwn(hostOperations, namespace)
    ? hostOperations[namespace]
    : undefined;
  if (operations === undefined) return `unknown namespace: ${namespace}`;
  if (!operations.includes(operation)) return `unknown operation: ${operation}`;
  if (namespace !== 'kubernetes' || operation === 'can_i') return undefined;
  return refuseKind(payload, program.contextAwareResources);
}

function refuseKind(payload: Uint8Array, granted: Grants['contextAwareResources']): string | undefined {
  let request: Readonly<Record<string, unknown>>;
  try {
    request = parseObject(payload);
  } catch (error) {
    return `the request cannot be read: ${error instanceof Error ? error.message : String(error)}`;
  }
  const { api_version: apiVersion, kind } = request;
  // The main thread says what is wrong with such a request.
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') return undefined;
  if (granted.some((resource) => resource.apiVersion === apiVersion && resource.kind === kind))
    return undefined;
  return `Policy has not been granted access to Kubernetes ${apiVersion}/${kind} resources. The violation has been reported.`;
}
