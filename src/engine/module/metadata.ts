import { z } from 'zod';
import { parseJson } from '../../text/index.ts';
import type { ExecutionMode } from '../program/admission-response.ts';
import { type Cursor, SerdeError } from '../serde/cursor.ts';
import {
  listOf,
  mapOf,
  optional,
  parseTyped,
  readBoolean,
  readText,
  structOf,
  withDefault,
  wordOf,
} from '../serde/types.ts';
import { isModule, Malformed, Reader } from './binary.ts';
import { compareRustVersions, parseRustVersion, type RustVersion, SemverError } from './rust-semver.ts';

/** What the author of a policy wrote into its module of what it is about. */
export type ModuleMetadata = z.infer<typeof metadataSchema>;

const strings = z.array(z.string()).default([]);

const metadataSchema = z.object({
  rules: z
    .array(z.object({ apiGroups: strings, apiVersions: strings, resources: strings, operations: strings }))
    .default([]),
  annotations: z.record(z.string(), z.string()).nullish(),
  mutating: z.boolean().default(false),
  backgroundAudit: z.boolean().default(true),
});

/**
 * What a module says that its policy is about; whether it can be run is found out when it is prepared. Throws an Error that says in one
 * line why that cannot be told.
 */
export function readMetadata(wasm: Uint8Array): ModuleMetadata {
  if (!isModule(wasm)) throw new Error('it is not a WebAssembly module');
  const section = findSection(wasm);
  if (section === undefined)
    throw new Error('it has no metadata, which says how to run the policy; `kwctl annotate` adds it');
  const { data } = metadataSchema.safeParse(parseJson(section));
  if (data === undefined) throw new Error('its metadata cannot be read');
  return data;
}

const sectionName = 'io.kubewarden.metadata';
/** With everything that an author has to say of a policy. */
const maxBytes = 2 ** 20;

/** The release of policy-server whose answers this engine gives. */
const kubewardenVersion = '1.36.0';

const readRule = structOf('Rule', {
  apiGroups: listOf(readText),
  apiVersions: listOf(readText),
  resources: listOf(readText),
  operations: listOf(wordOf('CREATE', 'UPDATE', 'DELETE', 'CONNECT', '*')),
});

const readResource = structOf('ContextAwareResource', { apiVersion: readText, kind: readText });

const modes = ['kubewarden-wapc', 'opa', 'gatekeeper', 'wasi'] as const;

/** All that policy-server reads, because it does not load a policy where any of it is of another type. */
const readAll = structOf('Metadata', {
  protocolVersion: optional(wordOf('Unknown', 'v1')),
  rules: listOf(readRule),
  annotations: optional(mapOf(readText)),
  mutating: readBoolean,
  backgroundAudit: withDefault(readBoolean, true),
  executionMode: withDefault<ExecutionMode>(wordOf(...modes), 'kubewarden-wapc'),
  policyType: withDefault(wordOf('kubernetes', 'raw'), 'kubernetes'),
  contextAwareResources: withDefault(listOf(readResource), []),
  hostCapabilities: optional(listOf(readText)),
  minimumKubewardenVersion: optional(readVersion),
});

type Metadata = ReturnType<typeof readAll>;

/** How a module that was compiled is to be run. Throws an Error, with policy-server's words when it is one that it does not load. */
export function readExecutionMode(wasm: Uint8Array): ExecutionMode {
  const section = findSection(wasm);
  if (section === undefined) throw new Error(missingProtocol);
  const metadata = parse(section);
  checkVersion(metadata.minimumKubewardenVersion);
  checkProtocol(metadata);
  return metadata.executionMode;
}

/** The metadata as they were written. Throws an Error where they are too long. */
function findSection(wasm: Uint8Array): Uint8Array | undefined {
  const found = findCustomSection(wasm);
  if (found !== undefined && found.length > maxBytes)
    throw new Error(`its metadata is larger than ${maxBytes} bytes`);
  return found;
}

/** Of a module that ends too early whatever there is. */
function findCustomSection(wasm: Uint8Array): Uint8Array | undefined {
  try {
    for (const reader = new Reader(wasm, 8, wasm.length); !reader.done; ) {
      const id = reader.byte();
      const size = reader.number();
      const inside = reader.again();
      if (id === 0 && inside.text() === sectionName) return wasm.subarray(inside.at, reader.at + size);
      reader.skip(size);
    }
  } catch (thrown) {
    if (!(thrown instanceof Malformed)) throw thrown;
  }
  return undefined;
}

function parse(section: Uint8Array): Metadata {
  try {
    return parseTyped(section, readAll);
  } catch (cause) {
    if (!(cause instanceof SerdeError)) throw cause;
    const what = `cannot deserialize custom section \`${sectionName}\` of wasm module`;
    throw new Error(`${what}: ${cause.message}`, { cause });
  }
}

function readVersion(cursor: Cursor): RustVersion {
  const text = readText(cursor);
  try {
    return parseRustVersion(text);
  } catch (cause) {
    throw cause instanceof SemverError ? cursor.fail(cause.message) : cause;
  }
}

function checkVersion(minimum: RustVersion | undefined): void {
  if (minimum === undefined) return;
  // What comes after the minor version does not count.
  const wanted = { ...minimum, patch: 0n, pre: '', build: '' };
  if (compareRustVersions(wanted, parseRustVersion(kubewardenVersion)) <= 0) return;
  const text = `${wanted.major}.${wanted.minor}.0`;
  throw new Error(`Policy required Kubewarden version ${text} but is running on ${kubewardenVersion}`);
}

const missingProtocol =
  'Policy is missing protocol version, which is required for KubewardenWapc execution mode';

function checkProtocol({ executionMode, protocolVersion }: Metadata): void {
  if (executionMode !== 'kubewarden-wapc' || protocolVersion === 'v1') return;
  if (protocolVersion === undefined) throw new Error(missingProtocol);
  throw new Error(`Policy uses protocol version ${protocolVersion} but only V1 is supported`);
}
