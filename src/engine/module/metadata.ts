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
import { compareRustVersions, parseRustVersion, type RustVersion, SemverError } from './rust-semver.ts';

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
const readMetadata = structOf('Metadata', {
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

type Metadata = ReturnType<typeof readMetadata>;

/** How the module is to be run. Throws an Error, with policy-server's words when it is one that it does not load. */
export function readExecutionMode(module: WebAssembly.Module): ExecutionMode {
  const [section] = WebAssembly.Module.customSections(module, sectionName);
  if (section === undefined) throw new Error(missingProtocol);
  if (section.byteLength > maxBytes) throw new Error(`its metadata take more than ${maxBytes} bytes`);
  const metadata = parse(new Uint8Array(section));
  checkVersion(metadata.minimumKubewardenVersion);
  checkProtocol(metadata);
  return metadata.executionMode;
}

function parse(section: Uint8Array): Metadata {
  try {
    return parseTyped(section, readMetadata);
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
