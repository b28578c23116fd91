import {
  type Checked,
  connectionGroup,
  deepFreeze,
  type Environment,
  type FlagValues,
  type OptionGroup,
  type ScanConfig,
  shared,
  toggle,
} from '../../config/index.ts';
import { AuditError, errorCodes } from '../../domain/index.ts';
import { configureLook, conflict, judgingGroup, screenGroup, showingGroup } from '../scan/index.ts';

/** What a difference can be written as. */
const diffFormats = ['table', 'json', 'markdown'] as const;

const own = [
  toggle('strict', 'also count violations whose message changed'),
  toggle('same-target', 'treat both as the same cluster or files, whatever their names are'),
] as const;

const names: ReadonlySet<string> = new Set(['output', 'no-summary']);
const help = { help: `${diffFormats.join(', ')}; repeatable, at most one to stdout (default table)` };
const report: OptionGroup = {
  title: showingGroup.title,
  options: showingGroup.options
    .filter(({ name }) => names.has(name))
    .map((option) => (option.name === 'output' ? { ...option, ...help } : option)),
};
const comparing: OptionGroup = { title: 'Comparing', options: [own[1]] };
const gate: OptionGroup = { title: judgingGroup.title, options: [...judgingGroup.options, own[0]] };
const stored: OptionGroup = { title: 'With cluster', options: [shared.reportKind] };
const groups: readonly OptionGroup[] = [report, comparing, gate, stored, connectionGroup, screenGroup];

/** What `diff` was asked for. `scan` says how the difference is shown and judged, and where a cluster is. */
export type DiffConfig = {
  readonly scan: ScanConfig;
  readonly old: string;
  readonly current: string;
  readonly sameTarget: boolean;
};

export const diffLook = { usage: 'diff OLD NEW [flags]', words: 2, lenient: true, groups, own };

/** Checks the flags of `diff` and the environment variables that it shares with `scan`. */
export function configureDiff(
  flags: FlagValues,
  environment: Environment,
  words: readonly string[],
): Checked<DiffConfig> {
  const checked = configureLook(diffLook, { flags, environment, words });
  const problems = [...findOperandProblems(words), ...(checked.ok ? [] : checked.problems)];
  const [old = '', current = ''] = words;
  if (!checked.ok || problems.length > 0) return { ok: false, problems };
  const { scan, own: asked } = checked.value;
  const unknown = scan.outputs.filter(({ format }) => !diffFormats.some((known) => known === format));
  if (unknown.length > 0) return { ok: false, problems: unknown.map(({ format }) => wrongFormat(format)) };
  const judged = { ...scan, gate: { ...scan.gate, baselineStrict: asked.strict } };
  return { ok: true, value: deepFreeze({ scan: judged, old, current, sameTarget: asked.sameTarget }) };
}

function findOperandProblems(words: readonly string[]): readonly AuditError[] {
  const [old, current] = words;
  if (old === undefined || current === undefined) {
    const message = 'diff needs two saved results, OLD and NEW';
    return [
      new AuditError(errorCodes.invalidValue, message, {
        facts: ['Usage: audit-scanner diff OLD NEW'],
        tries: ['audit-scanner scan -o json=new.json', 'audit-scanner diff old.json new.json'],
      }),
    ];
  }
  if (old !== current || (old !== '-' && old !== 'cluster')) return [];
  return [conflict(`OLD and NEW cannot both be ${old}`, 'That would be one result twice.')];
}

function wrongFormat(format: string): AuditError {
  return new AuditError(errorCodes.conflictingFlags, `a difference cannot be written as ${format}`, {
    facts: [`It can be: ${diffFormats.join(', ')}. Other formats hold the newer result, marked.`],
    tries: [`audit-scanner convert NEW --baseline OLD -o ${format}`],
  });
}
