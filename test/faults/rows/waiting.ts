import { execFileSync } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CliResult, runCli, runShell } from '../../support/cli.ts';
import type { Fault, FaultGroup } from '../fault.ts';
import type { FaultWorld } from '../world.ts';

/** Nothing is stored, and nothing that is stored is touched. */
const untouched = {
  complete: false,
  pods: 'kept',
  configMaps: 'kept',
  stores: false,
  document: false,
} as const;
const policies = join(import.meta.dirname, '../../../examples/policies');
const manifest = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n';

/** A folder of the fault, and what is removed with it. */
type Scene = { readonly folder: string; readonly world: FaultWorld; server?: Server };

/** What a fault with files of its own does: `prepare` them, `run`, and remove them. */
function withFolder(
  fault: Omit<Fault, 'arrange' | 'run' | 'repair' | keyof typeof untouched>,
  run: (scene: Scene) => Promise<CliResult>,
): Fault {
  return {
    ...untouched,
    seconds: 40,
    ...fault,
    arrange: () => undefined,
    run: async (world) => {
      const scene: Scene = { folder: await mkdtemp(join(tmpdir(), 'waiting-')), world };
      try {
        return await run(scene);
      } finally {
        scene.server?.close();
        await rm(scene.folder, { recursive: true });
      }
    },
  };
}

async function program(folder: string, name: string, script: string): Promise<string> {
  await writeFile(join(folder, name), `#!/bin/sh\n${script}\n`);
  await chmod(join(folder, name), 0o755);
  return join(folder, name);
}

/** Where a program of the folder is found before all others. */
function withPath(folder: string): Readonly<Record<string, string>> {
  return { PATH: `${folder}:${String(process.env['PATH'])}`, HOME: folder };
}

/** Leaves a process that would go on for a minute, and its id where leftOver finds it. */
const waitsWithChild = 'sleep 60 & echo $! > "$(dirname "$0")/child"; wait';

/** Nobody is left who waits. */
async function requireEnded(folder: string): Promise<void> {
  const pid = (await readFile(join(folder, 'child'), 'utf8')).trim();
  const state = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '0 (gone) Z');
  if (!/\) Z/.test(state)) throw new Error(`a process that the program started still runs: ${state}`);
}

/** The kubeconfig of the world, for a user whom a program logs in. */
async function withPlugin({ folder, world }: Scene, script: string): Promise<string> {
  const command = await program(folder, 'login', script);
  type Kubeconfig = { users: { name: string; user: object }[] };
  const config = JSON.parse(await readFile(world.kubeconfigPath, 'utf8')) as Kubeconfig;
  const exec = { apiVersion: 'client.authentication.k8s.io/v1', command, interactiveMode: 'IfAvailable' };
  config.users = [{ name: 'admin', user: { exec } }];
  await writeFile(join(folder, 'config'), JSON.stringify(config));
  return join(folder, 'config');
}

function scanAs({ world }: Scene, kubeconfig: string, flags: readonly string[] = []): readonly string[] {
  return ['scan', '-n', world.namespace, ...world.serverFlags, '--kubeconfig', kubeconfig, ...flags];
}

/** A registry that wants a login and is never satisfied. */
async function startRegistry(scene: Scene): Promise<string> {
  const server = createServer((_request, response) => {
    response.writeHead(401, { 'www-authenticate': 'Basic realm="test"' }).end();
  });
  scene.server = server;
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const spec = {
    module: `registry://${host}/team/policy:v1`,
    rules: [{ apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'], operations: ['CREATE'] }],
    mutating: false,
    settings: {},
  };
  const policy = {
    apiVersion: 'policies.kubewarden.io/v1',
    kind: 'ClusterAdmissionPolicy',
    metadata: { name: 'remote' },
    spec,
  };
  await writeFile(join(scene.folder, 'policies.yaml'), JSON.stringify(policy));
  await writeFile(join(scene.folder, 'input.yaml'), manifest);
  return host;
}

/** Scans with the module of that registry and the given content as Docker's configuration. */
async function scanWithDocker(
  scene: Scene,
  docker: string,
  flags: readonly string[] = [],
): Promise<CliResult> {
  const { folder } = scene;
  await startRegistry(scene);
  await writeFile(join(folder, 'config.json'), docker);
  const files = [join(folder, 'input.yaml'), '--policies', join(folder, 'policies.yaml')];
  const env = { ...withPath(folder), DOCKER_CONFIG: folder };
  return runCli(['scan', ...files, ...flags], { env });
}

function pipeIn(folder: string, name = 'pipe.yaml'): string {
  execFileSync('mkfifo', [join(folder, name)]);
  return join(folder, name);
}

const logins: readonly Fault[] = [
  withFolder(
    {
      id: 'plugin-waits',
      title: 'a login plug-in shows a code and waits, with --timeout',
      sees: 'enter ABCD',
      exitCode: 4,
    },
    async (scene) => {
      const kubeconfig = await withPlugin(scene, `echo "enter ABCD" >&2; ${waitsWithChild}`);
      const result = await runCli(scanAs(scene, kubeconfig, ['--timeout', '10s']));
      await requireEnded(scene.folder);
      return result;
    },
  ),
  ...(['scan', 'doctor'] as const).map((command) =>
    withFolder(
      {
        id: `plugin-waits-${command}`,
        title: `SIGTERM while ${command} waits for a login plug-in`,
        sees: 'stopped by SIGTERM',
        exitCode: 143,
      },
      async (scene) => {
        const kubeconfig = await withPlugin(scene, waitsWithChild.replace('wait', 'echo waiting >&2; wait'));
        const argv = command === 'scan' ? scanAs(scene, kubeconfig) : ['doctor', '--kubeconfig', kubeconfig];
        const result = await runCli(argv, {
          meanwhile: async (cli) => {
            await cli.said('waiting');
            cli.kill('SIGTERM');
          },
        });
        await requireEnded(scene.folder);
        return result;
      },
    ),
  ),
  withFolder(
    {
      id: 'plugin-fails',
      title: 'a login plug-in fails',
      sees: 'of your kubeconfig failed: the session has expired',
      exitCode: 4,
    },
    async (scene) =>
      runCli(scanAs(scene, await withPlugin(scene, 'echo "the session has expired" >&2; exit 1'))),
  ),
];

const docker: readonly Fault[] = [
  withFolder(
    {
      id: 'helper-waits',
      title: 'a credential helper of Docker never answers, with --timeout',
      sees: 'ended by the time limit of 10 s (--timeout)',
      exitCode: 4,
    },
    async (scene) => {
      await program(scene.folder, 'docker-credential-test', waitsWithChild);
      const result = await scanWithDocker(scene, '{"credsStore":"test"}', ['--timeout', '10s']);
      await requireEnded(scene.folder);
      return result;
    },
  ),
  withFolder(
    {
      id: 'helper-missing',
      title: 'the credential helper that Docker names is not installed',
      sees: 'the Docker credential helper docker-credential-missing is not on PATH; 127.0.0.1:',
      exitCode: 3,
    },
    (scene) => scanWithDocker(scene, '{"credsStore":"missing"}'),
  ),
  withFolder(
    {
      id: 'docker-config-broken',
      title: "Docker's config.json is broken",
      sees: 'config.json is not a Docker configuration',
      exitCode: 3,
    },
    (scene) => scanWithDocker(scene, '{"auths":'),
  ),
];

const pipes: readonly Fault[] = [
  withFolder(
    {
      id: 'pipe-in-folder',
      title: 'a named pipe in a folder of manifests',
      sees: 'pipe.yaml: it is a pipe, and only regular files are read',
      exitCode: 3,
    },
    async ({ folder }) => {
      await writeFile(join(folder, 'a.yaml'), manifest);
      pipeIn(folder);
      return runCli(['scan', folder, '--policies', policies, '--fail-on', 'never']);
    },
  ),
  ...(
    [
      ['--kubeconfig', 4],
      ['--extra-ca', 2],
      ['--exceptions', 2],
    ] as const
  ).map(([flag, exitCode]) =>
    withFolder(
      {
        id: `pipe-as${flag}`,
        title: `a named pipe as ${flag}`,
        sees: 'it is a pipe, and only regular files are read',
        exitCode,
      },
      async (scene) => runCli([...scanAs(scene, scene.world.kubeconfigPath), flag, pipeIn(scene.folder)]),
    ),
  ),
  ...(
    [
      ['--policies', 3],
      ['--sources-path', 2],
      ['--verification-config-path', 2],
      ['--docker-config-json-path', 2],
      ['--replay-host-capabilities-interactions', 2],
    ] as const
  ).map(([flag, exitCode]) =>
    withFolder(
      {
        id: `pipe-as${flag}`,
        title: `a named pipe as ${flag}, with files`,
        sees: 'it is a pipe, and only regular files are read',
        exitCode,
      },
      async ({ folder }) => {
        await writeFile(join(folder, 'a.yaml'), manifest);
        const args = ['scan', join(folder, 'a.yaml'), '--policies', policies, '--fail-on', 'never'];
        return runCli([...args, flag, pipeIn(folder)]);
      },
    ),
  ),
];

const others: readonly Fault[] = [
  withFolder(
    {
      id: 'stdin-open',
      title: '`scan -`, and stdin never ends, with --timeout',
      sees: 'ended by the time limit of 10 s (--timeout)',
      exitCode: 4,
    },
    () =>
      runShell('exec 3< <(exec sleep 60); open=$!; "$@" <&3; code=$?; kill "$open"; exit "$code"', [
        ...['scan', '-', '--policies', policies, '--timeout', '10s'],
      ]),
  ),
  withFolder(
    {
      id: 'helm-waits',
      title: 'helm never ends, with --timeout',
      sees: 'ended by the time limit of 10 s (--timeout)',
      exitCode: 4,
    },
    async ({ folder }) => {
      await program(folder, 'helm', waitsWithChild);
      await writeFile(join(folder, 'Chart.yaml'), 'name: web\nversion: 1.0.0\n');
      const args = ['scan', folder, '--policies', policies, '--timeout', '10s'];
      const result = await runCli(args, { env: withPath(folder) });
      await requireEnded(folder);
      return result;
    },
  ),
];

export const waiting: FaultGroup = {
  title: 'What never answers, and other programs',
  faults: [...logins, ...docker, ...pipes, ...others],
};
