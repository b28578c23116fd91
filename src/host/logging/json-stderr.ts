import type { Io } from '../index.ts';
import { renderJsonLine } from './log.ts';

/**
 * The same outside with a stderr of which every line is a JSON object: lines of the log go through as they are, and any other line
 * becomes one with its text as the message, so a parser never meets anything else.
 */
export function withJsonStderr(io: Io): Io {
  const { stderr } = io;
  const toJson = (line: string): string => {
    if (isLogLine(line)) return `${line}\n`;
    const message = line.trim();
    if (message === '') return '';
    return renderJsonLine({ level: levelOf(message), message, fields: { component: 'scanner' } }, io.now);
  };
  return {
    ...io,
    stderr: {
      isTTY: false,
      columns: undefined,
      closed: stderr.closed,
      write: (text) => stderr.write(text.split('\n').map(toJson).join('')),
    },
  };
}

/** Lines of the log begin and end like this; others with braces in them do not. */
function isLogLine(line: string): boolean {
  return line.startsWith('{"time":"') && line.endsWith('}');
}

function levelOf(message: string): 'error' | 'warning' | 'info' {
  if (message.startsWith('error: ')) return 'error';
  return message.startsWith('warning: ') ? 'warning' : 'info';
}

/** What Node warns of is a line as any other. It has a listener of its own, which writes text. */
export function tellWarningsOfNode(io: Io): void {
  process.removeAllListeners('warning');
  process.on('warning', ({ name, message }) => {
    const fields = { component: 'node', name };
    void io.stderr.write(renderJsonLine({ level: 'warning', message, fields }, io.now));
  });
}
