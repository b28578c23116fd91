export { commands, helpTopics, renderGroups, renderHelp, renderScanHelp, renderWelcome } from './help.ts';
