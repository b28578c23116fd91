import { formatLine, type InputCoverage, type InputLeftOut, type InputWarning } from '../domain/index.ts';
import { toPlainText } from '../text/index.ts';

const mostPlaces = 4;

/** One line for each reason for which something was left out, with the first places; with all of them if that is asked for. */
export function describeInput(
  input: InputCoverage | undefined,
  { verbose }: { readonly verbose: boolean } = { verbose: false },
): readonly string[] {
  const byReason = Map.groupBy(input?.leftOut ?? [], ({ reason }) => reason);
  return [...byReason].map(([reason, all]) => {
    const shown = verbose ? all : all.slice(0, mostPlaces);
    const more = all.length - shown.length;
    const places = [...shown.map(formatPlace), ...(more > 0 ? [`and ${more} more places`] : [])];
    return toPlainText(`left out: ${places.join(', ')}: ${reason}`);
  });
}

function formatPlace({ path, count }: InputLeftOut): string {
  return count > 1 ? `${path} (${count})` : path;
}

/** `deploy/web.yaml:4: the key "a" stands …; the last one counts [AS-2020]`. */
export function describeWarning({ code, message, origin }: InputWarning): string {
  return toPlainText(`${formatLine(origin)}: ${message} [${code}]`);
}

/** All of it, for documents that programs read. */
export function toInputFields(input: InputCoverage | undefined): object | null {
  if (input === undefined) return null;
  return {
    objects: input.objects,
    leftOut: input.leftOut.map(({ path, reason, count }) => ({ path, reason, count })),
    warnings: input.warnings.map(({ code, message, origin: { path, line, column, template } }) => ({
      code,
      message,
      path,
      line: line ?? null,
      column: column ?? null,
      template: template ?? null,
    })),
  };
}
