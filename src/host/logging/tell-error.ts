import type { AuditError } from '../../domain/index.ts';
import type { Io } from '../index.ts';
import { type RenderErrorOptions, renderError } from '../index.ts';
import { renderErrorJson } from './json-stderr.ts';

/** How errors are told: as people read them, or as one line of the JSON log. */
export type LogFormat = 'text' | 'json';

type Telling = RenderErrorOptions & { readonly io: Io; readonly format: LogFormat };

/** Tells an error on stderr, in the shape of everything else there. */
export function tellError(error: AuditError, { io, format, ...options }: Telling): Promise<void> {
  return io.stderr.write(
    format === 'text' ? renderError(error, options) : renderErrorJson(error, options, io),
  );
}
