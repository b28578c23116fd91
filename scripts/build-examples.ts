// Compiles the example policies from AssemblyScript to examples/modules, each with the metadata that makes it a Kubewarden policy.
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const examples = join(import.meta.dirname, '../examples');
const sources = join(examples, 'sources');
const modules = join(examples, 'modules');

type Example = {
  readonly executionMode: 'kubewarden-wapc' | 'wasi';
  readonly title: string;
  readonly description: string;
  readonly severity: string;
  readonly category: string;
};

/** The part of the compiler's interface that is used. Its own types would redefine those of the language for this whole project. */
type Compiler = {
  readonly main: (args: readonly string[], options: CompilerOptions) => Promise<{ error: Error | null }>;
  readonly createMemoryStream: () => { toString(): string };
};
type CompilerOptions = {
  readonly readFile: (name: string, base: string) => Promise<string | null>;
  readonly writeFile: (name: string, contents: string | Uint8Array) => void;
  readonly listFiles: () => readonly string[];
  readonly stderr: object;
};

const policies = JSON.parse(await readFile(join(sources, 'metadata.json'), 'utf8')) as Record<
  string,
  Example
>;

if (await isUpToDate()) process.exit(0);
const asc = (await import(import.meta.resolve('assemblyscript/asc'))) as Compiler;
await mkdir(modules, { recursive: true });
for (const [name, example] of Object.entries(policies)) {
  const wasm = await compile(name, example);
  const section = customSection('io.kubewarden.metadata', JSON.stringify(toMetadata(example)));
  await writeFile(join(modules, `${name}.wasm`), Buffer.concat([wasm, section]));
}

/** The compiler takes seconds, and most builds change no policy. */
async function isUpToDate(): Promise<boolean> {
  const files = await readdir(sources, { recursive: true });
  const changed = await Promise.all(
    [...files.map((file) => join(sources, file)), import.meta.filename].map(
      async (file) => (await stat(file)).mtimeMs,
    ),
  );
  const built = await Promise.all(
    Object.keys(policies).map((name) =>
      stat(join(modules, `${name}.wasm`)).then(
        ({ mtimeMs }) => mtimeMs,
        () => 0,
      ),
    ),
  );
  return Math.min(...built) > Math.max(...changed);
}

async function compile(name: string, { executionMode }: Example): Promise<Uint8Array> {
  const kit = executionMode === 'wasi' ? 'wasi' : 'wapc';
  let wasm: Uint8Array | undefined;
  const stderr = asc.createMemoryStream();
  const { error } = await asc.main(
    [
      `${name}.ts`,
      '--outFile',
      'policy.wasm',
      '-O3',
      '--runtime',
      'incremental',
      '--use',
      `abort=kit/${kit}/abort`,
      // A start section would run before policy-server has set a limit for it, which ends it at once.
      ...(kit === 'wapc' ? ['--exportStart', 'wapc_init'] : []),
    ],
    {
      readFile: (file, base) => readFile(join(sources, base, file), 'utf8').catch(() => null),
      writeFile: (file, contents) => {
        if (file === 'policy.wasm' && typeof contents !== 'string') wasm = contents;
      },
      listFiles: () => [],
      stderr,
    },
  );
  if (error !== null || wasm === undefined) throw new Error(`${name} does not compile: ${stderr.toString()}`);
  return wasm;
}

function toMetadata({ executionMode, title, description, severity, category }: Example): object {
  return {
    protocolVersion: 'v1',
    executionMode,
    mutating: false,
    backgroundAudit: true,
    contextAwareResources: [],
    rules: [
      rule('', ['v1'], ['pods']),
      rule('apps', ['v1'], ['deployments', 'statefulsets', 'daemonsets']),
      rule('batch', ['v1'], ['jobs', 'cronjobs']),
    ],
    annotations: {
      'io.kubewarden.policy.title': title,
      'io.kubewarden.policy.description': description,
      'io.kubewarden.policy.severity': severity,
      'io.kubewarden.policy.category': category,
    },
  };
}

function rule(group: string, apiVersions: readonly string[], resources: readonly string[]): object {
  return { apiGroups: [group], apiVersions, resources, operations: ['CREATE', 'UPDATE'] };
}

/** A custom section of a WebAssembly module: its id, 0, then the length of name and content together. */
function customSection(name: string, content: string): Buffer {
  const body = Buffer.concat([leb128(Buffer.byteLength(name)), Buffer.from(name), Buffer.from(content)]);
  return Buffer.concat([Buffer.of(0), leb128(body.length), body]);
}

function leb128(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  do {
    const low = rest % 128;
    rest = Math.floor(rest / 128);
    bytes.push(rest > 0 ? low + 128 : low);
  } while (rest > 0);
  return Buffer.from(bytes);
}
