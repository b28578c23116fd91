import type { AuditError } from '../domain/index.ts';
import { conflict } from './conflicts.ts';
import { isSet, type RawOptions } from './sources.ts';

/** Who evaluates the policies. */
export const engines = ['embedded', 'policy-server'] as const;
export type Engine = (typeof engines)[number];

/** Files are no reason to have a policy server, and a cluster has its own. */
export function chooseEngine(
  given: Engine | undefined,
  { files, policyServerUrl }: { readonly files: boolean; readonly policyServerUrl: boolean },
): Engine {
  return given ?? (files && !policyServerUrl ? 'embedded' : 'policy-server');
}

const serverFlags = Object.entries({
  policyServerUrl: '--policy-server-url',
  extraCa: '--extra-ca',
  clientCert: '--client-cert',
  clientKey: '--client-key',
  insecureSkipTlsVerify: '--insecure-skip-tls-verify',
});

const hostCallFlags = Object.entries({
  recordHostCapabilitiesInteractions: '--record-host-capabilities-interactions',
  replayHostCapabilitiesInteractions: '--replay-host-capabilities-interactions',
});

const engineFlags = [...hostCallFlags, ['sigstoreTrustRoot', '--sigstore-trust-root'] as const];

/** What the options contradict each other in about who evaluates the policies. */
export function findEngineConflicts(raw: RawOptions, paths: readonly string[]): readonly AuditError[] {
  const given = raw['engine']?.texts.at(-1)?.toLowerCase();
  const policyServerUrl = isSet(raw, 'policyServerUrl');
  const conflicts = [...findHostCallConflicts(raw)];
  if (given === 'embedded') {
    const flags = flagsIn(raw, serverFlags);
    if (flags.length > 0)
      conflicts.push(
        conflict(
          `--engine embedded and ${flags.join(', ')} contradict each other`,
          'No policy server is asked.',
        ),
      );
  }
  if (given === 'policy-server' && paths.length > 0 && !policyServerUrl)
    conflicts.push(
      conflict(
        '--engine policy-server needs --policy-server-url to scan files',
        'Only in a cluster can it be looked up where policy servers are.',
      ),
    );
  const chosen = chooseEngine(
    engines.find((engine) => engine === given),
    {
      files: paths.length > 0,
      policyServerUrl,
    },
  );
  const flags = flagsIn(raw, engineFlags);
  if (chosen === 'policy-server' && flags.length > 0)
    conflicts.push(
      conflict(
        `${flags.join(', ')} needs --engine embedded`,
        'A policy server verifies and runs its policies and answers what they ask, and nobody else sees it.',
      ),
    );
  return conflicts;
}

function findHostCallConflicts(raw: RawOptions): readonly AuditError[] {
  const given = flagsIn(raw, hostCallFlags);
  return given.length > 1 ? [conflict(`${given.join(' and ')} contradict each other`)] : [];
}

function flagsIn(raw: RawOptions, flags: readonly (readonly [string, string])[]): readonly string[] {
  return flags.filter(([key]) => isSet(raw, key)).map(([, flag]) => flag);
}
