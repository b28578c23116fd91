import { AuditError, errorCodes } from '../../domain/index.ts';
import { conflict } from './conflicts.ts';
import type { GivenToScan } from './options.ts';
import { parseOutput } from './output-option.ts';

/** What the options contradict each other in where evidence is asked for. */
export function findEvidenceConflicts(given: GivenToScan): readonly AuditError[] {
  const [file] = given.textsOf('attest');
  if (file === undefined)
    return given.isSet('attest-key')
      ? [conflict('--attest-key needs --attest', 'It signs evidence, and nobody asked for any.')]
      : [];
  const outputs = given.textsOf('output').map(parseOutput);
  const known = outputs.flatMap((output) => ('format' in output ? [output] : []));
  return [
    ...(given.isSet('attest-key') ? [] : [withoutKey()]),
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
      ? [conflict(`${file} can hold one output only, and --attest asks for it, too`)]
      : []),
  ];
}

function withoutKey(): AuditError {
  return new AuditError(
    errorCodes.conflictingFlags,
    '--attest needs --attest-key: evidence that nobody has signed is none',
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
    '--attest needs -o json: evidence is about a result that is kept',
    {
      tries: [`audit-scanner scan -o json=result.json --attest ${file} --attest-key audit.key`],
    },
  );
}
