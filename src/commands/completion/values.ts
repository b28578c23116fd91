import type { OptionSpec } from '../../config/index.ts';
import { type Candidates, filesOnly, noCandidates, type Typed, toCandidates } from './candidates.ts';

/** What the cluster or the kubeconfig has to say about the values of some flags. */
const asked: Readonly<Record<string, 'contexts' | 'namespaces' | 'policies'>> = {
  context: 'contexts',
  contexts: 'contexts',
  namespace: 'namespaces',
  'exclude-namespaces': 'namespaces',
  'kubewarden-namespace': 'namespaces',
  policy: 'policies',
  'exclude-policy': 'policies',
  'pure-policies': 'policies',
};

const pathWords = new Set(['FILE', 'PATH', 'DIR']);

/** What the value of a flag may be; of several with commas, the last one. */
export async function completeValue(option: OptionSpec, typed: Typed): Promise<Candidates> {
  const { name, kind, accepts, placeholder = '' } = option;
  const { current } = typed;
  if (placeholder.includes('=FILE') && current.includes('=')) return filesOnly;
  const known = kind === 'list' ? (/^.*,/s.exec(current)?.[0] ?? '') : '';
  const behindKnown = ({ values, files }: Candidates): Candidates => ({
    values: values.map(({ value, help }) => ({ value: known + value, help })),
    files,
  });
  if (accepts !== undefined)
    return 'words' in accepts ? behindKnown(toCandidates(accepts.words)) : noCandidates;
  const what = asked[name];
  if (what !== undefined) return behindKnown(toCandidates(await ask(what, typed)));
  const words = placeholder.split('|');
  const isPath = words.some((word) => pathWords.has(word));
  return { ...toCandidates(words.filter((word) => /^[a-z]/.test(word))), files: isPath };
}

/** Loads what speaks to clusters only where one is asked. */
export async function ask(
  what: 'contexts' | 'namespaces' | 'policies',
  typed: Typed,
): Promise<readonly string[]> {
  if (what === 'contexts') return (await import('./contexts.ts')).askKubeconfig(typed);
  return (await import('./cluster.ts')).askCluster(what, typed);
}
