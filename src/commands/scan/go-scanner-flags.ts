import type { OptionUse } from '../../config/index.ts';
import { AuditError, errorCodes } from '../../domain/index.ts';

/** Where a flag of the Go scanner means something else in `scan`, nothing is guessed: these say what to write instead. */

const dropInHint =
  'The flags of the Go scanner keep their meaning without a subcommand: audit-scanner -l info -k kubewarden';

const logLevelWords = new Set(['debug', 'info', 'warn', 'warning', 'error', 'trace', 'fatal']);

/** `-l info` is a log level for the Go scanner and a label key for kubectl. */
export function refuseLogLevelAsSelector({ spelledShort, value = '' }: OptionUse): AuditError | undefined {
  if (!spelledShort || !logLevelWords.has(value)) return undefined;
  return collision(`in \`audit-scanner scan\`, -l selects labels; "${value}" looks like a log level`, [
    `Log level:  audit-scanner scan --log-level ${value}`,
    `Label key:  audit-scanner scan --selector ${value}`,
  ]);
}

/** `-o` alone is a switch for the Go scanner and needs a format for kubectl. */
export function refuseOutputWithoutFormat({ value }: OptionUse): AuditError | undefined {
  if (value !== undefined && !value.startsWith('-')) return undefined;
  return collision('in `audit-scanner scan`, -o needs a format', [
    'Results as JSON:  audit-scanner scan -o json',
    'To a file:        audit-scanner scan -o json=out.json',
  ]);
}

/** `-f` is a CA file for the Go scanner and a manifest for kubectl. */
export function refuseCertificateAsManifest({ spelledShort, value = '' }: OptionUse): AuditError | undefined {
  if (!spelledShort || !/\.(?:pem|crt|cer|ca)$/i.test(value)) return undefined;
  return collision(`in \`audit-scanner scan\`, -f names manifests; "${value}" looks like a certificate`, [
    `CA file:    audit-scanner scan --extra-ca ${value}`,
    `Manifests:  audit-scanner scan --filename ${value}`,
  ]);
}

const replacements: Readonly<Record<string, string>> = {
  '-c': '--scope cluster',
  '--cluster': '--scope cluster',
  '-i': '--exclude-namespaces NAMESPACE',
  '-u': '--policy-server-url URL',
};

/** Says what a flag of the Go scanner is called in `scan`. */
export function explainGoScannerFlag(flag: string): AuditError | undefined {
  if (!Object.hasOwn(replacements, flag)) return undefined;
  return collision(`\`audit-scanner scan\` has no flag ${flag}`, [
    `Use:  audit-scanner scan ${replacements[flag] ?? ''}`,
  ]);
}

function collision(message: string, facts: readonly string[]): AuditError {
  return new AuditError(errorCodes.shortFlagCollision, message, { facts: [...facts, dropInHint] });
}
