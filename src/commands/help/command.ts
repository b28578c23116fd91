import type { Command, CommandEntry } from '../../config/index.ts';
import { AuditError, errorCodes } from '../../domain/index.ts';
import { asCalled, type Io, terminalWidth } from '../../host/index.ts';
import { findNearest, wrapProse } from '../../text/index.ts';
import { exitCodes } from '../../verdict/index.ts';
import { renderHelp } from './help.ts';
import { loadHelpTopics } from './load-topics.ts';

/** `audit-scanner help`. */
export const help: Command = {
  run: async ([topic], { io, commands }) => {
    if (topic === undefined || topic.startsWith('-')) return printHelp(renderHelp(commands), io);
    return printHelp(await renderTopic(topic, commands), io);
  },
};

async function renderTopic(topic: string, commands: readonly CommandEntry[]): Promise<string> {
  const helpTopics = await loadHelpTopics();
  const render = Object.hasOwn(helpTopics, topic) ? helpTopics[topic] : undefined;
  if (render !== undefined) return render();
  const topics = commands.filter(({ isTopic }) => isTopic);
  const command = await topics.find(({ name }) => name === topic)?.load();
  if (command?.help !== undefined) return command.help();
  const known = [...Object.keys(helpTopics), ...topics.map(({ name }) => name)];
  throw unknownWord(`there is no help about "${topic}"`, topic, known);
}

/** What is told about a word that is none of `known`. */
export function unknownWord(message: string, word: string, known: readonly string[]): AuditError {
  const nearest = findNearest(word, known);
  return new AuditError(errorCodes.unknownCommand, message, {
    facts: [nearest === undefined ? `Known: ${known.join(', ')}` : `Did you mean "${nearest}"?`],
  });
}

/** Wider lines are hard to read. */
const mostColumns = 100;

/** Help is made for the terminal that it is on. */
export async function printHelp(text: string, io: Io): Promise<number> {
  await io.stdout.write(wrapProse(asCalled(text), Math.min(mostColumns, terminalWidth(io.stdout, io.env))));
  return exitCodes.ok;
}
