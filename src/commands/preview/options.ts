import type { OptionGroup, OptionSpec } from '../../config/index.ts';
import { scanGroups } from '../scan/index.ts';

/** What `preview` says by its words, and what means nothing where policies are compared. */
const left: ReadonlySet<string> = new Set([
  ...['policies', 'compare', 'offline', 'policy', 'exclude-policy', 'show', 'history', 'no-headers'],
  ...['policy-server-url', 'extra-ca', 'client-cert', 'client-key', 'insecure-skip-tls-verify'],
  ...['engine', 'load', 'connections', 'compat-request'],
]);

const output = {
  help: 'table, json, markdown; repeatable, at most one to stdout (default table)',
};

/** The flags of `scan` that `preview` has. */
export const previewGroups: readonly OptionGroup[] = scanGroups
  .filter(({ title }) => title !== 'Store' && title !== 'Evidence')
  .map(({ title, options }) => ({
    title,
    options: options
      .filter(({ name }: OptionSpec) => !left.has(name))
      .map((option: OptionSpec) => (option.name === 'output' ? { ...option, ...output } : option)),
  }));
