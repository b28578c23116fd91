import { formatPolicy, type Policy } from '../../domain/index.ts';
import { alignColumns, toPlainLines, toTerminalMessage, wrapText } from '../../text/index.ts';
import { type ExplainedModule, isUnknown, type PolicyExplanation } from './explanation.ts';
import { type Fact, matchingFacts } from './matching-facts.ts';
import { describeObject, describeResults } from './results-fact.ts';
import { toSettingsYaml } from './settings-yaml.ts';

export type ExplanationOptions = {
  readonly now: Date;
  /** Columns of the terminal; without one nothing is wrapped. */
  readonly width: number | undefined;
};

/** All about a policy, for people. Ends with a newline. */
export function renderExplanation(explanation: PolicyExplanation, options: ExplanationOptions): string {
  const { policy, documentation } = explanation;
  const title = toTerminalMessage(documentation.title);
  const sections = [
    [toTerminalMessage(formatPolicy(policy)), ...(title === '' ? [] : [title])],
    prose(documentation.description, options),
    section('', headFacts(explanation, options), options),
    failingLines(explanation),
    section('Matches', matchingFacts(explanation), options),
    ...moduleSections(explanation, options),
    section('Documentation', documentationFacts(explanation), options),
  ];
  const text = sections.filter((lines) => lines.length > 0).map((lines) => lines.join('\n'));
  return `${text.join('\n\n')}\n`;
}

function headFacts(explanation: PolicyExplanation, { now }: ExplanationOptions): readonly Fact[] {
  const { policy, audited, results } = explanation;
  return [
    ['failing now', describeResults(results, now)],
    ['audited', describeAudited(audited)],
    ['mode', modeWords[policy.mode]],
    ['severity', policy.severity ?? 'unset'],
    ...(policy.category === undefined ? [] : [['category', policy.category] as const]),
    ...(policy.mutating ? [['mutating', 'yes: it may change what it admits'] as const] : []),
    ['policy server', policy.policyServer],
    ['known there as', policy.uniqueName],
  ];
}

const modeWords: Readonly<Record<Policy['mode'], string>> = {
  protect: 'protect: admission rejects what violates it',
  monitor: 'monitor: admission lets through what violates it, and logs it',
};

function describeAudited(audited: PolicyExplanation['audited']): string {
  if (isUnknown(audited)) return `unknown: ${audited.unknown}`;
  if (audited.state === 'audited') return 'yes';
  return `${audited.state === 'errored' ? 'broken' : 'no'}: ${audited.reason ?? ''}`;
}

function failingLines({ results }: PolicyExplanation): readonly string[] {
  if (isUnknown(results) || results.failing.length === 0) return [];
  return [
    'Failing now',
    ...results.failing.map((object) => `  ${toTerminalMessage(describeObject(object))}`),
  ];
}

function moduleSections(
  { policy, modules, signatures }: PolicyExplanation,
  options: ExplanationOptions,
): readonly (readonly string[])[] {
  if (isUnknown(modules)) return [section('Module', [['reference', `unknown: ${modules.unknown}`]], options)];
  const verified: Fact = ['signatures', describeSignatures(signatures)];
  const joined = policy.execution?.kind === 'group' ? [groupSection(policy.execution, options)] : [];
  return [...joined, ...modules.flatMap((module) => moduleSection(module, verified, options))];
}

function groupSection(
  { expression, message }: { readonly expression: string; readonly message: string },
  options: ExplanationOptions,
): readonly string[] {
  return section(
    'Group',
    [
      ['allows what is', expression],
      ['else says', message],
    ],
    options,
  );
}

function moduleSection(
  module: ExplainedModule,
  verified: Fact,
  options: ExplanationOptions,
): readonly (readonly string[])[] {
  const { member, reference, contextAwareResources, settings } = module;
  const mayRead = contextAwareResources.map(({ apiVersion, kind }) => `${kind} (${apiVersion})`).join(', ');
  const yaml = toSettingsYaml(settings).map((line) => `  ${line}`);
  const of = member === undefined ? '' : ` of member ${toTerminalMessage(member)}`;
  return [
    section(
      `Module${of}`,
      [
        ['reference', reference],
        ['digest', describeDigest(module)],
        verified,
        ['may read', mayRead === '' ? 'only the object that it is asked about' : mayRead],
      ],
      options,
    ),
    [`Settings${of}`, ...(yaml.length === 0 ? ['  none'] : yaml)],
  ];
}

function describeDigest({ pinned, content, reference }: ExplainedModule): string {
  const here = isUnknown(content)
    ? `unknown: ${content.unknown}`
    : `${content.digest}${reference.startsWith('file:') ? '' : ', of the module on this machine'}`;
  if (pinned === undefined) return here;
  return `pinned to ${pinned}`;
}

function describeSignatures(signatures: PolicyExplanation['signatures']): string {
  if (isUnknown(signatures)) return `unknown: ${signatures.unknown}`;
  return signatures.by === undefined
    ? 'not verified'
    : `verified before it is run: those that ${signatures.by} asks for`;
}

function documentationFacts({ documentation, modules }: PolicyExplanation): readonly Fact[] {
  const { url, source, author, version } = documentation;
  const own = Object.entries({ url, source, author, version });
  const ofMembers = isUnknown(modules) || modules.length < 2 ? [] : modules;
  const facts = [
    ...own,
    ...ofMembers.map(({ member = '', content }) => {
      const told = isUnknown(content) ? {} : content.documentation;
      return [`member ${member}`, [told.title, told.url].filter(Boolean).join(', ')] as const;
    }),
  ].flatMap(([term, text]): Fact[] => (text === undefined || text === '' ? [] : [[term, text]]));
  const isAtHand = !isUnknown(modules) && modules.some(({ content }) => !isUnknown(content));
  if (facts.length > 0) return facts;
  const where = isAtHand
    ? 'neither the policy nor its module'
    : 'the policy does not, and its module is not at hand';
  return [['url', `unknown: ${isAtHand ? `${where} names one` : where}`]];
}

function section(title: string, facts: readonly Fact[], { width }: ExplanationOptions): readonly string[] {
  const cells = facts.map(([term, text]) => [`  ${toTerminalMessage(term)}`, toTerminalMessage(text) || '-']);
  return [...(title === '' ? [] : [title]), ...alignColumns(cells, { width })];
}

/** What an author wrote in several lines stays in several. */
function prose(text: string | undefined, { width = Infinity }: ExplanationOptions): readonly string[] {
  if (text === undefined) return [];
  return toPlainLines(text)
    .trim()
    .split('\n')
    .map(toTerminalMessage)
    .flatMap((line) => wrapText(line, Math.max(1, width - 2)))
    .map((line) => `  ${line}`.trimEnd());
}
