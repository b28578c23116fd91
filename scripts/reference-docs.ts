import { z } from 'zod';
import { commands } from '../src/cli/commands.ts';
import { convertLook } from '../src/commands/convert/options.ts';
import { diffLook } from '../src/commands/diff/options.ts';
import { doctorLook } from '../src/commands/doctor/options.ts';
import { dropInGroups } from '../src/commands/drop-in/options.ts';
import { explainLook } from '../src/commands/explain/options.ts';
import { policiesLook } from '../src/commands/policies/options.ts';
import { previewGroups } from '../src/commands/preview/options.ts';
import { rbacLook } from '../src/commands/rbac/options.ts';
import { reportLook } from '../src/commands/report/options.ts';
import type { Look } from '../src/commands/scan/look.ts';
import { scanGroups } from '../src/commands/scan/options.ts';
import { statusLook } from '../src/commands/status/options.ts';
import { verifyLook } from '../src/commands/verify-evidence/options.ts';
import { environmentVariable, type OptionGroup, type OptionSpec } from '../src/config/option.ts';
import type { ErrorCode } from '../src/domain/errors.ts';
import { statementSchema } from '../src/evidence/schema.ts';
import type { ManualFix } from '../src/manual/entry.ts';
import { allCodes, describeRetry, manual } from '../src/manual/manual.ts';
import { documentSchema } from '../src/sources/results/schema.ts';
import { metricTable } from '../src/telemetry/metric-table.ts';
import { exitCodeMeanings } from '../src/verdict/exit-codes.ts';
import { renderConfigSchema } from './config-schema.ts';
import { renderFaults } from './fault-docs.ts';

/** The pages that are made from the program itself, by their path in the project. Same program, same bytes. */
export const referenceDocs: Readonly<Record<string, () => string>> = {
  'docs/errors.md': renderErrors,
  'docs/cli.md': renderCli,
  'docs/faults.md': renderFaults,
  'schemas/config.schema.json': renderConfigSchema,
  'docs/metrics.md': renderMetrics,
  'schemas/audit-result-v1.json': () => renderSchema(documentSchema),
  'schemas/audit-evidence-v1.json': () => renderSchema(statementSchema),
};

const origin = '<!-- Made by `npm run docs` from the program. Edit the program, not this page. -->';

/** JSON has no place for a comment, so the schema says itself where it comes from. */
function renderSchema(document: z.ZodType): string {
  const schema = z.toJSONSchema(document, { target: 'draft-7', io: 'input', reused: 'ref' });
  return `${JSON.stringify({ ...schema, $comment: 'Made by `npm run docs` from the program.' }, null, 2)}\n`;
}

const chapters: readonly (readonly [digit: string, title: string])[] = [
  ['1', 'Environment'],
  ['2', 'Usage'],
  ['3', 'Cluster and API'],
  ['4', 'Policies and policy servers'],
  ['5', 'Output and reports'],
  ['9', 'Bugs'],
];

function renderErrors(): string {
  const intro =
    'Every message of audit-scanner ends in one of these codes. `audit-scanner explain AS-4101` prints the same text offline. ' +
    'In commands, replace the names in CAPITALS, and `kubewarden` and `audit-scanner` where your namespace and service account have other names.';
  const body = chapters.map(([digit, title]) => {
    const codes = allCodes.filter((code) => code.startsWith(`AS-${digit}`));
    return [`## ${title}`, ...codes.map(renderError)].join('\n\n');
  });
  return `${['# Error codes', origin, intro, ...body].join('\n\n')}\n`;
}

function renderError(code: ErrorCode): string {
  const { title, meaning, detection, effect, fixes, related } = manual[code];
  return [
    `### ${code}`,
    `**${toMarkdown(title)}.** ${toMarkdown(meaning)}`,
    `_How it is found out:_ ${toMarkdown(detection)}`,
    `_What it does to the scan:_ ${toMarkdown(effect)}`,
    `_Whether a retry helps:_ ${toMarkdown(describeRetry(code))}`,
    '_What to do:_',
    fixes.map(renderFix).join('\n').trimEnd(),
    ...(related.length === 0 ? [] : [`_See also:_ ${related.map(renderLink).join(', ')}`]),
  ].join('\n\n');
}

function renderFix({ step, commands: lines = [] }: ManualFix, index: number): string {
  const head = `${index + 1}. ${toMarkdown(step)}`;
  if (lines.length === 0) return head;
  return [head, '', ...['```sh', ...lines, '```'].map((line) => `   ${line}`), ''].join('\n');
}

function renderLink(code: ErrorCode): string {
  return `[${code}](#${code.toLowerCase()}) (${toMarkdown(manual[code].title)})`;
}

function renderCli(): string {
  const sections = [
    '# Command line',
    origin,
    renderTable(
      ['command', 'what it does'],
      commands.map(({ usage, summary }) => [`\`audit-scanner ${usage}\``, toMarkdown(summary)]),
    ),
    '## audit-scanner scan',
    'Every flag has an environment variable. A flag wins over its variable; an empty variable counts as not set.',
    ...scanGroups.flatMap((group) =>
      renderGroup(group, ['flag', 'meaning', 'default', 'environment variable']),
    ),
    '## audit-scanner preview',
    describeShared(previewGroups.flatMap((group) => group.options)),
    ...Object.entries(looks).flatMap(([name, look]) => renderLook(name, look)),
    '## audit-scanner without a command',
    'The flags of the Go audit-scanner, in every spelling that it accepts, and some more. They have no environment variables.',
    ...dropInGroups.flatMap((group) => renderGroup(group, ['flag', 'meaning', 'default'])),
    ...renderExitCodes(),
  ];
  return `${sections.join('\n\n')}\n`;
}

/** The commands that look at what a scan would do. */
const looks = {
  convert: convertLook,
  diff: diffLook,
  explain: explainLook,
  policies: policiesLook,
  doctor: doctorLook,
  rbac: rbacLook,
  report: reportLook,
  status: statusLook,
  'verify-evidence': verifyLook,
};

/** The flags that `scan` has too are named only; their own are in a table. */
function renderLook(name: string, look: Look<OptionSpec>): readonly string[] {
  const options = look.groups.flatMap((group) => group.options);
  const shared = options.filter((option) => !look.own.includes(option));
  const own = options.filter((option) => look.own.includes(option));
  return [
    `## audit-scanner ${name}`,
    ...(shared.length === 0 ? [] : [describeShared(shared)]),
    ...(own.length === 0
      ? []
      : [
          'Flags of its own, without environment variables:',
          renderTable(
            ['flag', 'meaning', 'default'],
            own.map((option) => toRow(option).slice(0, 3)),
          ),
        ]),
  ];
}

function describeShared(options: readonly OptionSpec[]): string {
  const names = options.filter(({ hidden }) => hidden !== true).map(({ name }) => `\`--${name}\``);
  return `Flags that it shares with \`scan\`, with their environment variables: ${names.join(', ')}.`;
}

function renderGroup({ title, options }: OptionGroup, header: readonly string[]): readonly string[] {
  const rows = options.filter(({ hidden }) => hidden !== true).map((option) => toRow(option));
  return [
    `### ${title}`,
    renderTable(
      header,
      rows.map((row) => row.slice(0, header.length)),
    ),
  ];
}

function toRow({ name, short, placeholder, help, aliases = [], ...option }: OptionSpec): string[] {
  const value = placeholder === undefined ? '' : ` ${placeholder}`;
  const spellings = [
    `--${name}${value}`,
    ...(short === undefined ? [] : [`-${short}`]),
    ...aliases.map((alias) => `--${alias}`),
  ];
  return [
    spellings.map((spelling) => `\`${spelling}\``).join(', '),
    toMarkdown(help),
    option.default === undefined ? '' : `\`${option.default}\``,
    `\`${environmentVariable(name)}\``,
  ];
}

function renderExitCodes(): readonly string[] {
  return [
    '## Exit codes',
    renderTable(
      ['code', 'name', 'meaning', 'may a retry help?'],
      exitCodeMeanings.map(({ code, name, meaning, retry }) => [
        String(code),
        name,
        toMarkdown(meaning),
        retry,
      ]),
    ),
    'If several apply, the first of 143, 130, 70, 2, 4, 1, 3, 0 counts. `--exit-zero` exits with 0 instead of 1 and 3.',
    'Without a command, the exit code is 0 after every finished scan, whatever it found or missed, and 1 if the scan could not start; 70, 130 and 143 as above.',
  ];
}

function renderMetrics(): string {
  const rows = metricTable.map(({ name, type, labels, help }) => [
    `\`${name}\``,
    type,
    labels.map((label) => `\`${label}\``).join(', '),
    toMarkdown(help),
  ]);
  return `${[
    '# Metrics',
    origin,
    'The metrics of `--metrics-file`, `--pushgateway` and OTLP (`OTEL_EXPORTER_OTLP_ENDPOINT`); all three have the same. [Monitoring](monitoring.md) says how to set them up.',
    'A scan is a batch job that starts from zero each time. So each metric describes the last run; nothing counts across runs, and `rate()` is of no use.',
    renderTable(['metric', 'type', 'labels', 'meaning'], rows),
  ].join('\n\n')}\n`;
}

function renderTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [header, ...rows].map((row) => row.map((cell) => cell.replaceAll('|', String.raw`\|`)));
  const widths = header.map((_, column) => Math.max(3, ...cells.map((row) => row[column]?.length ?? 0)));
  const toLine = (row: readonly string[], fill = ' '): string =>
    `| ${widths.map((width, column) => (row[column] ?? '').padEnd(width, fill)).join(' | ')} |`;
  const [head = [], ...body] = cells;
  return [toLine(head), toLine([], '-'), ...body.map((row) => toLine(row))].join('\n');
}

/** Escapes what Markdown would take for its own, but for the code in backticks. */
function toMarkdown(text: string): string {
  return text
    .split(/(`[^`]*`)/)
    .map((part) => (part.startsWith('`') ? part : part.replaceAll(/[*<[\]]|\b_|_\b/g, String.raw`\$&`)))
    .join('');
}
