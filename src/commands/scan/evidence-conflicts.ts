import { AuditError, errorCodes } from '../../domain/index.ts';
import { conflict } from './conflicts.ts';
import type { GivenToScan } from './options.ts';
import { parseOutput } from './output-option.ts';

/** What the options contradict each other in where evidence is asked for. */
export function findEvidenceConflicts(given: GivenToScan): readonly AuditError[] {
  const [file] = given.textsOf('attest');
  if (file === undefined)
    return given
      .flagsAmong(signerFlags)
      .map((flag) => conflict(`${flag} needs --attest`, 'It signs evidence, which only --attest writes.'));
  const outputs = given.textsOf('output').map(parseOutput);
  const known = outputs.flatMap((output) => ('format' in output ? [output] : []));
  return [
    ...findSignerConflicts(given),
    ...(given.isOn('compare')
      ? [
          conflict(
            '--compare and --attest contradict each other',
            'A comparison is no audit of what is in force.',
          ),
        ]
      : []),
    ...(known.some(({ format }) => format === 'json') ? [] : [withoutResult(file)]),
    ...(known.some((output) => output.file === file)
      ? [conflict(`${file} can hold one output only, and --attest writes to it, too`)]
      : []),
  ];
}

const signerFlags = ['attest-key', 'sigstore-signing-config', 'attest-identity-token'] as const;

function findSignerConflicts(given: GivenToScan): readonly AuditError[] {
  const [hasKey, hasServices, hasToken] = signerFlags.map((name) => given.isSet(name));
  const keyless = given.flagsAmong(signerFlags.slice(1));
  if (hasKey === true)
    return keyless.map((flag) =>
      conflict(
        `--attest-key and ${flag} contradict each other`,
        'Evidence is signed either with a key or by an identity.',
      ),
    );
  if (hasServices === true) return [];
  return [
    hasToken === true
      ? conflict(
          '--attest-identity-token needs --sigstore-signing-config',
          'It names the authority that gets to see the token; there is no default.',
        )
      : withoutSigner(),
  ];
}

function withoutSigner(): AuditError {
  return new AuditError(
    errorCodes.conflictingFlags,
    '--attest needs --attest-key or --sigstore-signing-config: evidence has to be signed',
    {
      tries: [
        'openssl genpkey -algorithm ed25519 -out audit.key',
        'openssl pkey -in audit.key -pubout -out audit.pub',
      ],
    },
  );
}

function withoutResult(file: string): AuditError {
  return new AuditError(
    errorCodes.conflictingFlags,
    '--attest needs -o json: evidence is about a saved result',
    {
      tries: [`audit-scanner scan -o json=result.json --attest ${file} --attest-key audit.key`],
    },
  );
}
