import type { AuditError } from '../../domain/index.ts';
import { type Io, type RenderErrorOptions, renderError } from '../index.ts';
import { renderJsonLine } from './log.ts';

/** How errors are told: as people read them, or as one line of the JSON log. */
export type LogFormat = 'text' | 'json';

type Telling = RenderErrorOptions & { readonly io: Io; readonly format: LogFormat };

/** Tells an error on stderr, in the shape of everything else there. */
export function tellError(error: AuditError, { io, format, ...options }: Telling): Promise<void> {
  return io.stderr.write(
    format === 'text' ? renderError(error, options) : renderErrorJson(error, options, io),
  );
}

/** An error as one line of the JSON log. */
export function renderErrorJson(
  { message, code, facts, tries }: AuditError,
  { level = 'error' }: RenderErrorOptions | undefined = {},
  { now }: Pick<Io, 'now'>,
): string {
  return renderJsonLine({ level, message, fields: { component: 'scanner', code, facts, try: tries } }, now);
}
