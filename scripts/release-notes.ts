import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What users look for first comes first; other types of commits are of no interest to them. */
const chapters = [
  ['feat', 'New'],
  ['fix', 'Mended'],
  ['perf', 'Faster'],
  ['docs', 'Documentation'],
] as const;

/** `type(scope)!: subject`, as Conventional Commits has it. */
const conventional = /^(?<type>\w+)(?:\((?<scope>[^)]*)\))?(?<breaking>!)?: (?<subject>.+)$/;

type Commit = { readonly type: string; readonly subject: string; readonly breaking: boolean };

/** Of commit messages, newest first; what is not a conventional commit is left out. */
export function toReleaseNotes(version: string, messages: readonly string[]): string {
  const commits = messages.flatMap((message) => parseCommit(message));
  const breaking = commits.filter((commit) => commit.breaking);
  const rest = commits.filter((commit) => !commit.breaking);
  const sections = [
    toSection('Breaking', breaking),
    ...chapters.map(([type, title]) =>
      toSection(
        title,
        rest.filter((commit) => commit.type === type),
      ),
    ),
  ];
  const text = sections.filter((section) => section !== '').join('\n');
  return `## ${version}\n\n${text === '' ? 'Nothing that a user would notice.\n' : text}`;
}

function parseCommit(message: string): readonly Commit[] {
  const [head = ''] = message.split('\n', 1);
  const { type, scope, breaking, subject } = conventional.exec(head)?.groups ?? {};
  if (type === undefined || subject === undefined) return [];
  const isBreaking = breaking !== undefined || /^BREAKING[ -]CHANGE: /m.test(message);
  return [{ type, subject: scope === undefined ? subject : `${scope}: ${subject}`, breaking: isBreaking }];
}

function toSection(title: string, commits: readonly Commit[]): string {
  if (commits.length === 0) return '';
  return `### ${title}\n\n${commits.map(({ subject }) => `- ${subject}\n`).join('')}`;
}

/** The messages of the commits from the tag before this one, or from the first commit, to this one; newest first. */
export async function readMessages(repository: string, tag: string): Promise<readonly string[]> {
  const git = async (...args: string[]): Promise<string> =>
    (await run('git', args, { cwd: repository, maxBuffer: 2 ** 26 })).stdout;
  const before = await git('describe', '--tags', '--abbrev=0', '--match', 'v*', `${tag}^`).catch(() => '');
  const range = before === '' ? tag : `${before.trim()}..${tag}`;
  const log = await git('log', '--format=%B%x00', range);
  return log
    .split('\0')
    .map((message) => message.trim())
    .filter((message) => message !== '');
}
