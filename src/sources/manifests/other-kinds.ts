import { parseApiVersion } from '../../domain/index.ts';

/** Who else has policies in this API group. */
const engines: Readonly<Record<string, string>> = {
  'kyverno.io': 'Kyverno',
  'policies.kyverno.io': 'Kyverno',
  'templates.gatekeeper.sh': 'Gatekeeper',
  'constraints.gatekeeper.sh': 'Gatekeeper',
  'admissionregistration.k8s.io': 'Kubernetes itself',
};

const most = 5;

/** What was found where policies were looked for, and is none. */
export class OtherKinds {
  readonly #counts = new Map<string, number>();

  add({ apiVersion, kind }: { readonly apiVersion: string; readonly kind: string }): void {
    const name = `${apiVersion} ${kind}`;
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
  }

  /** A sentence. */
  describe(): string {
    if (this.#counts.size === 0) return 'It holds no Kubernetes objects.';
    const all = [...this.#counts].map(
      ([name, count]) => `${describe(name)}${count > 1 ? ` (${count} times)` : ''}`,
    );
    const more = all.length > most ? ` and ${all.length - most} more kinds` : '';
    return `It holds ${all.slice(0, most).join(', ')}${more}.`;
  }
}

function describe(name: string): string {
  const [apiVersion = ''] = name.split(' ');
  const engine = engines[parseApiVersion(apiVersion).group];
  return engine === undefined ? name : `${name}, which is for ${engine}`;
}
