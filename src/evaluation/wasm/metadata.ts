import { z } from 'zod';
import { compareSemver, parseSemver } from '../../domain/semver.ts';
import type { ExecutionMode } from './admission-response.ts';

const sectionName = 'io.kubewarden.metadata';
/** With everything that an author has to say of a policy. */
const maxBytes = 2 ** 20;

/** The release of policy-server whose answers this engine gives. */
const kubewardenVersion = '1.36.0';

const schema = z.object({
  protocolVersion: z.string().nullish(),
  executionMode: z.enum(['kubewarden-wapc', 'wasi', 'opa', 'gatekeeper']).default('kubewarden-wapc'),
  minimumKubewardenVersion: z.string().nullish(),
});

type Metadata = z.infer<typeof schema>;

/** How the module is to be run. Throws an Error with policy-server's words when it may not be. */
export function readExecutionMode(module: WebAssembly.Module): ExecutionMode {
  const metadata = readMetadata(module);
  checkVersion(metadata);
  checkProtocol(metadata);
  return metadata.executionMode;
}

function readMetadata(module: WebAssembly.Module): Metadata {
  const [section] = WebAssembly.Module.customSections(module, sectionName);
  if (section === undefined) return schema.parse({});
  if (section.byteLength > maxBytes) throw new Error(`its metadata take more than ${maxBytes} bytes`);
  const { data, error } = schema.safeParse(parseJson(section));
  if (error === undefined) return data;
  throw new Error(`its metadata cannot be read: ${describe(error.issues[0])}`);
}

/** Undefined is no JSON value, so it can stand for bytes that are not JSON. */
function parseJson(bytes: ArrayBuffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

function describe(issue: z.core.$ZodIssue | undefined): string {
  const field = issue?.path.join('.');
  return field ? `${field} is not valid` : 'it is no JSON object';
}

function checkVersion({ minimumKubewardenVersion: minimum }: Metadata): void {
  if (minimum === undefined || minimum === null) return;
  const [wanted, have] = [parseSemver(minimum), parseSemver(kubewardenVersion)];
  if (wanted === undefined || have === undefined)
    throw new Error(`its metadata cannot be read: minimumKubewardenVersion is not valid`);
  const [wantedRelease, haveRelease] = [wanted, have].map(({ major, minor }) => ({
    major,
    minor,
    patch: 0n,
    pre: [],
  }));
  if (wantedRelease && haveRelease && compareSemver(wantedRelease, haveRelease) > 0)
    throw new Error(`Policy required Kubewarden version ${minimum} but is running on ${kubewardenVersion}`);
}

function checkProtocol({ executionMode, protocolVersion }: Metadata): void {
  if (executionMode !== 'kubewarden-wapc' || protocolVersion === 'v1') return;
  if (protocolVersion === undefined || protocolVersion === null) {
    throw new Error(
      'Policy is missing protocol version, which is required for KubewardenWapc execution mode',
    );
  }
  throw new Error(`Policy uses protocol version ${protocolVersion} but only V1 is supported`);
}
