import { formatPolicy, type Policy } from '../../domain/index.ts';
import { toPlainText } from '../../text/index.ts';
import { severityMap } from '../severity.ts';
import { escapeMarkdown } from './markdown-text.ts';

const maxName = 255;
const maxDescription = 1024;
const problemSeverities = { error: 'error', warning: 'warning', note: 'recommendation' } as const;

/** A policy as a rule of code scanning. */
export function toRule(policy: Policy): object {
  const { sarif, securitySeverity } = severityMap[policy.severity ?? 'unset'];
  const name = toPlainText(policy.name);
  const category = toPlainText(policy.category ?? '');
  const title = toPlainText(formatPolicy(policy));
  const mode = policy.mode === 'monitor' ? 'only reports violations' : 'rejects violations at admission';
  const help = 'What breaks it is told by the message of each result. See the policy and its settings with:';
  const command = `kubectl get ${commandArguments(policy)} -o yaml`;
  return {
    id: toPlainText(policy.uniqueName),
    name: cut(name, maxName),
    shortDescription: { text: cut(name, maxDescription) },
    fullDescription: { text: cut(`The Kubewarden policy ${title}, which ${mode}.`, maxDescription) },
    help: {
      text: `${title}\n\n${help}\n\n${command}`,
      markdown: `**${escapeMarkdown(title)}**\n\n${help}\n\n<code>${escapeMarkdown(command)}</code>`,
    },
    defaultConfiguration: { level: sarif },
    properties: {
      tags: ['security', 'kubernetes', 'kubewarden', ...(category === '' ? [] : [category])],
      precision: 'very-high',
      'problem.severity': problemSeverities[sarif],
      ...(securitySeverity !== undefined && { 'security-severity': securitySeverity }),
    },
  };
}

function commandArguments({ kind, name, namespace }: Policy): string {
  const resource = `${kind.toLowerCase().replace(/y$/, 'ie')}s.policies.kubewarden.io`;
  return toPlainText(`${resource} ${name}${namespace === undefined ? '' : ` -n ${namespace}`}`);
}

function cut(text: string, length: number): string {
  return (text.length <= length ? text : `${text.slice(0, length - 1)}…`).toWellFormed();
}
