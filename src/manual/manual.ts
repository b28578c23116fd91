import { type ErrorCode, errorCodes, retryAdvice } from '../domain/index.ts';
import { findNearest, wrapText } from '../text/index.ts';
import { cluster } from './cluster.ts';
import { commandLine } from './command-line.ts';
import { configurationFile } from './configuration-file.ts';
import { connection } from './connection.ts';
import { engine } from './engine.ts';
import type { ManualEntry, ManualFix } from './entry.ts';
import { environment } from './environment.ts';
import { evidence } from './evidence.ts';
import { exceptions } from './exceptions.ts';
import { facts } from './facts.ts';
import { files } from './files.ts';
import { output } from './output.ts';
import { policies } from './policies.ts';
import { policyServers } from './policy-servers.ts';
import { savedResults } from './saved-results.ts';
import { shards } from './shards.ts';
import { telling } from './telling.ts';
import { usage } from './usage.ts';

/** The manual of every error code, for `explain` and for the documentation. */
export const manual: Readonly<Record<ErrorCode, ManualEntry>> = {
  ...environment,
  ...commandLine,
  ...usage,
  ...configurationFile,
  ...files,
  ...shards,
  ...exceptions,
  ...savedResults,
  ...connection,
  ...cluster,
  ...policyServers,
  ...policies,
  ...facts,
  ...engine,
  ...output,
  ...telling,
  ...evidence,
};

/** In the order of their numbers. */
export const allCodes: readonly ErrorCode[] = Object.values(errorCodes).sort();

/** The code that is meant by `AS-4101`, `as4101` or `4101`; undefined where there is none. */
export function findCode(text: string): ErrorCode | undefined {
  const normalized = normalize(text);
  return allCodes.find((code) => code === normalized);
}

/** The code nearest to one that does not exist; undefined where none is near. */
export function suggestCode(text: string): ErrorCode | undefined {
  const nearest = findNearest(normalize(text), allCodes);
  return allCodes.find((code) => code === nearest);
}

function normalize(text: string): string {
  return text
    .trim()
    .toUpperCase()
    .replace(/^(?:AS[-_ ]?)?(?=\d)/, 'AS-');
}

const width = 80;

/** The manual of one code for a terminal: plain text, at most 80 columns but for commands. Ends with a newline. */
export function renderManual(code: ErrorCode): string {
  const { title, meaning, detection, effect, fixes, related } = manual[code];
  const sections = [
    `${code}  ${title}`,
    section('What happened', paragraph(meaning)),
    section('How audit-scanner found out', paragraph(detection)),
    section('What it does to the scan', paragraph(effect)),
    section('Whether a retry helps', paragraph(describeRetry(code))),
    section('What to do', fixes.flatMap(renderFix)),
    ...(related.length === 0
      ? []
      : [
          section(
            'See also',
            related.map((other) => `  ${renderTitle(other)}`),
          ),
        ]),
  ];
  return `${sections.join('\n\n')}\n`;
}

/** Whether a retry may help if nobody has changed anything, as a sentence. */
export function describeRetry(code: ErrorCode): string {
  const { mayHelp, reason } = retryAdvice[code];
  return `${mayHelp ? 'It may' : 'No'}: ${reason}.`;
}

/** Every code with its title, one a line. Ends with a newline. */
export function renderManualIndex(): string {
  return `${allCodes.map(renderTitle).join('\n')}\n`;
}

function renderTitle(code: ErrorCode): string {
  return `${code}  ${manual[code].title}`;
}

function section(title: string, lines: readonly string[]): string {
  return [title, ...lines].join('\n');
}

function paragraph(text: string, indent = '  '): readonly string[] {
  return wrapText(text, width - indent.length).map((line) => indent + line);
}

function renderFix({ step, commands = [] }: ManualFix, index: number): readonly string[] {
  const [first = '', ...rest] = paragraph(step, '     ');
  // A command that is broken over two lines cannot be copied.
  return [`  ${index + 1}. ${first.trimStart()}`, ...rest, ...commands.map((command) => `       ${command}`)];
}
