import { Invalid, type OutputSpec, oneOf, type Parse } from '../../config/index.ts';
import { AuditError, errorCodes } from '../../domain/index.ts';
import { outputFormats } from '../../reports/index.ts';

const parseFormat = oneOf(outputFormats);

/** `json`, `json=out.json` or `json=-`, where `-` is stdout. */
export const parseOutput: Parse<OutputSpec> = Object.assign(readOutput, { accepts: parseFormat.accepts });

function readOutput(text: string): OutputSpec | Invalid {
  const equals = text.indexOf('=');
  const format = parseFormat(equals === -1 ? text : text.slice(0, equals));
  if (format instanceof Invalid) return format;
  const file = equals === -1 ? '-' : text.slice(equals + 1);
  if (file === '') return new Invalid(`After = comes a file: ${format}=out.${format}`);
  return { format, file: file === '-' ? undefined : file };
}

/** Two documents cannot share stdout or a file. */
export function findOutputConflicts(outputs: readonly OutputSpec[]): readonly AuditError[] {
  const byFile = Map.groupBy(outputs, ({ file }) => file);
  return [...byFile]
    .filter(([, sharing]) => sharing.length > 1)
    .map(([file, sharing]) => {
      const formats = sharing.map(({ format }) => format);
      return new AuditError(
        errorCodes.conflictingFlags,
        `${file ?? 'stdout'} can hold one output only, and ${formats.join(' and ')} ask for it`,
        { tries: [`audit-scanner scan -o ${formats[0] ?? ''} -o ${formats[1] ?? ''}=FILE`] },
      );
    });
}
