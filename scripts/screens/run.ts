import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { cp, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { filesOf, type Screen, screensOf, withOutputs } from './page.ts';

const project = join(import.meta.dirname, '../..');

/** Where the screens that need a cluster are made: the one of `npm run cluster`. */
export type ScreenCluster = {
  readonly kubeconfigPath: string;
  readonly policyServerUrl: string;
  readonly policyServerCaPath: string;
  readonly server: string;
};

/** Who shows what: a page's commands run in a folder of its own, with `examples` and the page's files in it. */
type Stage = {
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  /** What a page says in place of something that is different each time. */
  readonly names: readonly (readonly [real: string, shown: string])[];
};

/**
 * The page with what the program prints today in its screens: those that need a cluster where there is `cluster`, else the others. Times,
 * ports and folders are always the same. Throws where a command exits with another code than its block says.
 */
export async function fillScreens(page: string, cluster?: ScreenCluster): Promise<string> {
  const screens = screensOf(page);
  const isWanted = ({ needs }: Screen) => (needs === 'cluster') === (cluster !== undefined);
  if (!screens.some(isWanted)) return page;
  const stage = await openStage(page, cluster);
  try {
    const outputs: (string | undefined)[] = [];
    // One after another: what one leaves, like a baseline, the next may read.
    for (const screen of screens) outputs.push(isWanted(screen) ? await show(screen, stage) : undefined);
    return withOutputs(page, outputs);
  } finally {
    await rm(dirname(stage.folder), { recursive: true });
  }
}

async function openStage(page: string, cluster: ScreenCluster | undefined): Promise<Stage> {
  const top = await realpath(await mkdtemp(join(tmpdir(), 'screens-')));
  const [folder, programs] = [join(top, 'work'), join(top, 'bin')];
  await Promise.all([mkdir(folder), mkdir(programs)]);
  await symlink(join(project, 'bin/audit-scanner.js'), join(programs, 'audit-scanner'));
  await cp(join(project, 'examples'), join(folder, 'examples'), { recursive: true });
  for (const { name, content } of filesOf(page)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  await writeKeys(folder);
  const path = [programs, dirname(process.execPath), process.env['PATH']].join(delimiter);
  return {
    folder,
    env: {
      PATH: path,
      HOME: folder,
      COLUMNS: '110',
      NO_COLOR: '1',
      TZ: 'UTC',
      AUDIT_SCANNER_PROGRESS: 'none',
      ...(cluster === undefined ? {} : { KUBECONFIG: cluster.kubeconfigPath }),
    },
    names: cluster === undefined ? [] : namesOf(cluster),
  };
}

/** The pair of keys that pages sign evidence with. */
async function writeKeys(folder: string): Promise<void> {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  await writeFile(join(folder, 'audit.key'), privateKey.export({ format: 'pem', type: 'pkcs8' }));
  await writeFile(join(folder, 'audit.pub'), publicKey.export({ format: 'pem', type: 'spki' }));
}

function namesOf(cluster: ScreenCluster): Stage['names'] {
  return [
    [cluster.policyServerUrl, 'https://localhost:3000'],
    [cluster.policyServerCaPath, 'ca.crt'],
    [cluster.server, 'https://cluster.example.com:6443'],
    [cluster.kubeconfigPath, '/home/me/.kube/config'],
  ];
}

async function show({ command, exit, needs }: Screen, { folder, env, names }: Stage): Promise<string> {
  const typed = names.reduce((text, [real, shown]) => text.replaceAll(shown, real), command);
  const cwd = needs === 'checkout' ? project : folder;
  const { code, output } = await runInShell(typed, { cwd, env });
  if (code !== exit) throw new Error(`"${command}" exits with ${code}, not ${exit}:\n${output}`);
  const said = names.reduce((text, [real, shown]) => text.replaceAll(real, shown), output);
  return withoutTimes(said.replaceAll(folder, '/home/me')).replace(/\n*$/, '\n');
}

/** Both streams in one, as a terminal shows them. */
function runInShell(
  command: string,
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): Promise<{ readonly code: number; readonly output: string }> {
  return new Promise((resolve, reject) => {
    const child = execFile('bash', ['-c', `exec 2>&1\n${command}`], options, (error, output) => {
      if (child.exitCode === null) reject(error ?? new Error(`"${command}" did not end`));
      else resolve({ code: child.exitCode, output });
    });
  });
}

function withoutTimes(text: string): string {
  return (
    text
      .replaceAll(/ in \d+\.\d+s\b/g, ' in 0.3s')
      .replaceAll(/\b\d+ ms\b/g, '12 ms')
      .replaceAll(/, \d+\.\d s,/g, ', 1.2 s,')
      .replaceAll(/, \d+s ago\b/g, ', 1s ago')
      .replaceAll(/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, '2026-11-29T06:00:00Z')
      .replaceAll(/\b\d{4}-\d\d-\d\d \d\d:\d\d UTC/g, '2026-11-29 06:00 UTC')
      .replaceAll(/valid until \d{4}-\d\d-\d\d, \d+ more days/g, 'valid until 2027-11-29, 365 more days')
      .replaceAll(/\(SHA-256 [\w+/]{43}=\)/g, '(SHA-256 594z4QN1JesL5V0QHdTviLmD8qVaCwGTvU1UC7JKmf0=)')
      .replaceAll(/^run {8}[\da-f-]{36}/gm, 'run        ede92060-959b-41bc-b074-74be4cacf3ab')
      // How far the load went is a matter of the machine.
      .replaceAll(/: up to \d+, \d+ at the end/g, ': up to 4, 4 at the end')
  );
}
