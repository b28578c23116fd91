import { AuditError, errorCodes } from '../domain/index.ts';
import { createPattern } from '../text/index.ts';
import { type ConnectOptions, contextUnknown, findKubeconfig } from './connection.ts';
import type { Kubeconfig } from './kubeconfig.ts';

/** Where the kubeconfig is looked for that the user means. */
export type KubeconfigPlace = Omit<ConnectOptions, 'impersonation' | 'plugin'>;

/** The names of the contexts of the kubeconfig that the user means. Rejects with an AuditError where there is none. */
export async function listContexts(place: KubeconfigPlace): Promise<readonly string[]> {
  return toNames(await findKubeconfig(place));
}

/**
 * The contexts that are named, and those that fit a pattern with `*` and `?`: in the order in which they were asked for, each once.
 * Rejects with an AuditError where there is no kubeconfig, and for a name or a pattern that nothing in it fits.
 */
export async function chooseContexts(
  asked: readonly string[],
  place: Omit<KubeconfigPlace, 'context'>,
): Promise<readonly string[]> {
  // A Pod's own credentials have no context: they are passed over as they are with --context.
  const kubeconfig = await findKubeconfig({ ...place, context: '' });
  const names = toNames(kubeconfig);
  const chosen = asked.flatMap((one) => {
    const found = kubeconfig.contexts.has(one) ? [one] : names.filter(createPattern(one));
    if (found.length === 0) throw noneFits(kubeconfig, one);
    return found;
  });
  return [...new Set(chosen)];
}

function toNames({ contexts }: Kubeconfig): readonly string[] {
  return [...contexts.keys()].sort();
}

function noneFits(kubeconfig: Kubeconfig, asked: string): AuditError {
  if (!/[*?]/.test(asked)) return contextUnknown(kubeconfig, { name: asked, flag: '--contexts' });
  const files = kubeconfig.files.join(', ');
  const names = toNames(kubeconfig);
  const message =
    names.length === 0 ? `there is no context in ${files}` : `no context in ${files} fits "${asked}"`;
  return new AuditError(errorCodes.contextUnknown, message, {
    facts: [`Contexts: ${names.join(', ') || 'none'}`],
    tries: names.length === 0 ? [] : [`audit-scanner scan --contexts ${names.slice(0, 2).join(',')}`],
  });
}
