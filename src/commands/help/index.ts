export { help, printHelp, unknownWord } from './command.ts';
export { renderWelcome } from './help.ts';
export { loadHelpTopics } from './load-topics.ts';
