import { z } from 'zod';
import { AuditError, errorCodes } from '../domain/index.ts';

/** What the author of a policy wrote into its module. */
export type ModuleMetadata = z.infer<typeof schema>;

const strings = z.array(z.string()).default([]);

const schema = z.object({
  rules: z
    .array(z.object({ apiGroups: strings, apiVersions: strings, resources: strings, operations: strings }))
    .default([]),
  annotations: z.record(z.string(), z.string()).nullish(),
  mutating: z.boolean().default(false),
  backgroundAudit: z.boolean().default(true),
});

const sectionName = 'io.kubewarden.metadata';
const maxBytes = 2 ** 20;
const header = Buffer.from('\0asm');
const headerBytes = 8;

/**
 * Reads the metadata section of a WebAssembly module. Throws an AuditError (`moduleUnavailable`) that names the module when it is
 * none, or has no metadata that can be read.
 */
export function readModuleMetadata(wasm: Uint8Array, name: string): ModuleMetadata {
  const bytes = Buffer.from(wasm.buffer, wasm.byteOffset, wasm.byteLength);
  if (!bytes.subarray(0, header.length).equals(header))
    throw unusable(name, 'it is not a WebAssembly module');
  const section = findSection(bytes);
  if (section === undefined)
    throw unusable(
      name,
      'it has no metadata, so it is not known what the policy is about; `kwctl annotate` writes it',
    );
  if (section.length > maxBytes) throw unusable(name, `its metadata take more than ${maxBytes} bytes`);
  const { data, error } = schema.safeParse(parseJson(section));
  if (error !== undefined) throw unusable(name, 'its metadata cannot be read');
  return data;
}

function findSection(bytes: Buffer): string | undefined {
  for (let at = headerBytes; at < bytes.length; ) {
    const id = bytes[at];
    const [size, start] = readLength(bytes, at + 1);
    if (id === 0) {
      const [nameLength, nameStart] = readLength(bytes, start);
      const nameEnd = nameStart + nameLength;
      if (bytes.toString('utf8', nameStart, nameEnd) === sectionName)
        return bytes.toString('utf8', nameEnd, start + size);
    }
    at = start + size;
  }
  return undefined;
}

/** An unsigned LEB128 number and where the bytes after it begin. */
function readLength(bytes: Buffer, start: number): [value: number, next: number] {
  let value = 0;
  for (let at = start, factor = 1; at < bytes.length; at += 1, factor *= 128) {
    const byte = bytes[at] ?? 0;
    value += (byte & 0x7f) * factor;
    if (byte < 0x80) return [value, at + 1];
  }
  return [0, bytes.length];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function unusable(name: string, why: string): AuditError {
  return new AuditError(errorCodes.moduleUnavailable, `the module ${name} cannot be used: ${why}`);
}
